using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Http.Book;

/// <summary>
/// All agents in two pictures: every reason with how many agents it holds for, and agents with the same set of reasons together.
/// </summary>
internal sealed class WhySummary
{
    /// <summary>
    /// Different reasons, and different sets of them; the rest is counted together. There is one of the first for each framework that holds
    /// anything.
    /// </summary>
    private const int MaxEntries = 1_000;

    private const int MaxExamples = 3;

    private readonly Dictionary<ReasonKey, ReasonTotal> _reasons = [];
    private readonly Dictionary<string, GroupTotal> _groups = new(StringComparer.Ordinal);

    public int Agents { get; private set; }

    /// <summary>Agents whose set of reasons did not fit.</summary>
    public int Ungrouped { get; private set; }

    public IEnumerable<ReasonTotal> Reasons => _reasons.Values.OrderByDescending(total => total.Agents)
        .ThenBy(total => total.Key.Reason, StringComparer.Ordinal).ThenBy(total => total.Key.Framework?.Value, StringComparer.Ordinal)
        .ThenBy(total => total.Key.Role, StringComparer.Ordinal).ThenBy(total => total.Key.Resource, StringComparer.Ordinal);

    public IEnumerable<GroupTotal> Groups =>
        _groups.Values.OrderByDescending(group => group.Agents).ThenBy(group => string.Join(',', group.Reasons), StringComparer.Ordinal);

    public void Add(AgentObstacles agent)
    {
        Agents++;
        foreach (var obstacle in agent.Obstacles)
        {
            Add(obstacle);
        }
        var reasons = agent.Obstacles.Select(WhyJson.NameOf).Distinct().Order(StringComparer.Ordinal).ToArray();
        var key = string.Join(',', reasons);
        if (!_groups.TryGetValue(key, out var group))
        {
            if (_groups.Count >= MaxEntries)
            {
                Ungrouped++;
                return;
            }
            _groups[key] = group = new GroupTotal(reasons);
        }
        group.Agents++;
        group.Free += agent.Available.Quantities;
        if (group.Examples.Count < MaxExamples)
        {
            group.Examples.Add(agent.Hostname);
        }
    }

    private void Add(Obstacle obstacle)
    {
        var key = KeyOf(obstacle);
        if (!_reasons.TryGetValue(key, out var total))
        {
            if (_reasons.Count >= MaxEntries)
            {
                key = new ReasonKey(key.Reason, null, null, null);
                if (!_reasons.TryGetValue(key, out total))
                {
                    _reasons[key] = total = new ReasonTotal(key, obstacle);
                }
            }
            else
            {
                _reasons[key] = total = new ReasonTotal(key, obstacle);
            }
        }
        total.Agents++;
        total.Amount += AmountOf(obstacle);
        var until = obstacle switch
        {
            Obstacle.Refused refused => refused.Until,
            Obstacle.RefusedLately lately => lately.Until,
            _ => (TimeSpan?)null,
        };
        if (until is { } time && (total.FirstUntil is null || time < total.FirstUntil))
        {
            total.FirstUntil = time;
        }
    }

    private static ReasonKey KeyOf(Obstacle obstacle) => obstacle switch
    {
        Obstacle.HeldBy held => new(WhyJson.NameOf(obstacle), held.Framework, held.Role, null),
        Obstacle.ReservedTo reserved => new(WhyJson.NameOf(obstacle), null, reserved.Role, null),
        Obstacle.QuotaLimit quota => new(WhyJson.NameOf(obstacle), null, quota.Role, quota.Resource),
        Obstacle.Headroom headroom => new(WhyJson.NameOf(obstacle), null, null, headroom.Resource),
        _ => new(WhyJson.NameOf(obstacle), null, null, null),
    };

    private static ResourceQuantities AmountOf(Obstacle obstacle) => obstacle switch
    {
        Obstacle.HeldBy held => held.Used + held.Offered,
        Obstacle.ReservedTo reserved => reserved.Amount,
        Obstacle.Unsupported unsupported => unsupported.Amount,
        Obstacle.TooSmall small => small.Left,
        Obstacle.Refused refused => refused.Resources.Quantities,
        Obstacle.NotItsTurn turn => turn.Resources.Quantities,
        Obstacle.QuotaLimit quota => ResourceQuantities.OfExact((quota.Resource, quota.Free)),
        Obstacle.Headroom headroom => ResourceQuantities.OfExact((headroom.Resource, headroom.Free)),
        _ => ResourceQuantities.Empty,
    };
}

/// <summary>What is counted together: the reason, and of whom or what.</summary>
internal sealed record ReasonKey(string Reason, FrameworkId? Framework, string? Role, string? Resource);

/// <param name="Example">One of them; numbers that are the same for all are taken from it.</param>
internal sealed class ReasonTotal(ReasonKey key, Obstacle example)
{
    public ReasonKey Key { get; } = key;

    public Obstacle Example { get; } = example;

    public int Agents { get; set; }

    /// <summary>What the reason keeps away, of all agents together.</summary>
    public ResourceQuantities Amount { get; set; } = ResourceQuantities.Empty;

    /// <summary>When the first of them ends by itself; as <c>Now.Elapsed</c>.</summary>
    public TimeSpan? FirstUntil { get; set; }
}

internal sealed class GroupTotal(string[] reasons)
{
    public string[] Reasons { get; } = reasons;

    public int Agents { get; set; }

    /// <summary>What is free on them, for whomever.</summary>
    public ResourceQuantities Free { get; set; } = ResourceQuantities.Empty;

    public List<string> Examples { get; } = [];
}
