using Google.Protobuf;
using Mesos.V1;
using Offerbook.Wire.Identity;
using Type = Offerbook.Wire.AgentProtocol.Event.Types.Type;

namespace Offerbook.Master.Agents;

/// <summary>The events that agents are sent.</summary>
internal static class AgentEvents
{
    public static readonly AgentEvent Ping = new() { Type = Type.Ping };

    /// <param name="launchExecutor">Whether the task's executor is still to be started; null for a task without one.</param>
    public static AgentEvent Launch(FrameworkInfo framework, TaskInfo task, ulong resourceVersion, bool? launchExecutor)
    {
        var launch = new Wire.AgentProtocol.Event.Types.Launch { FrameworkInfo = framework, Task = task,
            ResourceVersion = resourceVersion };
        if (launchExecutor is { } still)
        {
            launch.LaunchExecutor = still;
        }
        return new AgentEvent { Type = Type.Launch, Launch = launch };
    }

    /// <param name="launchExecutor">Whether the executor is still to be started.</param>
    public static AgentEvent LaunchGroup(
        FrameworkInfo framework, ExecutorInfo executor, IEnumerable<TaskInfo> tasks, ulong resourceVersion, bool launchExecutor)
    {
        var group = new TaskGroupInfo();
        group.Tasks.Add(tasks);
        return new AgentEvent
        {
            Type = Type.LaunchGroup,
            LaunchGroup = new() { FrameworkInfo = framework, Executor = executor, TaskGroup = group, ResourceVersion = resourceVersion,
                LaunchExecutor = launchExecutor },
        };
    }

    public static AgentEvent Kill(FrameworkId framework, TaskId task, KillPolicy? policy) => new()
    {
        Type = Type.Kill,
        Kill = new() { FrameworkId = framework.ToProto(), TaskId = task.ToProto(), KillPolicy = policy },
    };

    public static AgentEvent Acknowledge(FrameworkId framework, TaskId task, ByteString uuid) => new()
    {
        Type = Type.Acknowledge,
        Acknowledge = new() { FrameworkId = framework.ToProto(), TaskId = task.ToProto(), Uuid = uuid },
    };

    public static AgentEvent Message(FrameworkId framework, ExecutorID executor, ByteString data) =>
        new() { Type = Type.Message, Message = new() { FrameworkId = framework.ToProto(), ExecutorId = executor, Data = data } };

    public static AgentEvent ShutdownExecutor(FrameworkId framework, ExecutorID executor) => new()
    {
        Type = Type.ShutdownExecutor,
        ShutdownExecutor = new() { FrameworkId = framework.ToProto(), ExecutorId = executor },
    };

    public static AgentEvent ShutdownFramework(FrameworkId framework) =>
        new() { Type = Type.ShutdownFramework, ShutdownFramework = new() { FrameworkId = framework.ToProto() } };

    public static AgentEvent FrameworkUpdated(FrameworkInfo framework) =>
        new() { Type = Type.FrameworkUpdated, FrameworkUpdated = new() { FrameworkInfo = framework } };

    public static AgentEvent Drain(DrainConfig config) => new() { Type = Type.Drain, Drain = new() { Config = config } };

    /// <summary>To an agent that has not been subscribed in this term, and so must be told which it is.</summary>
    public static AgentEvent Shutdown(string message, string registry, long epoch)
    {
        var shutdown = Shutdown(message);
        (shutdown.Shutdown.RegistryId, shutdown.Shutdown.Epoch) = (registry, (ulong)epoch);
        return shutdown;
    }

    public static AgentEvent Shutdown(string message) => new() { Type = Type.Shutdown, Shutdown = new() { Message = message } };
}
