using Google.Protobuf;
using Mesos.V1;
using Type = Mesos.V1.Executor.Event.Types.Type;

namespace Offerbook.Agent.Executors;

/// <summary>The events that executors are sent.</summary>
internal static class ExecutorEvents
{
    public static readonly ExecutorEvent Shutdown = new() { Type = Type.Shutdown };

    public static readonly ExecutorEvent Heartbeat = new() { Type = Type.Heartbeat };

    public static ExecutorEvent Subscribed(AgentExecutor executor, FrameworkInfo framework, AgentContext context)
    {
        var agent = context.Settings.Info.Clone();
        agent.Id = executor.Admitted.AgentId;
        return new ExecutorEvent
        {
            Type = Type.Subscribed,
            Subscribed = new()
            {
                ExecutorInfo = executor.Info, FrameworkInfo = framework, AgentInfo = agent, ContainerId = executor.Container.ToProto(),
            },
        };
    }

    public static ExecutorEvent Launch(QueuedLaunch launch)
    {
        if (!launch.IsGroup)
        {
            return new ExecutorEvent { Type = Type.Launch, Launch = new() { Task = launch.Tasks[0].Info } };
        }
        var group = new TaskGroupInfo();
        group.Tasks.Add(launch.Tasks.Select(task => task.Info));
        return new ExecutorEvent { Type = Type.LaunchGroup, LaunchGroup = new() { TaskGroup = group } };
    }

    public static ExecutorEvent Kill(TaskID task, TimeSpan? grace) => new()
    {
        Type = Type.Kill,
        Kill = new()
        {
            TaskId = task,
            KillPolicy = grace is { } period
                ? new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = period.Ticks * TimeSpan.NanosecondsPerTick } }
                : null,
        },
    };

    public static ExecutorEvent Acknowledged(TaskID task, ByteString uuid) =>
        new() { Type = Type.Acknowledged, Acknowledged = new() { TaskId = task, Uuid = uuid } };

    public static ExecutorEvent Message(ByteString data) => new() { Type = Type.Message, Message = new() { Data = data } };
}
