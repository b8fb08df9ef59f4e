using Microsoft.AspNetCore.Http;
using Mesos.V1;
using Offerbook.Master.Operator.Views;
using Offerbook.Master.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Http.Legacy;

/// <summary>GET /state-summary: agents and frameworks with counts of tasks in place of tasks.</summary>
internal static class StateSummaryJson
{
    private static readonly TaskState[] Counted =
    [
        TaskState.TaskStaging, TaskState.TaskStarting, TaskState.TaskRunning, TaskState.TaskKilling, TaskState.TaskFinished,
        TaskState.TaskKilled, TaskState.TaskFailed, TaskState.TaskLost, TaskState.TaskError, TaskState.TaskUnreachable,
    ];

    public static void Write(LegacyWriter json, MasterView view, IQueryCollection query)
    {
        var all = view.Frameworks.SelectMany(framework => framework.Tasks.Concat(framework.UnreachableTasks).Concat(framework.CompletedTasks)).ToList();
        var byAgent = all.ToLookup(task => task.Agent);
        var byFramework = all.ToLookup(task => task.Framework);
        json.BeginObject();
        json.Text("hostname", view.Master.Hostname);
        if (view.Settings.ClusterName is { } cluster)
        {
            json.Text("cluster", cluster);
        }
        json.BeginArray("slaves");
        foreach (var agent in view.Agents)
        {
            json.BeginObject();
            json.AgentMembers(agent);
            Counts(json, byAgent[agent.Id]);
            json.Texts("framework_ids", byAgent[agent.Id].Select(task => task.Framework).Distinct().Order().Select(id => id.Value));
            json.EndObject();
        }
        json.EndArray();
        json.BeginArray("frameworks");
        foreach (var framework in view.Frameworks)
        {
            json.BeginObject();
            json.FrameworkMembers(framework, view);
            Counts(json, byFramework[framework.Id]);
            json.Texts("slave_ids", byFramework[framework.Id].Select(task => task.Agent).Distinct().Order().Select(id => id.Value));
            json.EndObject();
        }
        json.EndArray();
        json.EndObject();
    }

    private static void Counts(LegacyWriter json, IEnumerable<TaskModel> tasks)
    {
        var counts = tasks.CountBy(task => task.State).ToDictionary();
        foreach (var state in Counted)
        {
            json.Integer(TaskJson.StateName(state), counts.GetValueOrDefault(state));
        }
    }
}
