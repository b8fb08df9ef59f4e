using System.Globalization;
using Mesos.V1;
using Newtonsoft.Json;
using Offerbook.Resources;

namespace Offerbook.Agent.Http;

/// <summary>GET /metrics/snapshot: numbers by name, sorted (semantics section 9).</summary>
internal static class MetricsDocument
{
    public static void Write(JsonWriter json, AgentView view, double uptimeSeconds)
    {
        json.WriteStartObject();
        foreach (var (name, value) in Of(view, uptimeSeconds))
        {
            json.Member(name, value);
        }
        json.WriteEndObject();
    }

    public static SortedDictionary<string, double> Of(AgentView view, double uptimeSeconds)
    {
        var tasks = view.Frameworks.SelectMany(framework => framework.Tasks).ToList();
        var counters = view.Counters;
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["slave/uptime_secs"] = uptimeSeconds,
            ["slave/registered"] = view.Registered ? 1 : 0,
            ["slave/recovery_errors"] = 0,
            ["slave/frameworks_active"] = view.Frameworks.Count(framework => framework.Tasks.Count > 0),
            ["slave/executors_registering"] = Count(tasks, TaskState.TaskStaging) + Count(tasks, TaskState.TaskStarting),
            ["slave/executors_running"] = Count(tasks, TaskState.TaskRunning),
            ["slave/executors_terminating"] = Count(tasks, TaskState.TaskKilling),
            ["slave/executors_terminated"] = counters.Finished + counters.Failed + counters.Killed + counters.Lost + counters.Gone,
            ["slave/executors_preempted"] = 0,
            ["slave/tasks_staging"] = Count(tasks, TaskState.TaskStaging),
            ["slave/tasks_starting"] = Count(tasks, TaskState.TaskStarting),
            ["slave/tasks_running"] = Count(tasks, TaskState.TaskRunning),
            ["slave/tasks_killing"] = Count(tasks, TaskState.TaskKilling),
            ["slave/tasks_finished"] = counters.Finished,
            ["slave/tasks_failed"] = counters.Failed,
            ["slave/tasks_killed"] = counters.Killed,
            ["slave/tasks_lost"] = counters.Lost,
            ["slave/tasks_gone"] = counters.Gone,
            ["slave/container_launch_errors"] = counters.LaunchErrors,
            ["slave/valid_status_updates"] = counters.UpdatesAccepted,
            ["slave/invalid_status_updates"] = 0,
            ["slave/registration_attempts"] = counters.RegistrationAttempts,
        };
        AddResources(metrics, view, tasks);
        AddSystem(metrics);
        return metrics;
    }

    private static double Count(List<TaskView> tasks, TaskState state) => tasks.Count(task => task.Task.State == state);

    private static void AddResources(SortedDictionary<string, double> metrics, AgentView view, List<TaskView> tasks)
    {
        var total = view.Total;
        var used = tasks.Where(task => !task.ContainerEnded)
            .Aggregate(ResourceBag.Empty, (sum, task) => sum + ResourceReader.Read(task.Task.Resources).Bag);
        foreach (var name in new[] { "cpus", "gpus", "mem", "disk" })
        {
            var (has, takes) = (total.NonRevocable().ScalarOf(name).ToDouble(), used.NonRevocable().ScalarOf(name).ToDouble());
            metrics[$"slave/{name}_total"] = has;
            metrics[$"slave/{name}_used"] = takes;
            metrics[$"slave/{name}_percent"] = has > 0 ? takes / has : 0;
        }
    }

    private static void AddSystem(SortedDictionary<string, double> metrics)
    {
        metrics["system/cpus_total"] = System.Environment.ProcessorCount;
        if (File.Exists("/proc/loadavg") && File.ReadAllText("/proc/loadavg").Split(' ') is [var one, var five, var fifteen, ..])
        {
            metrics["system/load_1min"] = double.Parse(one, CultureInfo.InvariantCulture);
            metrics["system/load_5min"] = double.Parse(five, CultureInfo.InvariantCulture);
            metrics["system/load_15min"] = double.Parse(fifteen, CultureInfo.InvariantCulture);
        }
        var memory = GC.GetGCMemoryInfo();
        metrics["system/mem_total_bytes"] = memory.TotalAvailableMemoryBytes;
        metrics["system/mem_free_bytes"] = Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes);
    }
}
