namespace Offerbook.Coordination.Election;

/// <summary>The one request of a core that is under way. Names are of nodes below the election's parent.</summary>
internal abstract record Step
{
    private Step()
    {
    }

    /// <summary>For people: fills "ZooKeeper does not let us … (path)".</summary>
    public string Wish => this switch
    {
        MakeAncestor => "make the path",
        MakeOwn => "make a node below",
        DeleteOwn => "remove our node below",
        MakeFolder or Post or Unpost => "tell the others how our store answers, in",
        Search or List or ListLine => "list the nodes below",
        _ => "read a node below",
    };

    /// <param name="Depth">How many parts of the parent's path, from the root, the new node's path has.</param>
    public sealed record MakeAncestor(int Depth) : Step;

    public sealed record MakeOwn : Step;

    public sealed record DeleteOwn : Step;

    /// <summary>Lists the nodes among which ours may be.</summary>
    public sealed record Search : Step;

    /// <summary>Reads a node to see whether it is ours.</summary>
    public sealed record Examine(string Name) : Step;

    public sealed record List : Step;

    public sealed record ReadOwn : Step;

    public sealed record ReadLeader(string Name) : Step;

    public sealed record ReadPredecessor(string Name) : Step;

    /// <summary>Makes the parent of notices.</summary>
    public sealed record MakeFolder : Step;

    /// <param name="Name">Of our candidate's node, and of the notice.</param>
    public sealed record Post(string Name, TimeSpan Commit) : Step;

    public sealed record Unpost : Step;

    /// <summary>Lists all candidates, for somebody who wants to know their order.</summary>
    public sealed record ListLine : Step;

    /// <summary>Reads what the candidate of this name says of its store.</summary>
    public sealed record ReadNotice(string Name) : Step;
}
