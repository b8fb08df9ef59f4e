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
        Search or List => "list the nodes below",
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
}
