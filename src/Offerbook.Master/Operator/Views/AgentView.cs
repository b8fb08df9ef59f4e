using System.Collections.Immutable;
using Mesos.V1;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Operator.Views;

/// <summary>A registered agent at one moment.</summary>
/// <param name="Deactivated">An operator wants it to get no offers.</param>
/// <param name="Drain">Set when it is draining or drained.</param>
/// <param name="Used">By framework, with allocation roles.</param>
/// <param name="Offered">With allocation roles.</param>
public sealed record AgentView(
    AgentId Id,
    AgentInfo Info,
    string Pid,
    string Version,
    bool Connected,
    bool Deactivated,
    DrainInfo? Drain,
    DateTimeOffset? DrainStarted,
    DateTimeOffset RegisteredTime,
    DateTimeOffset? ReregisteredTime,
    IReadOnlyList<AgentInfo.Types.Capability> Capabilities,
    ResourceBag Total,
    ImmutableArray<KeyValuePair<FrameworkId, ResourceBag>> Used,
    ResourceBag Offered,
    ImmutableArray<ExecutorView> Executors)
{
    private ResourceBag? _usedTotal;

    /// <summary>Under way, or their end is not acknowledged.</summary>
    public ImmutableArray<Mesos.V1.Operation> Operations { get; init; } = [];

    /// <summary>Why it can take no new work, as it says itself; null when it can.</summary>
    public string? Degraded { get; init; }

    /// <summary>Connected, not deactivated and not degraded: it may be offered.</summary>
    public bool Active => Connected && !Deactivated && Degraded is null;

    /// <summary>What all frameworks together use.</summary>
    public ResourceBag UsedTotal => _usedTotal ??= Sum();

    /// <summary>The same agent with less to see.</summary>
    internal AgentView Showing(
        AgentInfo info, ResourceBag total, ImmutableArray<KeyValuePair<FrameworkId, ResourceBag>> used, ResourceBag offered,
        ImmutableArray<ExecutorView> executors,
        ImmutableArray<Mesos.V1.Operation> operations) => this with
        {
            _usedTotal = null, Info = info, Total = total, Used = used, Offered = offered, Executors = executors, Operations = operations,
        };

    private ResourceBag Sum()
    {
        var sum = ResourceBag.Empty;
        foreach (var (_, used) in Used)
        {
            sum += used;
        }
        return sum;
    }
}

public sealed record ExecutorView(FrameworkId Framework, AgentId Agent, ExecutorInfo Info, ResourceBag Resources);
