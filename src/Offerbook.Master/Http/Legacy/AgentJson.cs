using Mesos.V1;
using Offerbook.Master.Operator.Views;
using Offerbook.Resources;

namespace Offerbook.Master.Http.Legacy;

/// <summary>Agents, which the read endpoints still call slaves.</summary>
internal static class AgentJson
{
    public static void Agent(this LegacyWriter json, AgentView agent)
    {
        json.BeginObject();
        json.AgentMembers(agent);
        json.EndObject();
    }

    /// <summary>The members of an agent's object; the caller opens and closes it, and may add more.</summary>
    public static void AgentMembers(this LegacyWriter json, AgentView agent)
    {
        Identity(json, agent.Info);
        json.Text("pid"u8, agent.Pid);
        json.Double("registered_time"u8, Times.ToSeconds(agent.RegisteredTime));
        if (agent.ReregisteredTime is { } again)
        {
            json.Double("reregistered_time"u8, Times.ToSeconds(again));
        }
        json.Resources("resources"u8, agent.Total);
        json.Resources("used_resources"u8, agent.UsedTotal);
        json.Resources("offered_resources"u8, agent.Offered);
        json.ReservedResources("reserved_resources"u8, agent.Total);
        json.Resources("unreserved_resources"u8, agent.Total.Unreserved());
        json.Bool("active"u8, agent.Active);
        json.Bool("deactivated"u8, agent.Deactivated);
        if (agent.Degraded is { } degraded)
        {
            json.Text("degraded"u8, degraded);
        }
        json.Text("version"u8, agent.Version);
        json.BeginArray("capabilities"u8);
        foreach (var capability in agent.Capabilities)
        {
            json.EnumValue(capability.Type);
        }
        json.EndArray();
        if (agent.Drain is { } drain)
        {
            json.Message("drain_info"u8, drain);
        }
        if (agent.DrainStarted is { } started)
        {
            json.Double("estimated_drain_start_time_seconds"u8, Times.ToSeconds(started));
        }
    }

    public static void RecoveredAgent(this LegacyWriter json, AgentInfo info)
    {
        json.BeginObject();
        Identity(json, info);
        json.EndObject();
    }

    private static void Identity(LegacyWriter json, AgentInfo info)
    {
        json.Text("id"u8, info.Id.Value);
        json.Text("hostname"u8, info.Hostname);
        json.Integer("port"u8, info.Port);
        json.Attributes(info.Attributes);
        if (info.Domain is not null)
        {
            json.Message("domain"u8, info.Domain);
        }
    }
}
