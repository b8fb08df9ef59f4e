using Mesos.V1;
using Offerbook.Master.Operator.Views;
using Offerbook.Resources;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Operator;

/// <summary>Every metric of the core under its original name, drawn from a view. What cannot be known without a clock inside the core is left out.</summary>
internal static class MetricsReport
{
    private static readonly string[] Scalars = ["cpus", "disk", "gpus", "mem"];

    private static readonly TaskState[] Gauges = [TaskState.TaskStaging, TaskState.TaskStarting, TaskState.TaskRunning, TaskState.TaskKilling];

    private static readonly TaskState[] Terminals =
    [
        TaskState.TaskDropped, TaskState.TaskError, TaskState.TaskFailed, TaskState.TaskFinished, TaskState.TaskGone,
        TaskState.TaskGoneByOperator, TaskState.TaskKilled, TaskState.TaskLost,
    ];

    private static readonly string[] OperationStates =
        ["dropped", "error", "failed", "finished", "gone_by_operator", "pending", "recovering", "total", "unreachable"];

    private static readonly string[] OperationTypes =
        ["create", "create_disk", "destroy", "destroy_disk", "grow_volume", "reserve", "shrink_volume", "unreserve"];

    public static SortedDictionary<string, double> Of(MasterView view)
    {
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, value) in view.Counters)
        {
            metrics["master/" + name] = value;
        }
        AddResources(metrics, view);
        AddMembers(metrics, view);
        AddAllocator(metrics, view);
        AddOperations(metrics);
        foreach (var framework in view.Frameworks.Concat(view.CompletedFrameworks))
        {
            AddFramework(metrics, framework);
        }
        return metrics;
    }

    private static void AddResources(SortedDictionary<string, double> metrics, MasterView view)
    {
        var total = ResourceBag.Empty;
        var used = ResourceBag.Empty;
        foreach (var agent in view.Agents)
        {
            total += agent.Total;
            foreach (var (_, resources) in agent.Used)
            {
                used += resources;
            }
        }
        foreach (var name in Scalars)
        {
            Add(name, total.NonRevocable(), used.NonRevocable());
            Add(name + "_revocable", total.Revocable(), used.Revocable());

            void Add(string metric, ResourceBag all, ResourceBag taken)
            {
                var (has, takes) = (all.ScalarOf(name).ToDouble(), taken.ScalarOf(name).ToDouble());
                metrics[$"master/{metric}_total"] = has;
                metrics[$"master/{metric}_used"] = takes;
                metrics[$"master/{metric}_percent"] = has > 0 ? takes / has : 0;
            }
        }
    }

    private static void AddMembers(SortedDictionary<string, double> metrics, MasterView view)
    {
        var connected = view.Agents.Count(agent => agent.Connected);
        metrics["master/uptime_secs"] = (view.Taken.Elapsed - view.Started.Elapsed).TotalSeconds;
        metrics["master/elected"] = 1;
        metrics["master/slaves_connected"] = connected;
        metrics["master/slaves_disconnected"] = view.Agents.Length - connected;
        metrics["master/slaves_active"] = connected;
        metrics["master/slaves_inactive"] = view.Agents.Length - connected;
        metrics["master/slaves_unreachable"] = view.UnreachableAgents;
        var subscribed = view.Frameworks.Count(framework => framework.Connected);
        metrics["master/frameworks_connected"] = subscribed;
        metrics["master/frameworks_disconnected"] = view.Frameworks.Length - subscribed;
        metrics["master/frameworks_active"] = subscribed;
        metrics["master/frameworks_inactive"] = view.Frameworks.Length - subscribed;
        metrics["master/outstanding_offers"] = view.OffersOut;
        metrics["master/operator_event_stream_subscribers"] = 0;
        var states = view.Frameworks.SelectMany(framework => framework.Tasks).CountBy(task => task.State).ToDictionary();
        foreach (var state in Gauges)
        {
            metrics["master/tasks_" + MasterCounters.Name(state)] = states.GetValueOrDefault(state);
        }
        metrics["master/tasks_unreachable"] = view.Frameworks.Sum(framework => framework.UnreachableTasks.Count(task => task.State == TaskState.TaskUnreachable));
    }

    private static void AddAllocator(SortedDictionary<string, double> metrics, MasterView view)
    {
        var held = ResourceQuantities.Empty;
        foreach (var role in view.Allocator.Roles)
        {
            held += role.Allocated;
            metrics[$"allocator/mesos/roles/{role.Role}/shares/dominant"] = role.DominantShare;
            metrics[$"allocator/mesos/offer_filters/roles/{role.Role}/active"] = role.Frameworks.Sum(framework => framework.Filters);
        }
        metrics["allocator/event_queue_dispatches"] = 0;
        metrics["allocator/mesos/event_queue_dispatches"] = 0;
        metrics["allocator/mesos/allocation_runs"] = view.AllocationRuns;
        foreach (var name in view.Allocator.Total.Names)
        {
            metrics[$"allocator/mesos/resources/{name}/total"] = view.Allocator.Total[name].ToDouble();
            metrics[$"allocator/mesos/resources/{name}/offered_or_allocated"] = held[name].ToDouble();
        }
    }

    /// <summary>No operation but launches is carried out, which have metrics of their own: all zero, and there for exporters.</summary>
    private static void AddOperations(SortedDictionary<string, double> metrics)
    {
        foreach (var state in OperationStates)
        {
            metrics[$"master/operations/{state}"] = 0;
            foreach (var type in OperationTypes)
            {
                metrics[$"master/operations/{type}/{state}"] = 0;
            }
        }
    }

    private static void AddFramework(SortedDictionary<string, double> metrics, FrameworkView framework)
    {
        var prefix = $"master/frameworks/{framework.Info.Name}/{framework.Id}/";
        var counters = framework.Counters;
        AddAll<CallType>("calls", counters.Calls, type => type is not CallType.Unknown);
        AddAll<EventType>("events", counters.Events, type => type is not EventType.Unknown);
        AddAll<OperationType>("operations", counters.Operations, type => type is not OperationType.Unknown);
        metrics[prefix + "subscribed"] = framework.Connected ? 1 : 0;
        metrics[prefix + "offers/sent"] = counters.OffersSent;
        metrics[prefix + "offers/accepted"] = counters.OffersAccepted;
        metrics[prefix + "offers/declined"] = counters.OffersDeclined;
        metrics[prefix + "offers/rescinded"] = counters.OffersRescinded;
        foreach (var role in framework.Roles)
        {
            metrics[$"{prefix}roles/{role}/suppressed"] = framework.SuppressedRoles.Contains(role) ? 1 : 0;
        }
        var active = framework.Tasks.CountBy(task => task.State).ToDictionary();
        foreach (var state in Gauges)
        {
            metrics[$"{prefix}tasks/active/task_{MasterCounters.Name(state)}"] = active.GetValueOrDefault(state);
        }
        metrics[prefix + "tasks/active/task_unreachable"] = framework.UnreachableTasks.Length;
        foreach (var state in Terminals)
        {
            metrics[$"{prefix}tasks/terminal/task_{MasterCounters.Name(state)}"] = counters.TerminalTasks[state];
        }

        void AddAll<T>(string group, EnumCountsView<T> counted, Func<T, bool> shown) where T : struct, Enum
        {
            metrics[prefix + group] = counted.Total;
            foreach (var type in Enum.GetValues<T>())
            {
                if (shown(type))
                {
                    metrics[$"{prefix}{group}/{MasterCounters.Snake(type.ToString())}"] = counted[type];
                }
            }
        }
    }
}
