using Mesos.V1;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Operations;
using Offerbook.Agent.Pods;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Registration;
using Offerbook.Agent.StatusUpdates;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Identity;
using Reason = Mesos.V1.TaskStatus.Types.Reason;
using Type = Offerbook.Wire.AgentProtocol.Event.Types.Type;

namespace Offerbook.Agent.Tasks;

/// <summary>What the agent does when the master speaks (api-specs/offerbook/agent/v1).</summary>
internal sealed class MasterOrders(
    AgentContext context, MasterLink link, StatusMaker statuses, UpdateStreams updates, TaskKiller killer, TaskChecks checks,
    TaskLife life, AgentOperations operations, OperationUpdates operationUpdates, CustomExecutors executors, TaskGroups groups)
{
    private bool _stopping;

    public void Register(Event.Types.Subscribed subscribed)
    {
        if (link.Registered)
        {
            return;
        }
        var id = AgentId.From(subscribed.AgentId);
        if (context.State.Id != id)
        {
            context.Record(new AgentRegistered { AgentId = subscribed.AgentId, Configured = Reconfiguration.Present(context.Settings) });
        }
        link.Accept(subscribed);
        foreach (var framework in subscribed.CompletedFrameworkIds)
        {
            ShutDownFramework(FrameworkId.From(framework));
        }
        operations.Resume();
        updates.Resume();
        executors.Resume();
        operationUpdates.Resume();
    }

    public void Obey(Event @event)
    {
        switch (@event.Type)
        {
            case Type.Ping:
                link.AnswerPing();
                break;
            case Type.Launch when @event.Launch is { } launch:
            {
                var refusal = RefuseAll(launch.FrameworkInfo)
                    ?? RefuseOutdated(launch.FrameworkInfo, launch.HasResourceVersion, launch.ResourceVersion)
                    ?? operations.CheckVolumes(launch.Task);
                if (launch.Task.Executor is { } executor)
                {
                    Launch(new ExecutorOrder(launch.FrameworkInfo, executor, [launch.Task], IsGroup: false,
                        launch.HasLaunchExecutor ? launch.LaunchExecutor : null, refusal));
                }
                else
                {
                    Launch(launch.FrameworkInfo, launch.Task, refusal);
                }
                break;
            }
            case Type.LaunchGroup when @event.LaunchGroup is { } group:
            {
                var refusal = RefuseAll(group.FrameworkInfo)
                    ?? RefuseOutdated(group.FrameworkInfo, group.HasResourceVersion, group.ResourceVersion)
                    ?? group.TaskGroup.Tasks.Select(operations.CheckVolumes).FirstOrDefault(found => found is not null);
                Launch(new ExecutorOrder(group.FrameworkInfo, group.Executor, group.TaskGroup.Tasks, IsGroup: true,
                    group.HasLaunchExecutor ? group.LaunchExecutor : null, refusal));
                break;
            }
            case Type.Kill when @event.Kill is { } kill:
                Kill(kill);
                break;
            case Type.Acknowledge when @event.Acknowledge is { } acknowledge:
                updates.Acknowledge(new TaskKey(FrameworkId.From(acknowledge.FrameworkId), TaskId.From(acknowledge.TaskId)),
                    acknowledge.Uuid);
                break;
            case Type.Reconcile when @event.Reconcile is { } reconcile:
                Reconcile(reconcile);
                break;
            case Type.ShutdownExecutor when @event.ShutdownExecutor is { } shutdown:
                var key = new ExecutorKey(FrameworkId.From(shutdown.FrameworkId), ExecutorId.From(shutdown.ExecutorId));
                if (!executors.ShutDown(key) && !groups.ShutDown(key))
                {
                    KillTasks(
                        context.State.TasksOf(FrameworkId.From(shutdown.FrameworkId))
                            .Where(task => task.Executor.Value == shutdown.ExecutorId.Value),
                        KillCause.Framework,
                        null);
                }
                break;
            case Type.ShutdownFramework when @event.ShutdownFramework is { } shutdown:
                ShutDownFramework(FrameworkId.From(shutdown.FrameworkId));
                break;
            case Type.FrameworkUpdated when @event.FrameworkUpdated is { } updated:
                if (context.State.Frameworks.TryGetValue(FrameworkId.From(updated.FrameworkInfo.Id), out var known)
                    && !known.Info.Equals(updated.FrameworkInfo))
                {
                    context.Record(new FrameworkKnown { FrameworkInfo = updated.FrameworkInfo });
                }
                break;
            case Type.Drain when @event.Drain is { } drain:
                Drain(drain.Config);
                break;
            case Type.ApplyOperation when @event.ApplyOperation is { } order:
                operations.Apply(order);
                break;
            case Type.AcknowledgeOperation when @event.AcknowledgeOperation is { } acknowledgement:
                operationUpdates.Acknowledge(acknowledgement);
                break;
            case Type.ReconcileOperations when @event.ReconcileOperations is { } asked:
                operationUpdates.Reconcile(asked);
                break;
            case Type.Message when @event.Message is { } message:
                executors.Pass(message);
                break;
            // What is left is an event of a newer master that this agent does not know.
        }
    }

    /// <summary>The master does not want this agent any more: everything dies silently, and the agent comes back as a new one.</summary>
    public void Retire()
    {
        link.Stop();
        updates.Pause();
        operationUpdates.Pause();
        context.Record(new AgentRetired());
    }

    /// <summary>Kills every task and refuses new ones.</summary>
    public void Stop(TimeSpan grace)
    {
        _stopping = true;
        KillAll(KillCause.Operator, grace);
    }

    /// <summary>Sent again with every subscription: only news is written down, but every task is killed again.</summary>
    private void Drain(DrainConfig config)
    {
        executors.ShutDownIdle();
        if (context.State.Tasks.Count == 0)
        {
            return;
        }
        if (!config.Equals(context.State.Drain?.Config))
        {
            context.Record(new DrainStarted { Config = config, StartedNanoseconds = context.Now.UnixNanoseconds });
        }
        KillAll(KillCause.Drain, null);
    }

    private LaunchRefusal? RefuseAll(FrameworkInfo framework) =>
        _stopping ? LaunchRefusal.Failed("The agent is being stopped")
        : context.State.Drain is null ? null
        : new LaunchRefusal(framework.Dropped(), Reason.AgentDraining, "Task was received while agent was already draining");

    public void KillAll(KillCause cause, TimeSpan? grace)
    {
        KillTasks(context.State.Tasks.Values.ToList(), cause, grace);
        if (cause is KillCause.Shutdown or KillCause.Operator)
        {
            executors.ShutDownAll();
        }
    }

    private void Launch(FrameworkInfo framework, TaskInfo task, LaunchRefusal? refusal)
    {
        var key = new TaskKey(FrameworkId.From(framework.Id), TaskId.From(task.TaskId));
        if (context.State.Find(key) is not null)
        {
            return;
        }
        updates.ForgetUnknown(key);
        if (!LaunchChecks.IsSafeId(key.Task.Value) || !LaunchChecks.IsSafeId(key.Framework.Value)
            || !LaunchChecks.IsSafeId(task.AgentId.Value))
        {
            updates.QueueUnknown(key, statuses.Unknown(
                task.TaskId, TaskState.TaskError, "The ids of the task, its framework and its agent must be usable as file names",
                Reason.TaskInvalid));
        }
        else if (context.State.Tasks.Count >= context.Settings.MaxTasks)
        {
            updates.QueueUnknown(key, statuses.Unknown(
                task.TaskId, framework.Dropped(), $"The agent already holds {context.Settings.MaxTasks} tasks",
                Reason.ContainerLaunchFailed));
        }
        else
        {
            life.Launch(framework, task, refusal);
        }
    }

    private void Launch(ExecutorOrder order)
    {
        var known = order.Tasks.Where(task => context.State.Find(KeyOf(order, task)) is not null).ToList();
        var ids = order.Tasks.SelectMany(task => (string[])[task.TaskId.Value, task.AgentId.Value]).Append(order.Framework.Id.Value)
            .Append(order.Executor.ExecutorId.Value);
        foreach (var task in order.Tasks)
        {
            updates.ForgetUnknown(KeyOf(order, task));
        }
        if (!ids.All(LaunchChecks.IsSafeId))
        {
            RefuseUnheld(order, TaskState.TaskError, Reason.TaskInvalid,
                "The ids of the task, its executor, its framework and its agent must be usable as file names");
        }
        else if (context.State.Tasks.Count + order.Tasks.Count > context.Settings.MaxTasks)
        {
            RefuseUnheld(order, order.Framework.Dropped(), Reason.ContainerLaunchFailed,
                $"The agent already holds {context.State.Tasks.Count} tasks of at most {context.Settings.MaxTasks}");
        }
        else if (known.Count > 0)
        {
            // A launch that came twice. Of a group of which only a part is known nothing more can begin.
            RefuseUnheld(order with { Tasks = [.. order.Tasks.Except(known)] }, order.Framework.Dropped(), Reason.TaskGroupInvalid,
                $"The agent holds another task '{known[0].TaskId.Value}' of the framework");
        }
        else
        {
            Action<ExecutorOrder> launch = order.Executor.Type == ExecutorInfo.Types.Type.Default ? groups.Launch : executors.Launch;
            launch(order);
        }
    }

    private void RefuseUnheld(ExecutorOrder order, TaskState state, Reason reason, string message)
    {
        foreach (var task in order.Tasks)
        {
            updates.QueueUnknown(KeyOf(order, task), statuses.Unknown(task.TaskId, state, message, reason));
        }
        executors.TellIfAbsent(order);
    }

    private static TaskKey KeyOf(ExecutorOrder order, TaskInfo task) => new(order.Key.Framework, TaskId.From(task.TaskId));

    /// <summary>An operation on which the master counted has failed since it decided the launch.</summary>
    private LaunchRefusal? RefuseOutdated(FrameworkInfo framework, bool versioned, ulong version) =>
        versioned && version != context.State.Operations.Version
            ? new LaunchRefusal(framework.Dropped(), Reason.InvalidOffers,
                "Task launched with invalid offers: an operation on the agent's resources has failed since the offer was made")
            : null;

    private void Kill(Event.Types.Kill kill)
    {
        var key = new TaskKey(FrameworkId.From(kill.FrameworkId), TaskId.From(kill.TaskId));
        if (context.State.Find(key) is { } task)
        {
            KillTasks([task], KillCause.Framework, TaskKiller.OfPolicy(kill.KillPolicy));
        }
        else if (context.State.Frameworks.TryGetValue(key.Framework, out var framework) && !context.State.HasFinished(key))
        {
            // It never came here, or is long forgotten: the master should stop waiting for it.
            updates.QueueUnknown(key, statuses.Unknown(
                kill.TaskId, framework.Info.Dropped(), "The agent does not have the task", Reason.ExecutorTerminated));
        }
    }

    private void Reconcile(Event.Types.Reconcile reconcile)
    {
        foreach (var entry in reconcile.Tasks)
        {
            var key = new TaskKey(FrameworkId.From(entry.FrameworkId), TaskId.From(entry.TaskId));
            if (context.State.Find(key) is null)
            {
                updates.QueueUnknown(key, statuses.Unknown(
                    entry.TaskId, entry.PartitionAware ? TaskState.TaskDropped : TaskState.TaskLost,
                    "Reconciliation: task unknown to the agent", Reason.Reconciliation));
            }
        }
    }

    private void ShutDownFramework(FrameworkId framework)
    {
        updates.ForgetUnknown(framework);
        operations.FrameworkGone(framework);
        var tasks = context.State.TasksOf(framework);
        if (tasks.Count == 0 && context.State.Executors.Of(framework).Count == 0)
        {
            return;
        }
        foreach (var task in tasks)
        {
            updates.Withdraw(task);
        }
        context.Record(new FrameworkShutDown { FrameworkId = framework.ToProto() });
        KillTasks(tasks.Where(task => !task.Ended), KillCause.Shutdown, null);
        executors.ShutDownOf(framework);
        groups.ShutDownOf(framework);
    }

    private void KillTasks(IEnumerable<AgentTask> tasks, KillCause cause, TimeSpan? grace)
    {
        foreach (var task in tasks)
        {
            if (task.InPod)
            {
                groups.Kill(task, cause, grace);
            }
            else if (!task.SharesContainer)
            {
                checks.Stop(task);
                killer.Kill(task, cause, grace);
            }
            else if (cause is not (KillCause.Shutdown or KillCause.Operator))
            {
                // Those are told to the executor as a whole.
                executors.Kill(task, cause, grace);
            }
        }
    }
}
