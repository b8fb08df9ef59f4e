using Mesos.V1;
using Offerbook.Agent.Hosting;
using Offerbook.Resources;
using Offerbook.Wire.Metrics;

namespace Offerbook.Agent.Http.Operator;

/// <summary>
/// The agent's metrics under the names of semantics section 9. Exporters stop at the first that is missing, so all are there.
/// </summary>
internal static class AgentMetrics
{
    private static readonly string[] Scalars = ["cpus", "gpus", "mem", "disk"];

    /// <summary>What this agent does not have: resource providers, an image store of its own, executors that are preempted.</summary>
    private static readonly string[] Absent =
    [
        "containerizer/mesos/container_destroy_errors", "containerizer/mesos/provisioner/bind/remove_rootfs_errors",
        "containerizer/mesos/provisioner/remove_container_errors", "resource_provider_manager/events/disconnect",
        "resource_provider_manager/events/subscribe", "resource_provider_manager/subscribed", "slave/executors_preempted",
        "slave/recovery_errors",
    ];

    public static async Task CollectAsync(IMetricSink sink, RunningAgent agent, CancellationToken cancellation)
    {
        AddTo(sink, await agent.Gateway.ViewAsync(cancellation), (agent.Time.GetUtcNow() - agent.StartedAt).TotalSeconds);
        AddTo(sink, agent.Counts());
        SystemMetrics.AddTo(sink);
    }

    public static void AddTo(IMetricSink sink, AgentView view, double uptimeSeconds)
    {
        var tasks = view.Frameworks.SelectMany(framework => framework.Tasks).ToList();
        var counters = view.Counters;
        Gauge(sink, "slave/uptime_secs", uptimeSeconds);
        Gauge(sink, "slave/registered", view.Registered ? 1 : 0);
        Gauge(sink, "slave/frameworks_active", view.Frameworks.Count(framework => !framework.Completed));
        Gauge(sink, "slave/executor_directory_max_allowed_age_secs", view.SandboxMaxAllowedAge.TotalSeconds);
        Gauge(sink, "slave/recovery_time_secs", view.RecoveryTime.TotalSeconds);
        Executors(sink, view, tasks);
        States(sink, tasks);
        Gauge(sink, "operator_containers", view.OperatorContainers.Count(container => !container.HasEnded));
        Gauge(sink, "degraded", view.Degraded is null ? 0 : 1);
        Gauge(sink, "tasks_degraded", tasks.Count(task => task.Degraded is not null));
        Counter(sink, "slave/tasks_finished", counters.Finished);
        Counter(sink, "slave/tasks_failed", counters.Failed);
        Counter(sink, "slave/tasks_killed", counters.Killed);
        Counter(sink, "slave/tasks_lost", counters.Lost);
        Counter(sink, "slave/tasks_gone", counters.Gone);
        Counter(sink, "slave/container_launch_errors", counters.LaunchErrors);
        Counter(sink, "slave/valid_status_updates", counters.UpdatesAccepted);
        Counter(sink, "slave/invalid_status_updates", counters.UpdatesRefused);
        Counter(sink, "slave/valid_framework_messages", counters.MessagesPassed);
        Counter(sink, "slave/invalid_framework_messages", counters.MessagesDropped);
        Counter(sink, "slave/registration_attempts", counters.RegistrationAttempts);
        foreach (var name in Absent)
        {
            Gauge(sink, name, 0);
        }
        Resources(sink, view, tasks);
    }

    private static void AddTo(IMetricSink sink, ShellCounts counts)
    {
        Gauge(sink, "containerizer/fetcher/cache_size_total_bytes", counts.Fetches.CacheBytesTotal);
        Gauge(sink, "containerizer/fetcher/cache_size_used_bytes", counts.Fetches.CacheBytesUsed);
        Counter(sink, "containerizer/fetcher/task_fetches_succeeded", counts.Fetches.Succeeded);
        Counter(sink, "containerizer/fetcher/task_fetches_failed", counts.Fetches.Failed);
        Gauge(sink, "gc/path_removals_pending", counts.RemovalsPending);
        Counter(sink, "gc/path_removals_succeeded", counts.RemovalsSucceeded);
        Counter(sink, "gc/path_removals_failed", counts.RemovalsFailed);
    }

    private static void Executors(IMetricSink sink, AgentView view, List<TaskView> tasks)
    {
        // One is made up for each command task.
        var made = tasks.Where(task => !task.HasExecutor).ToList();
        var brought = view.Frameworks.SelectMany(framework => framework.Executors).ToList();
        Gauge(sink, "slave/executors_registering", Count(made, TaskState.TaskStaging) + Count(made, TaskState.TaskStarting)
            + brought.Count(executor => executor.Phase == Agent.Executors.ExecutorPhase.Registering));
        Gauge(sink, "slave/executors_running", Count(made, TaskState.TaskRunning)
            + brought.Count(executor => executor.Phase == Agent.Executors.ExecutorPhase.Running));
        Gauge(sink, "slave/executors_terminating", Count(made, TaskState.TaskKilling)
            + brought.Count(executor => executor.Phase == Agent.Executors.ExecutorPhase.Terminating));
        var counters = view.Counters;
        Counter(sink, "slave/executors_terminated", counters.CommandsEnded + counters.ExecutorsEnded);
    }

    private static void States(IMetricSink sink, List<TaskView> tasks)
    {
        Gauge(sink, "slave/tasks_staging", Count(tasks, TaskState.TaskStaging));
        Gauge(sink, "slave/tasks_starting", Count(tasks, TaskState.TaskStarting));
        Gauge(sink, "slave/tasks_running", Count(tasks, TaskState.TaskRunning));
        Gauge(sink, "slave/tasks_killing", Count(tasks, TaskState.TaskKilling));
    }

    private static int Count(List<TaskView> tasks, TaskState state) => tasks.Count(task => task.Task.State == state);

    private static void Resources(IMetricSink sink, AgentView view, List<TaskView> tasks)
    {
        var used = tasks.Where(task => !task.ContainerEnded).Select(task => task.Task.Resources)
            .Concat(view.Frameworks.SelectMany(framework => framework.Executors).Select(executor => executor.Info.Resources))
            .Aggregate(ResourceBag.Empty, (sum, resources) => sum + ResourceReader.Read(resources).Bag);
        Amounts(sink, "", view.Total.NonRevocable(), used.NonRevocable());
        Amounts(sink, "_revocable", view.Total.Revocable(), used.Revocable());
    }

    private static void Amounts(IMetricSink sink, string kind, ResourceBag total, ResourceBag used)
    {
        foreach (var name in Scalars)
        {
            var (has, takes) = (total.ScalarOf(name).ToDouble(), used.ScalarOf(name).ToDouble());
            Gauge(sink, $"slave/{name}{kind}_total", has);
            Gauge(sink, $"slave/{name}{kind}_used", takes);
            Gauge(sink, $"slave/{name}{kind}_percent", has > 0 ? takes / has : 0);
        }
    }

    private static void Gauge(IMetricSink sink, string name, double value) => sink.Add(MetricKind.Gauge, name, value);

    private static void Counter(IMetricSink sink, string name, double value) => sink.Add(MetricKind.Counter, name, value);
}
