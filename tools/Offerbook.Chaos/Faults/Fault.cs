using Offerbook.Chaos.Parts;
using Offerbook.Chaos.Workload;

namespace Offerbook.Chaos.Faults;

/// <summary>What a fault has to work on.</summary>
internal sealed record FaultSetting(ChaosCluster Cluster, Leaders Leaders, Documents Documents, Random Random)
{
    public T Any<T>(IReadOnlyList<T> some) => some[Random.Next(some.Count)];

    /// <summary>The leader if somebody knows one, else any.</summary>
    public async Task<Part> MasterAsync() => await Leaders.MasterAsync() ?? Any(Cluster.Masters);

    /// <inheritdoc cref="MasterAsync"/>
    public async Task<Part> AppsAsync() => await Leaders.AppsAsync() ?? Any(Cluster.Apps);

    /// <inheritdoc cref="MasterAsync"/>
    public async Task<Part> BatchAsync() => await Leaders.BatchAsync() ?? Any(Cluster.Batches);
}

/// <summary>A fault that has been made, and how it is undone.</summary>
/// <param name="What">What was done to whom.</param>
internal sealed record MadeFault(string What, Func<Task> HealAsync)
{
    /// <summary>Machines of agents that may be given up when it lasts.</summary>
    public IReadOnlyList<string> LostHosts { get; init; } = [];

    public bool EndsTasks { get; init; }

    /// <summary>Tasks' processes that it has killed.</summary>
    public IReadOnlyList<int> EndedProcesses { get; init; } = [];

    /// <summary>Looked at just before it is undone: what should not be so.</summary>
    public Func<Task<IReadOnlyList<string>>> JudgeAsync { get; init; } = () => Task.FromResult<IReadOnlyList<string>>([]);
}

/// <summary>Something that goes wrong on purpose.</summary>
/// <param name="Name">As it is chosen by on the command line.</param>
/// <param name="Rows">Rows of the fault matrix.</param>
/// <param name="Hold">How long it lasts.</param>
/// <param name="Suits">Whether a cluster has what it needs.</param>
/// <param name="MakeAsync">Makes it and returns at once; it lasts until it is healed.</param>
internal sealed record Fault(string Name, IReadOnlyList<int> Rows, TimeSpan Hold, Func<ChaosCluster, bool> Suits, Func<FaultSetting,
    Task<MadeFault>> MakeAsync);
