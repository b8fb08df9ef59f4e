using Google.Protobuf;
using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Tests.Support;
using Offerbook.Resources;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Identity;
using CallType = Mesos.V1.Executor.Call.Types.Type;
using EventType = Mesos.V1.Executor.Event.Types.Type;

namespace Offerbook.Agent.Tests.Executors;

/// <summary>Words for executors on a <see cref="Bench"/>.</summary>
internal static class ExecutorBench
{
    public static ExecutorInfo Info(string id = "e1", string resources = "cpus:0.1;mem:32")
    {
        var executor = new ExecutorInfo
        {
            ExecutorId = new ExecutorID { Value = id },
            FrameworkId = new FrameworkID { Value = "f1" },
            Name = "an executor",
            Source = "tests",
            Type = ExecutorInfo.Types.Type.Custom,
            Command = new CommandInfo { Value = "run-executor" },
        };
        executor.Resources.AddRange(ResourceBag.Parse(resources).Allocate("*").ToProto(ResourceFormat.PostRefinement));
        return executor;
    }

    public static TaskInfo Task(string id = "t1", ExecutorInfo? executor = null, string resources = "cpus:1;mem:64")
    {
        var task = Make.Task(id, resources: resources);
        task.Command = null;
        task.Executor = executor ?? Info();
        return task;
    }

    public static Event Launch(TaskInfo task, bool? launchExecutor = null, FrameworkInfo? framework = null)
    {
        var launch = Make.Launch(task, framework);
        if (launchExecutor is { } still)
        {
            launch.Launch.LaunchExecutor = still;
        }
        return launch;
    }

    public static Event LaunchGroup(ExecutorInfo executor, params string[] tasks)
    {
        var group = new Event.Types.LaunchGroup { FrameworkInfo = Make.Framework(), Executor = executor, TaskGroup = new TaskGroupInfo() };
        group.TaskGroup.Tasks.AddRange(tasks.Select(id => Task(id, executor)));
        return new Event { Type = Event.Types.Type.LaunchGroup, LaunchGroup = group };
    }

    public static ContainerId Container(this Bench bench) => bench.Done.OfType<LaunchContainer>().Last().Spec.Container;

    /// <summary>Launches a task on a new executor, whose container starts.</summary>
    public static ContainerId StartExecutor(this Bench bench, TaskInfo? task = null, FrameworkInfo? framework = null)
    {
        bench.Hear(Launch(task ?? Task(), framework: framework));
        var container = bench.Container();
        bench.Tell(new AgentMessage.ContainerStarted(container, 4711));
        return container;
    }

    /// <summary>The executor subscribes, on a connection with this number.</summary>
    public static void Subscribe(this Bench bench, long connection = 1, string executor = "e1", IEnumerable<TaskInfo>? tasks = null,
        params TaskStatus[] updates)
    {
        var subscribe = new ExecutorCall.Types.Subscribe();
        subscribe.UnacknowledgedTasks.AddRange(tasks ?? []);
        subscribe.UnacknowledgedUpdates.AddRange(updates.Select(status => new ExecutorCall.Types.Update { Status = status }));
        bench.Call(connection, new ExecutorCall { Type = CallType.Subscribe, Subscribe = subscribe }, executor);
    }

    public static TaskStatus Status(TaskState state, string task = "t1", byte uuid = 1) => new()
    {
        TaskId = new TaskID { Value = task },
        State = state,
        Source = TaskStatus.Types.Source.Executor,
        Uuid = ByteString.CopyFrom([.. Enumerable.Repeat(uuid, 16)]),
    };

    public static void Update(this Bench bench, TaskStatus status, long connection = 100, string executor = "e1") =>
        bench.Call(connection, new ExecutorCall { Type = CallType.Update, Update = new ExecutorCall.Types.Update { Status = status } },
            executor);

    public static void Call(this Bench bench, long connection, ExecutorCall call, string executor = "e1", ExecutorClaims? claims = null)
    {
        call.FrameworkId ??= new FrameworkID { Value = "f1" };
        call.ExecutorId ??= new ExecutorID { Value = executor };
        bench.Tell(new AgentMessage.ExecutorCallReceived(new ConnectionId(connection), call, claims));
    }

    /// <summary>What the executor was sent on a stream, since the last Take.</summary>
    public static IEnumerable<ExecutorEvent> Sent(this Bench bench, long stream = 1) =>
        bench.Done.OfType<ExecutorEffect.Send>().Where(send => send.Stream.Value == stream).Select(send => send.Event);

    public static IEnumerable<EventType> SentTypes(this Bench bench, long stream = 1) => bench.Sent(stream).Select(sent => sent.Type);

    public static (int Status, string Text) Answered(this Bench bench, long connection)
    {
        var answer = bench.Done.OfType<ExecutorEffect.Answer>().Single(answer => answer.Connection.Value == connection);
        return (answer.Status, answer.Text);
    }

    public static IEnumerable<Wire.AgentProtocol.Call> Told(this Bench bench, Wire.AgentProtocol.Call.Types.Type type) =>
        bench.Done.OfType<CallMaster>().Select(call => call.Call).Where(call => call.Type == type);
}
