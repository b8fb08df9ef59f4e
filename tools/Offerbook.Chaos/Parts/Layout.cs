namespace Offerbook.Chaos.Parts;

/// <summary>How many of what a cluster has.</summary>
/// <param name="ZooKeepers">0: no election; then there is one of each part, with its journal in a file.</param>
public sealed record Layout(int ZooKeepers, int Masters, int Apps, int Batches, int Agents)
{
    /// <summary>One of each part and two agents: what a small installation runs.</summary>
    public static Layout Standalone { get; } = new(0, 1, 1, 1, 2);

    /// <summary>Several masters, and frameworks that have no other instance to take over.</summary>
    public static Layout SeveralMasters { get; } = new(3, 3, 1, 1, 3);

    /// <summary>What three machines of a platform team run.</summary>
    public static Layout Full { get; } = new(3, 3, 2, 2, 3);

    /// <summary>One of each part, and a Docker engine beside each agent.</summary>
    public static Layout WithEngines { get; } = Standalone with { HasEngines = true };

    /// <summary>Each agent has a Docker engine. Needs root.</summary>
    public bool HasEngines { get; init; }

    public bool HasElection => ZooKeepers > 0;

    /// <summary>What the parts of an election share.</summary>
    public bool HasDatabase => HasElection;

    public override string ToString() =>
        $"{ZooKeepers} ZooKeepers, {Masters} masters, {Apps} Apps, {Batches} Batch, {Agents} agents, "
        + (HasDatabase ? "PostgreSQL" : "SQLite") + (HasEngines ? ", Docker" : "");
}
