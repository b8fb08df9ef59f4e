using Mesos.V1;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Identity;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Executors;

/// <summary>What a LAUNCH of a task with an executor, or a LAUNCH_GROUP, asks for.</summary>
/// <param name="LaunchExecutor">What the master thinks: whether the executor is still to be started; null: it does not say.</param>
/// <param name="Refusal">Why nothing of it is to be, as far as that is known already.</param>
internal sealed record ExecutorOrder(
    FrameworkInfo Framework, ExecutorInfo Executor, IReadOnlyList<TaskInfo> Tasks, bool IsGroup, bool? LaunchExecutor,
    LaunchRefusal? Refusal)
{
    public ExecutorKey Key => new(FrameworkId.From(Framework.Id), ExecutorId.From(Executor.ExecutorId));
}

/// <summary>
/// Admits tasks together with their executor: all that was ordered, or nothing. The executor is started if it is not there; its
/// tasks wait in order until it subscribes. Everything is durable before anything is started or sent.
/// </summary>
internal sealed class ExecutorLaunch(AgentContext context, ExecutorLife life, ExecutorTasks tasks, TaskLife taskLife,
    ResourceLedger ledger, ExecutorExits exits)
{
    /// <summary>None of the tasks is known to the agent.</summary>
    public void Launch(ExecutorOrder order)
    {
        taskLife.Know(order.Framework);
        var executor = context.State.Executors.Find(order.Key);
        var refusal = order.Refusal ?? Unexpected(order, executor) ?? Examine(order, executor);
        if (refusal is not null)
        {
            Refuse(order, executor, refusal);
            return;
        }
        var isNew = executor is null;
        executor ??= Admit(order);
        var launch = new QueuedLaunch(AdmitTasks(order, executor), order.IsGroup);
        foreach (var task in launch.Tasks)
        {
            ledger.Restore(task);
            task.Runtime.Phase = ContainerPhase.Starting;
        }
        executor.Runtime.Queue.AddLast(launch);
        if (isNew)
        {
            life.Start(executor);
        }
        else
        {
            life.UpdateLimits(executor);
            tasks.Deliver(executor);
        }
    }

    private AgentExecutor Admit(ExecutorOrder order)
    {
        context.Record(new ExecutorAdmitted
        {
            FrameworkId = order.Framework.Id,
            Executor = order.Executor,
            AgentId = order.Tasks[0].AgentId,
            ContainerId = context.Random.NextGuid().ToString(),
            AdmittedNanoseconds = context.Now.UnixNanoseconds,
        });
        var executor = context.State.Executors.Find(order.Key)!;
        ledger.Restore(executor);
        return executor;
    }

    private List<AgentTask> AdmitTasks(ExecutorOrder order, AgentExecutor? executor)
    {
        var container = executor?.Container.Value ?? context.Random.NextGuid().ToString();
        var group = (executor?.Groups ?? 0) + 1;
        var admitted = new List<AgentTask>(order.Tasks.Count);
        foreach (var info in order.Tasks)
        {
            var @event = new TaskAdmitted
            {
                FrameworkId = order.Framework.Id,
                Task = info,
                ContainerId = container,
                AdmittedNanoseconds = context.Now.UnixNanoseconds,
                ExecutorId = order.Executor.ExecutorId,
                SharesContainer = true,
            };
            if (order.IsGroup)
            {
                @event.Group = group;
            }
            context.Record(@event);
            admitted.Add(context.State.Find(new TaskKey(order.Key.Framework, TaskId.From(info.TaskId)))!);
        }
        return admitted;
    }

    private void Refuse(ExecutorOrder order, AgentExecutor? executor, LaunchRefusal refusal)
    {
        var reason = order.IsGroup && refusal.Reason == Reason.TaskInvalid ? Reason.TaskGroupInvalid : refusal.Reason;
        foreach (var task in AdmitTasks(order, executor))
        {
            tasks.End(task, new ExecutorTermination(refusal.State, reason, refusal.Message));
        }
        taskLife.NoteLaunchError();
        if (executor is null && order.LaunchExecutor != false)
        {
            // The master has set resources aside for it, and must hear that it does not run.
            exits.TellNeverRan(order.Framework.Id, order.Executor.ExecutorId);
        }
    }

    /// <summary>Master and agent can disagree for a moment when an executor ends: what the master did not mean is not done.</summary>
    internal static LaunchRefusal? Unexpected(ExecutorOrder order, AgentExecutor? executor)
    {
        var why = executor switch
        {
            { ShuttingDown: true } => "Executor terminating",
            null when order.LaunchExecutor == false => "No executor is expected to launch and there is no executor running",
            not null when order.LaunchExecutor == true => "Master wants to launch executor, but one already exists",
            _ => null,
        };
        return why is null ? null : new LaunchRefusal(order.Framework.Dropped(), Reason.ExecutorTerminated, why);
    }

    private LaunchRefusal? Examine(ExecutorOrder order, AgentExecutor? executor)
    {
        if (executor is null
            && LaunchChecks.Examine(ExecutorSpecs.AsTask(order.Executor, order.Tasks[0].AgentId), mayHaveSecrets: false) is { } refusal)
        {
            return refusal with { Message = "Executor: " + refusal.Message };
        }
        if (executor is not null && order.Tasks.FirstOrDefault(task => TaskVolumes.HasPersistent(task.Resources)) is { } late)
        {
            return LaunchRefusal.Failed(
                $"This agent cannot run the task: it uses a persistent volume, and its executor runs already (name the volume in the executor's resources, or give task '{late.TaskId.Value}' an executor of its own)");
        }
        return ledger.Examine(
            order.Tasks.Select(task => (IEnumerable<Resource>)task.Resources).Concat(executor is null ? [order.Executor.Resources] : []));
    }
}
