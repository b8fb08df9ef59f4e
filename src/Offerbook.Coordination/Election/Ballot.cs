using Offerbook.Coordination.Nodes;

namespace Offerbook.Coordination.Election;

/// <summary>What a candidate knows of its election, in one session. Empty again with every session.</summary>
internal sealed class Ballot
{
    /// <summary>Name of our node; null while we have none, or none that we know of.</summary>
    public string? Own { get; set; }

    /// <summary>A create was sent and its answer lost: one of the nodes may be ours, told by its owner.</summary>
    public bool IsOwnInDoubt { get; set; }

    /// <summary>Nodes that may be ours and have not been looked at; null before they were listed.</summary>
    public Stack<string>? Suspects { get; set; }

    /// <summary>The path's part that must be created next, counted from the root; null when nothing is known to be missing.</summary>
    public int? MissingAncestor { get; set; }

    /// <summary>All candidates' nodes, the leader's first; null when something has changed since.</summary>
    public List<string>? Ranks { get; private set; }

    public bool IsOwnWatched { get; set; }

    /// <summary>The lowest node, when it has been read and is watched.</summary>
    public string? LeaderWatched { get; set; }

    /// <summary>The node before ours, when it is watched and not the leader's.</summary>
    public string? PredecessorWatched { get; set; }

    public void Rank(IReadOnlyList<string> names, NodeFormat format) => Ranks =
    [
        .. names.Select(name => (Name: name, Sequence: format.SequenceOf(name)))
            .Where(node => node.Sequence is not null)
            .OrderBy(node => node.Sequence)
            .ThenBy(node => node.Name, StringComparer.Ordinal)
            .Select(node => node.Name),
    ];

    public void ForgetRanks() => Ranks = null;

    /// <summary>Our node is there no more, or never was. The leader is read again with the next: who steps down has said that it knows none.</summary>
    public void ForgetOwn()
    {
        Own = null;
        IsOwnInDoubt = false;
        ForgetWatches();
    }

    /// <summary>After a lost connection everything is looked at again; a watch too many costs nothing.</summary>
    public void ForgetWatches()
    {
        IsOwnWatched = false;
        LeaderWatched = null;
        PredecessorWatched = null;
        Suspects = null;
        ForgetRanks();
    }

    /// <returns>Whether the node was watched.</returns>
    public bool Fired(string name)
    {
        var known = name == Own || name == LeaderWatched || name == PredecessorWatched;
        if (!known)
        {
            return false;
        }
        IsOwnWatched &= name != Own;
        LeaderWatched = name == LeaderWatched ? null : LeaderWatched;
        PredecessorWatched = name == PredecessorWatched ? null : PredecessorWatched;
        ForgetRanks();
        return true;
    }
}
