namespace Offerbook.Chaos.Observation;

/// <summary>A fault that was made.</summary>
/// <param name="Rows">Rows of the fault matrix that it is.</param>
/// <param name="What">What was done to whom.</param>
/// <param name="To">When it was healed, and the agents that were away were back.</param>
/// <param name="LostHosts">Machines of agents that the master may have taken for unreachable because of it, when it lasted long
/// enough.</param>
/// <param name="EndsTasks">It ended the tasks there itself.</param>
public sealed record FaultRecord(
    string Name, IReadOnlyList<int> Rows, string What, TimeSpan From, TimeSpan To, IReadOnlyList<string> LostHosts, bool EndsTasks = false)
{
    /// <summary>Tasks' processes that it has killed itself.</summary>
    public IReadOnlyList<int> EndedProcesses { get; init; } = [];

    /// <summary>What was not as it must be while it lasted.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];
}
