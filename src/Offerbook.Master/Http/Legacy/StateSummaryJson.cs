using Microsoft.AspNetCore.Http;
using Mesos.V1;
using Offerbook.Master.Http.Reads;
using Offerbook.Master.Operator.Views;

namespace Offerbook.Master.Http.Legacy;

/// <summary>GET /state-summary: agents and frameworks with counts of tasks in place of tasks.</summary>
internal static class StateSummaryJson
{
    private static readonly TaskState[] s_counted =
    [
        TaskState.TaskStaging, TaskState.TaskStarting, TaskState.TaskRunning, TaskState.TaskKilling, TaskState.TaskFinished,
        TaskState.TaskKilled, TaskState.TaskFailed, TaskState.TaskLost, TaskState.TaskError, TaskState.TaskUnreachable,
    ];

    public static Answer Of(MasterView view, IQueryCollection query)
    {
        var summary = new TaskSummary(view);
        return new JsonAnswer()
            .Then(1, json =>
            {
                json.BeginObject();
                json.Text("hostname"u8, view.Master.Hostname);
                if (view.Settings.ClusterName is { } cluster)
                {
                    json.Text("cluster"u8, cluster);
                }
                json.BeginArray("slaves"u8);
            })
            .Each(view.Agents, (json, agent) =>
            {
                json.BeginObject();
                json.AgentMembers(agent);
                var tally = summary.On(agent.Id);
                Counts(json, tally);
                json.Texts("framework_ids"u8, tally.Counterparts);
                json.EndObject();
            })
            .Then(0, static json =>
            {
                json.EndArray();
                json.BeginArray("frameworks"u8);
            })
            .Each(view.Frameworks, (json, framework) =>
            {
                json.BeginObject();
                json.FrameworkMembers(framework, view);
                var tally = summary.Of(framework.Id);
                Counts(json, tally);
                json.Texts("slave_ids"u8, tally.Counterparts);
                json.EndObject();
            })
            .Then(0, static json =>
            {
                json.EndArray();
                json.EndObject();
            });
    }

    private static void Counts(LegacyWriter json, TaskTally tally)
    {
        foreach (var state in s_counted)
        {
            json.Named(OriginalNames<TaskState>.Of(state)).Integer(tally[state]);
        }
    }
}
