using Microsoft.AspNetCore.Http;
using Offerbook.Master.Http.Reads;
using Offerbook.Master.Operator;
using Offerbook.Master.Operator.Views;

namespace Offerbook.Master.Http.Legacy;

/// <summary>GET /state: everything.</summary>
internal static class StateJson
{
    public static Answer Of(MasterView view, IQueryCollection query) => new JsonAnswer()
        .Then(1, json =>
        {
            json.BeginObject();
            Identity(json, view);
            json.BeginArray("slaves"u8);
        })
        .Each(view.Agents, AgentJson.Agent)
        .Then(0, static json =>
        {
            json.EndArray();
            json.BeginArray("recovered_slaves"u8);
        })
        .Each(view.RecoveredAgents, AgentJson.RecoveredAgent)
        .Then(0, static json => json.EndArray())
        .Frameworks("frameworks", view.Frameworks, view)
        .Frameworks("completed_frameworks", view.CompletedFrameworks, view)
        .More(0, static json =>
        {
            json.EmptyArray("orphan_tasks"u8);
            json.EmptyArray("unregistered_frameworks"u8);
            json.EndObject();
        });

    private static void Identity(LegacyWriter json, MasterView view)
    {
        var master = view.Master;
        json.Text("version"u8, MasterSettings.ApiVersion);
        json.Text("git_tag"u8, BuildInfo.Tag);
        json.Text("build_date"u8, BuildInfo.Date);
        json.Double("build_time"u8, BuildInfo.Time);
        json.Text("build_user"u8, "");
        json.Double("start_time"u8, view.ProcessStartedSeconds);
        json.Double("elected_time"u8, view.Started.UnixSeconds);
        json.Text("id"u8, master.Id);
        json.Text("pid"u8, master.Pid);
        json.Text("hostname"u8, master.Hostname);
        json.BeginArray("capabilities"u8);
        foreach (var capability in master.Capabilities)
        {
            json.EnumValue(capability.Type);
        }
        json.EndArray();
        json.Double("activated_slaves"u8, view.Sums.ActiveAgents);
        json.Double("deactivated_slaves"u8, view.Agents.Count - view.Sums.ActiveAgents);
        json.Double("unreachable_slaves"u8, view.UnreachableAgents);
        if (master.Domain is not null)
        {
            json.Message("domain"u8, master.Domain);
        }
        json.Text("leader"u8, master.Pid);
        json.BeginObject("leader_info"u8);
        json.Text("id"u8, master.Id);
        json.Text("pid"u8, master.Pid);
        json.Integer("port"u8, master.Port);
        json.Text("hostname"u8, master.Hostname);
        if (master.Domain is not null)
        {
            json.Message("domain"u8, master.Domain);
        }
        json.EndObject();
        if (view.Settings.ClusterName is { } cluster)
        {
            json.Text("cluster"u8, cluster);
        }
        json.BeginObject("flags"u8);
        foreach (var (name, value) in FlagList.Of(view.Settings))
        {
            json.Named(name).Text(value);
        }
        json.EndObject();
    }
}
