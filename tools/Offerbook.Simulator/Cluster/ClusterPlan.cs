using Offerbook.Actors;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Cluster;

/// <summary>What a simulated cluster is made of.</summary>
/// <param name="Agents">Machines that run an agent.</param>
/// <param name="CpusMilli">Of each machine, in thousandths of a cpu.</param>
/// <param name="MemMegabytes">Of each machine.</param>
/// <param name="Ports">Of each machine, from 31000.</param>
public sealed record ClusterPlan(int Agents, int CpusMilli, int MemMegabytes, int Ports)
{
    public const int FirstPort = 31_000;

    public static ClusterPlan Default { get; } = new(3, 8_000, 8_192, 1_000);

    /// <summary>
    /// An agent that has not been heard for this long is lost. The production default of 75 s; some runs draw a shorter one, so that
    /// losses and returns come often.
    /// </summary>
    public TimeSpan AgentPingInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a restarted master waits for the agents it knows.</summary>
    public TimeSpan AgentReregisterTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many agents a master gives up in a time; null sets no limit.</summary>
    public Master.RemovalRate? AgentRemovals { get; init; }

    /// <summary>Events between snapshots, for every core; small ones make recovery from snapshots common.</summary>
    public int SnapshotEvery { get; init; } = 1_000;

    /// <summary>Masters that stand in an election; 1 is a master without rivals, and without an election.</summary>
    public int Masters { get; init; } = 1;

    /// <summary>Processes of Apps, likewise.</summary>
    public int Apps { get; init; } = 1;

    /// <summary>Processes of Batch, likewise.</summary>
    public int Batches { get; init; } = 1;

    /// <summary>What the coordination service grants each session.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many in ten of those who look for the master ask the coordination service; the others have a list of addresses.
    /// </summary>
    public int TenthsThatDetect { get; init; } = 7;

    /// <summary>Whether anything in it is elected.</summary>
    public bool HasElections => Masters > 1 || Apps > 1 || Batches > 1;

    /// <summary>Three masters, two of each framework.</summary>
    public static ClusterPlan Elected { get; } = Default.WithAll();

    /// <summary>A defect for mutation tests: agents report so many times the resources that their machines have.</summary>
    public int Overstatement { get; init; } = 1;

    public static ClusterPlan Draw(SeededRandom random) => new(
        random.Between(1, 4), random.Between(2, 16) * 1_000, random.Between(2, 16) * 1_024, random.Pick<int>([200, 1_000]))
    {
        AgentPingInterval = TimeSpan.FromSeconds(random.Pick<int>([2, 5, 15, 15])),
        AgentReregisterTimeout = TimeSpan.FromMinutes(random.Pick<int>([2, 10, 10])),
        SnapshotEvery = random.Pick<int>([5, 50, 1_000]),
    };

    public ClusterPlan WithAll() => this with { Masters = 3, Apps = 2, Batches = 2 };

    /// <summary>Draws how many there are of each part, from a stream of their own: what was drawn before stays what it was.</summary>
    public ClusterPlan WithElections(SeededRandom random) => this with
    {
        Masters = random.Chance(0.7) ? 3 : 1,
        Apps = random.Between(1, 2),
        Batches = random.Between(1, 2),
        SessionTimeout = TimeSpan.FromSeconds(random.Pick<int>([4, 10, 10])),
        TenthsThatDetect = random.Pick<int>([0, 5, 10]),
    };
}
