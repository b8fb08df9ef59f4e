using Microsoft.AspNetCore.Http;
using Mesos.V1;
using Offerbook.Master.Operator;
using Offerbook.Master.Operator.Views;

namespace Offerbook.Master.Http.Legacy;

/// <summary>GET /state: everything.</summary>
internal static class StateJson
{
    public static void Write(LegacyWriter json, MasterView view, IQueryCollection query)
    {
        json.BeginObject();
        Identity(json, view);
        json.BeginArray("slaves");
        foreach (var agent in view.Agents)
        {
            json.BeginObject();
            json.AgentMembers(agent);
            json.EndObject();
        }
        json.EndArray();
        json.RecoveredAgents(view);
        json.Frameworks("frameworks", view.Frameworks, view);
        json.Frameworks("completed_frameworks", view.CompletedFrameworks, view);
        json.EmptyArray("orphan_tasks");
        json.EmptyArray("unregistered_frameworks");
        json.EndObject();
    }

    private static void Identity(LegacyWriter json, MasterView view)
    {
        var master = view.Master;
        json.Text("version", MasterSettings.ApiVersion);
        json.Text("git_tag", BuildInfo.Tag);
        json.Text("build_date", BuildInfo.Date);
        json.Double("build_time", BuildInfo.Time);
        json.Text("build_user", "");
        json.Double("start_time", view.Started.UnixSeconds);
        json.Double("elected_time", view.Started.UnixSeconds);
        json.Text("id", master.Id);
        json.Text("pid", master.Pid);
        json.Text("hostname", master.Hostname);
        json.Texts("capabilities", master.Capabilities.Select(Name));
        json.Double("activated_slaves", view.Sums.ActiveAgents);
        json.Double("deactivated_slaves", view.Agents.Count - view.Sums.ActiveAgents);
        json.Double("unreachable_slaves", view.UnreachableAgents);
        json.Text("leader", master.Pid);
        json.BeginObject("leader_info");
        json.Text("id", master.Id);
        json.Text("pid", master.Pid);
        json.Integer("port", master.Port);
        json.Text("hostname", master.Hostname);
        json.EndObject();
        if (view.Settings.ClusterName is { } cluster)
        {
            json.Text("cluster", cluster);
        }
        json.BeginObject("flags");
        foreach (var (name, value) in FlagList.Of(view.Settings))
        {
            json.Text(name, value);
        }
        json.EndObject();
    }

    private static string Name(MasterInfo.Types.Capability capability) => capability.Type switch
    {
        MasterInfo.Types.Capability.Types.Type.AgentUpdate => "AGENT_UPDATE",
        MasterInfo.Types.Capability.Types.Type.AgentDraining => "AGENT_DRAINING",
        MasterInfo.Types.Capability.Types.Type.QuotaV2 => "QUOTA_V2",
        _ => "UNKNOWN",
    };
}
