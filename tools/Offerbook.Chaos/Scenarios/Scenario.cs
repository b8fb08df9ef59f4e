using Offerbook.Chaos.Workload;

namespace Offerbook.Chaos.Scenarios;

/// <summary>What clients do, and which faults are made meanwhile.</summary>
/// <param name="Clients">From a seed and what clients need.</param>
/// <param name="Faults">Names of faults; each round makes all that suit the cluster, in an order drawn from the seed.</param>
/// <param name="Calm">Between the end of one fault and the next; drawn up to half as long again.</param>
internal sealed record Scenario(string Name, string Description, Func<int, ClientSetting, IReadOnlyList<ChaosClient>> Clients,
    IReadOnlyList<string> Faults, TimeSpan Calm)
{
    /// <summary>Each fault is made once, however long that takes.</summary>
    public bool IsOneRound { get; init; }
}
