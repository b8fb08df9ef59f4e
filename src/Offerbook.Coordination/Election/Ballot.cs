using Offerbook.Coordination.Nodes;
using Offerbook.Coordination.Sessions;

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

    /// <summary>Takes an answer that says something of nodes, and decides nothing.</summary>
    /// <param name="session">Ours.</param>
    /// <returns>False for any other.</returns>
    public bool Learn(Step step, Answer answer, long session, ElectionPaths paths, NodeFormat format)
    {
        switch (step, answer)
        {
            case (Step.MakeAncestor made, Answer.Created or Answer.Refused(ServiceError.NodeExists, _)):
                MissingAncestor = made.Depth < paths.Depth ? made.Depth + 1 : null;
                return true;
            case (Step.MakeAncestor made, Answer.Refused(ServiceError.NoNode, _)) when made.Depth > 1:
                MissingAncestor = made.Depth - 1;
                return true;
            case (Step.MakeOwn, Answer.Refused(ServiceError.NoNode, _)) when paths.Depth > 0:
                // From the bottom up: the nodes above may be there, and forbid to be made once more.
                MissingAncestor = paths.Depth;
                return true;
            case (Step.MakeOwn, Answer.Created created) when paths.NameOf(created.Path) is { } name:
                ForgetOwn();
                Own = name;
                return true;
            case (Step.DeleteOwn, Answer.Deleted or Answer.Refused(ServiceError.NoNode, _)):
            case (Step.Search, Answer.Refused(ServiceError.NoNode, _)):
                ForgetOwn();
                return true;
            case (Step.Search, Answer.Listed listed):
                Rank(listed.Names, format);
                Suspects = new Stack<string>(Ranks!);
                return true;
            case (Step.Examine examined, Answer.Content content):
                Examined(examined.Name, content.Owner == session);
                return true;
            case (Step.Examine, Answer.Refused(ServiceError.NoNode, _)):
                return true;
            case (Step.List, Answer.Listed listed):
                Rank(listed.Names, format);
                return true;
            case (Step.ReadOwn, Answer.Content content) when content.Owner == session:
                IsOwnWatched = true;
                return true;
            case (Step.ReadPredecessor read, Answer.Content):
                PredecessorWatched = read.Name;
                return true;
            case (Step.ReadLeader or Step.ReadPredecessor, Answer.Refused(ServiceError.NoNode, _)):
                ForgetRanks();
                return true;
            default:
                return false;
        }
    }

    public void Rank(IReadOnlyList<string> names, NodeFormat format) => Ranks =
    [
        .. names.Select(name => (Name: name, Sequence: format.SequenceOf(name)))
            .Where(node => node.Sequence is not null)
            .OrderBy(node => node.Sequence)
            .ThenBy(node => node.Name, StringComparer.Ordinal)
            .Select(node => node.Name),
    ];

    public void ForgetRanks() => Ranks = null;

    /// <summary>
    /// Our node is there no more, or never was. The leader is read again with the next: who steps down has said that it knows none.
    /// </summary>
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

    private void Examined(string name, bool isOurs)
    {
        if (isOurs)
        {
            Own = name;
            IsOwnInDoubt = false;
            IsOwnWatched = true;
            Suspects = null;
        }
    }
}
