using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Faults;

namespace Offerbook.Simulator;

/// <summary>How a seed is run. What is left null is drawn from the seed.</summary>
public sealed record SimulationOptions
{
    public static SimulationOptions Default { get; } = new();

    /// <summary>Virtual time during which clients ask for things and faults strike. Default 10 minutes.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Virtual time within which the cluster must have converged after the last fault. Default 40 minutes: the longest chain of
    /// production timeouts is a status update's retry (up to 10 minutes), the framework's reconciliation (10), and the agents'
    /// re-registration after a master's restart (10).
    /// </summary>
    public TimeSpan HealLimit { get; init; } = TimeSpan.FromMinutes(40);

    public ClusterPlan? Cluster { get; init; }

    /// <summary>
    /// Whether there are several of some parts, which stand in elections. Null draws it, for four in ten runs, and which; true: of all.
    /// </summary>
    public bool? Elections { get; init; }

    public FaultPlan? Faults { get; init; }

    /// <summary>Whether clients ask Apps for anything. Default true.</summary>
    public bool AppsClients { get; init; } = true;

    /// <summary>Whether clients put groups of every shape, and pods, beside their simpler apps. Null draws it.</summary>
    public bool? Trees { get; init; }

    /// <summary>
    /// Whether clients also put apps with volumes, on every agent, run to completion and with preferences. Null draws it.
    /// </summary>
    public bool? Kinds { get; init; }

    /// <summary>Whether a pod with a persistent volume is among the apps of other kinds. Null draws it.</summary>
    public bool? PodsWithVolumes { get; init; }

    /// <summary>
    /// Whether clients of the apps of other kinds ask what would fit, and to have instances moved to better places. Null draws it.
    /// </summary>
    public bool? Looks { get; init; }

    /// <summary>Readers of the events of Apps, which leave and come back. Null draws none, one or two.</summary>
    public int? Readers { get; init; }

    /// <summary>Whether programs of this build and of the one before it run side by side. Null draws it, for three in ten runs.</summary>
    public bool? Builds { get; init; }

    /// <summary>Frameworks that do whatever the scheduler API allows. Null draws none, one or two.</summary>
    public int? WildFrameworks { get; init; }

    /// <summary>Operators who change quotas, weights, maintenance and the standing of agents. Null draws whether there are any.</summary>
    public bool? Operators { get; init; }

    /// <summary>
    /// Virtual time between two deep checks (state equals the fold of the journal, the cores' own invariants). Default 10 s.
    /// </summary>
    public TimeSpan DeepCheckInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A defect that the checks must find. Default: none.</summary>
    public Mutation Mutation { get; init; }

    /// <summary>The same run with those taking part whom a mixture names.</summary>
    public SimulationOptions Of(Mixture mixture) => mixture switch
    {
        Mixture.Kinds => this with { Kinds = true, Trees = false, WildFrameworks = 0, Operators = false },
        Mixture.Trees => this with { Kinds = false, Trees = true, WildFrameworks = 0, Operators = false },
        Mixture.Wild => this with { Kinds = false, Trees = false, WildFrameworks = 3, AppsClients = false },
        Mixture.Operators => this with { Kinds = false, Trees = false, WildFrameworks = 3, AppsClients = false, Operators = true },
        _ => this,
    };

    /// <summary>Told of every event as it happens.</summary>
    public Action<string>? Watch { get; init; }
}
