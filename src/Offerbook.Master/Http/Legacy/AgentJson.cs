using Mesos.V1;
using Offerbook.Master.Operator.Views;
using Offerbook.Resources;

namespace Offerbook.Master.Http.Legacy;

/// <summary>Agents, which the read endpoints still call slaves.</summary>
internal static class AgentJson
{
    /// <summary>The members of an agent's object; the caller opens and closes it, and may add more.</summary>
    public static void AgentMembers(this LegacyWriter json, AgentView agent)
    {
        Identity(json, agent.Info);
        json.Text("pid", agent.Pid);
        json.Double("registered_time", Times.ToSeconds(agent.RegisteredTime));
        if (agent.ReregisteredTime is { } again)
        {
            json.Double("reregistered_time", Times.ToSeconds(again));
        }
        json.Resources("resources", agent.Total);
        json.Resources("used_resources", agent.UsedTotal);
        json.Resources("offered_resources", agent.Offered);
        json.ReservedResources("reserved_resources", agent.Total);
        json.Resources("unreserved_resources", agent.Total.Unreserved());
        json.Bool("active", agent.Active);
        json.Bool("deactivated", agent.Deactivated);
        json.Text("version", agent.Version);
        json.Texts("capabilities", agent.Capabilities.Select(capability => Operator.MasterCounters.Snake(capability.Type.ToString()).ToUpperInvariant()));
        if (agent.Drain is { } drain)
        {
            json.Message("drain_info", drain);
        }
        if (agent.DrainStarted is { } started)
        {
            json.Double("estimated_drain_start_time_seconds", Times.ToSeconds(started));
        }
    }

    public static void RecoveredAgents(this LegacyWriter json, MasterView view)
    {
        json.BeginArray("recovered_slaves");
        foreach (var info in view.RecoveredAgents)
        {
            json.BeginObject();
            Identity(json, info);
            json.EndObject();
        }
        json.EndArray();
    }

    private static void Identity(LegacyWriter json, AgentInfo info)
    {
        json.Text("id", info.Id.Value);
        json.Text("hostname", info.Hostname);
        json.Integer("port", info.Port);
        json.Attributes(info.Attributes);
        if (info.Domain is not null)
        {
            json.Message("domain", info.Domain);
        }
    }
}
