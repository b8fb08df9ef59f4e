using Mesos.V1.Master;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Simulator.Checks.Promises;

/// <summary>
/// What operators were told is in force, whichever master leads: limits of roles, agents out of service. Of what was taken by a master
/// that ended before it answered nothing is known until it is ordered anew.
/// </summary>
public sealed class StandingOrders
{
    private readonly SortedDictionary<string, SortedDictionary<string, double>> _limits = new(StringComparer.Ordinal);
    private readonly HashSet<string> _outOfService = [];

    /// <summary>The limits of a role, by resource; null when it has none that is known.</summary>
    public IReadOnlyDictionary<string, double>? LimitsOf(string role) => _limits.GetValueOrDefault(role);

    public bool IsOutOfService(string agent) => _outOfService.Contains(agent);

    public void Order(Call call)
    {
        switch (call.Type)
        {
            case Type.UpdateQuota:
                foreach (var config in call.UpdateQuota.QuotaConfigs)
                {
                    _limits[config.Role] = new SortedDictionary<string, double>(
                        config.Limits.ToDictionary(limit => limit.Key, limit => limit.Value.Value), StringComparer.Ordinal);
                }
                break;
            case Type.DrainAgent:
                _outOfService.Add(call.DrainAgent.AgentId.Value);
                break;
            case Type.DeactivateAgent:
                _outOfService.Add(call.DeactivateAgent.AgentId.Value);
                break;
            case Type.MarkAgentGone:
                _outOfService.Add(call.MarkAgentGone.AgentId.Value);
                break;
            case Type.ReactivateAgent:
                _outOfService.Remove(call.ReactivateAgent.AgentId.Value);
                break;
        }
    }

    public void Doubt(Call call)
    {
        foreach (var config in call.UpdateQuota?.QuotaConfigs ?? [])
        {
            _limits.Remove(config.Role);
        }
        foreach (var agent in new[] { call.DrainAgent?.AgentId, call.DeactivateAgent?.AgentId, call.MarkAgentGone?.AgentId })
        {
            if (agent is not null)
            {
                _outOfService.Remove(agent.Value);
            }
        }
    }
}
