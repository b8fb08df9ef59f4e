using Google.Protobuf;
using Mesos.V1;
using Offerbook.Agent.Tasks;

namespace Offerbook.Agent.StatusUpdates;

/// <summary>Makes the statuses of tasks, each with a uuid, so that it must be acknowledged.</summary>
internal sealed class StatusMaker(AgentContext context)
{
    public TaskStatus Make(AgentTask task, TaskState state, TaskStatus.Types.Source source, string? message = null,
        TaskStatus.Types.Reason? reason = null, bool? healthy = null, AgentMessage.ContainerStarted? started = null,
        TaskResourceLimitation? limitation = null)
    {
        if (context.State.Drain is { } drain && state is TaskState.TaskKilling or TaskState.TaskKilled)
        {
            (state, reason) = (Drained(task, state, drain.Config), TaskStatus.Types.Reason.AgentDraining);
        }
        var status = Bare(task.Info.TaskId, state, source, message, reason);
        status.AgentId = task.Info.AgentId;
        status.ExecutorId = task.Executor.ToProto();
        status.ContainerStatus = ContainerStatus(task, started);
        status.Limitation = limitation;
        if (healthy is { } known)
        {
            status.Healthy = known;
        }
        if (task.Info.Check is { } check)
        {
            // Carried along from the first RUNNING on; empty until a probe has answered (semantics 4.6).
            status.CheckStatus = LastStatus(task)?.CheckStatus ?? Checks.CheckReport.Empty(check);
        }
        return status;
    }

    /// <summary>What an executor said, with what only the agent knows.</summary>
    public TaskStatus Complete(AgentTask task, TaskStatus reported, int executorPid)
    {
        var status = reported.Clone();
        status.AgentId = task.Info.AgentId;
        status.ExecutorId = task.Executor.ToProto();
        if (!status.HasTimestamp)
        {
            status.Timestamp = context.Now.UnixSeconds;
        }
        status.ContainerStatus ??= new ContainerStatus();
        status.ContainerStatus.ContainerId = task.Container.ToProto();
        if (status.ContainerStatus.NetworkInfos.Count == 0)
        {
            status.ContainerStatus.NetworkInfos.Add(Network([context.Settings.IpAddress]));
        }
        if (executorPid != 0)
        {
            status.ContainerStatus.ExecutorPid = (uint)executorPid;
        }
        if (context.State.Drain is { } drain && status.State is TaskState.TaskKilling or TaskState.TaskKilled)
        {
            (status.State, status.Reason) = (Drained(task, status.State, drain.Config), TaskStatus.Types.Reason.AgentDraining);
        }
        return status;
    }

    /// <summary>
    /// When the agent will be marked gone, a framework that knows the state hears at once that the task will not be back.
    /// </summary>
    private TaskState Drained(AgentTask task, TaskState state, DrainConfig config) =>
        state == TaskState.TaskKilled && config.MarkGone
        && context.State.Frameworks[task.Key.Framework].Info.Has(FrameworkInfo.Types.Capability.Types.Type.PartitionAware)
            ? TaskState.TaskGoneByOperator
            : state;

    /// <summary>For a task that the agent does not have.</summary>
    public TaskStatus Unknown(TaskID task, TaskState state, string message, TaskStatus.Types.Reason reason)
    {
        var status = Bare(task, state, TaskStatus.Types.Source.Agent, message, reason);
        status.AgentId = context.State.Id?.ToProto();
        return status;
    }

    private TaskStatus Bare(TaskID task, TaskState state, TaskStatus.Types.Source source, string? message, TaskStatus.Types.Reason? reason)
    {
        var status = new TaskStatus
        {
            TaskId = task,
            State = state,
            Source = source,
            Timestamp = context.Now.UnixSeconds,
            Uuid = ByteString.CopyFrom(context.Random.NextGuid().ToByteArray(bigEndian: true)),
        };
        if (message is not null)
        {
            status.Message = message;
        }
        if (reason is { } why)
        {
            status.Reason = why;
        }
        return status;
    }

    /// <summary>The addresses and the process, which are known from the start on, are carried along from status to status.</summary>
    private ContainerStatus ContainerStatus(AgentTask task, AgentMessage.ContainerStarted? started)
    {
        var status = new ContainerStatus { ContainerId = task.Container.ToProto() };
        var last = LastStatus(task)?.ContainerStatus;
        if (started is null && last is not null)
        {
            status.NetworkInfos.Add(last.NetworkInfos);
        }
        else
        {
            status.NetworkInfos.Add(Network(started is { Addresses: { Count: > 0 } own } ? own : [context.Settings.IpAddress]));
        }
        var pid = started is not null ? (uint)started.Pid : last is { HasExecutorPid: true } ? last.ExecutorPid : 0;
        if (pid != 0)
        {
            status.ExecutorPid = pid;
        }
        return status;
    }

    private static NetworkInfo Network(IEnumerable<string> addresses)
    {
        var network = new NetworkInfo();
        foreach (var address in addresses)
        {
            network.IpAddresses.Add(new NetworkInfo.Types.IPAddress
            {
                Protocol = address.Contains(':') ? NetworkInfo.Types.Protocol.Ipv6 : NetworkInfo.Types.Protocol.Ipv4, IpAddress = address,
            });
        }
        return network;
    }

    private static TaskStatus? LastStatus(AgentTask task) => task.Statuses.Count > 0 ? task.Statuses[^1] : null;
}
