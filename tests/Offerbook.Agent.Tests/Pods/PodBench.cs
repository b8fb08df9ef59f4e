using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Offerbook.Resources;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Agent.Tests.Pods;

/// <summary>Words for task groups under the default executor, on a <see cref="Bench"/>.</summary>
internal static class PodBench
{
    public static ExecutorInfo Info(string id = "pod", string resources = "cpus:0.1;mem:32;disk:32")
    {
        var executor = new ExecutorInfo
        {
            ExecutorId = new ExecutorID { Value = id }, FrameworkId = new FrameworkID { Value = "f1" },
            Type = ExecutorInfo.Types.Type.Default,
        };
        executor.Resources.AddRange(ResourceBag.Parse(resources).Allocate("*").ToProto(ResourceFormat.PostRefinement));
        return executor;
    }

    public static Event Launch(ExecutorInfo executor, bool? launchExecutor, params TaskInfo[] tasks) =>
        Launch(Make.Framework(), executor, launchExecutor, tasks);

    public static Event Launch(FrameworkInfo framework, ExecutorInfo executor, bool? launchExecutor, params TaskInfo[] tasks)
    {
        var group = new Event.Types.LaunchGroup { FrameworkInfo = framework, Executor = executor, TaskGroup = new TaskGroupInfo() };
        group.TaskGroup.Tasks.AddRange(tasks);
        if (launchExecutor is { } still)
        {
            group.LaunchExecutor = still;
        }
        return new Event { Type = Event.Types.Type.LaunchGroup, LaunchGroup = group };
    }

    public static Event ShutDown(string executor = "pod") => new()
    {
        Type = Event.Types.Type.ShutdownExecutor,
        ShutdownExecutor = new Event.Types.ShutdownExecutor { FrameworkId = new FrameworkID { Value = "f1" },
            ExecutorId = new ExecutorID { Value = executor } },
    };

    public static IReadOnlyList<ContainerSpec> Launched(this Bench bench) =>
        [.. bench.Effects<LaunchContainer>().Select(launch => launch.Spec)];

    /// <summary>The container of a task, launched since the last Take.</summary>
    public static ContainerId ContainerOf(this Bench bench, string task) =>
        bench.Launched().Single(spec => spec.Task?.Value == task).Container;

    /// <summary>Launches a new pod, lets its holder start, and every task of the group.</summary>
    public static Pod RunPod(this Bench bench, params TaskInfo[] tasks) => bench.RunPod(Make.Framework(), tasks);

    public static Pod RunPod(this Bench bench, FrameworkInfo framework, params TaskInfo[] tasks)
    {
        bench.Hear(Launch(framework, Info(), true, tasks));
        var holder = bench.Launched().Single(spec => spec.Task is null).Container;
        bench.Tell(new AgentMessage.ContainerStarted(holder, 100));
        var containers = tasks.ToDictionary(task => task.TaskId.Value, task => bench.ContainerOf(task.TaskId.Value));
        foreach (var container in containers.Values)
        {
            bench.Tell(new AgentMessage.ContainerStarted(container, 200));
        }
        return new Pod(holder, containers);
    }

    public static void Exit(this Bench bench, ContainerId container, int code = 0) =>
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(code)));

    public static void Die(this Bench bench, ContainerId container, int signal = 15) =>
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Signaled(signal)));

    public static TaskState State(this Bench bench, string task) => bench.TaskView(task).Task.State;

    public static TaskStatus Last(this Bench bench, string task) => bench.TaskView(task).Task.Statuses[^1];

    public static IEnumerable<ContainerId> Signalled(this Bench bench, ContainerSignal signal) =>
        bench.Effects<SignalContainer>().Where(sent => sent.Signal == signal).Select(sent => sent.Container);

    public static IEnumerable<int> Exits(this Bench bench) => bench.Effects<CallMaster>()
        .Where(call => call.Call.Type == Call.Types.Type.ExecutorExited).Select(call => call.Call.ExecutorExited.Status);
}

internal sealed record Pod(ContainerId Holder, IReadOnlyDictionary<string, ContainerId> Tasks)
{
    public ContainerId this[string task] => Tasks[task];
}
