using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Wire.Identity;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Client.Scheduling;

/// <summary>
/// Builds scheduler calls, and sends them through a <see cref="SubscriptionKeeper"/>, which adds the framework's id. Each sender
/// returns false, having emitted nothing, while the framework is not subscribed.
/// </summary>
public static class SchedulerCalls
{
    /// <summary>Tasks in one RECONCILE: with ids of 255 bytes still a body of under 1 MB.</summary>
    public const int MaxTasksPerReconcile = 1_000;

    public static Call Subscribe(FrameworkInfo info, FrameworkId? id, IEnumerable<string> suppressedRoles)
    {
        var call = new Call
        {
            Type = Call.Types.Type.Subscribe,
            Subscribe = new Call.Types.Subscribe { FrameworkInfo = info.Clone() },
        };
        if (id is { } known)
        {
            call.FrameworkId = known.ToProto();
            call.Subscribe.FrameworkInfo.Id = known.ToProto();
        }
        call.Subscribe.SuppressedRoles.Add(suppressedRoles);
        return call;
    }

    public static Call Suppress(IEnumerable<string> roles) =>
        new() { Type = Call.Types.Type.Suppress, Suppress = new Call.Types.Suppress { Roles = { roles } } };

    public static Call Revive(IEnumerable<string> roles) =>
        new() { Type = Call.Types.Type.Revive, Revive = new Call.Types.Revive { Roles = { roles } } };

    /// <summary>
    /// Uses offers of one agent and one role. <paramref name="refuse"/>: for how long what is left over is not offered again (default 5 s).
    /// </summary>
    public static bool Accept(this SubscriptionKeeper keeper, IEnumerable<OfferId> offers, IEnumerable<Offer.Types.Operation> operations,
        TimeSpan? refuse, Effects effects)
    {
        var accept = new Call.Types.Accept { Filters = Filters(refuse) };
        accept.OfferIds.Add(offers.Select(id => id.ToProto()));
        accept.Operations.Add(operations);
        return keeper.Send(new Call { Type = Call.Types.Type.Accept, Accept = accept }, effects);
    }

    /// <summary>Launches tasks on offers of one agent and one role, in one LAUNCH.</summary>
    public static bool Launch(this SubscriptionKeeper keeper, IEnumerable<OfferId> offers, IEnumerable<TaskInfo> tasks, TimeSpan? refuse,
        Effects effects)
    {
        var launch = new Offer.Types.Operation
        {
            Type = Offer.Types.Operation.Types.Type.Launch,
            Launch = new Offer.Types.Operation.Types.Launch { TaskInfos = { tasks } },
        };
        return keeper.Accept(offers, [launch], refuse, effects);
    }

    /// <summary>
    /// Gives offers back; they may be of several agents and roles. <paramref name="refuse"/> as for <see cref="Accept"/>; zero means no
    /// filter.
    /// </summary>
    public static bool Decline(this SubscriptionKeeper keeper, IEnumerable<OfferId> offers, TimeSpan? refuse, Effects effects)
    {
        var decline = new Call.Types.Decline { Filters = Filters(refuse) };
        decline.OfferIds.Add(offers.Select(id => id.ToProto()));
        return decline.OfferIds.Count == 0 || keeper.Send(new Call { Type = Call.Types.Type.Decline, Decline = decline }, effects);
    }

    /// <param name="grace">Time between SIGTERM and SIGKILL; null leaves it to the task's kill policy.</param>
    public static bool Kill(this SubscriptionKeeper keeper, TaskId task, AgentId? agent, TimeSpan? grace, Effects effects)
    {
        var kill = new Call.Types.Kill { TaskId = task.ToProto(), AgentId = agent?.ToProto() };
        if (grace is { } wait)
        {
            kill.KillPolicy = new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = wait.Ticks * 100 } };
        }
        return keeper.Send(new Call { Type = Call.Types.Type.Kill, Kill = kill }, effects);
    }

    /// <summary>
    /// Acknowledges an update that wants it (one with a uuid); for others does nothing and returns true. Emit it after the
    /// <see cref="Persist"/> of what the update changed: an acknowledged update is never sent again.
    /// </summary>
    public static bool Acknowledge(this SubscriptionKeeper keeper, TaskStatus status, Effects effects)
    {
        if (!status.HasUuid || status.Uuid.IsEmpty || status.AgentId is null)
        {
            return true;
        }
        var acknowledge = new Call.Types.Acknowledge { AgentId = status.AgentId.Clone(), TaskId = status.TaskId.Clone(),
            Uuid = status.Uuid };
        return keeper.Send(new Call { Type = Call.Types.Type.Acknowledge, Acknowledge = acknowledge }, effects);
    }

    /// <summary>
    /// Asks for the state of these tasks in calls of at most <see cref="MaxTasksPerReconcile"/>. Naming none asks nothing: an
    /// empty RECONCILE would mean all (<see cref="ReconcileAll"/>).
    /// </summary>
    public static bool Reconcile(this SubscriptionKeeper keeper, IEnumerable<(TaskId Task, AgentId? Agent)> tasks, Effects effects)
    {
        foreach (var chunk in tasks.Chunk(MaxTasksPerReconcile))
        {
            var reconcile = new Call.Types.Reconcile();
            foreach (var (task, agent) in chunk)
            {
                reconcile.Tasks.Add(new Call.Types.Reconcile.Types.Task { TaskId = task.ToProto(), AgentId = agent?.ToProto() });
            }
            if (!keeper.Send(new Call { Type = Call.Types.Type.Reconcile, Reconcile = reconcile }, effects))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Asks for the state of every task that the master holds for the framework (implicit reconciliation).</summary>
    public static bool ReconcileAll(this SubscriptionKeeper keeper, Effects effects) =>
        keeper.Send(new Call { Type = Call.Types.Type.Reconcile, Reconcile = new Call.Types.Reconcile() }, effects);

    /// <summary>Best effort delivery to a custom executor.</summary>
    public static bool Message(this SubscriptionKeeper keeper, AgentId agent, ExecutorId executor, ByteString data, Effects effects) =>
        keeper.Send(new Call
        {
            Type = Call.Types.Type.Message,
            Message = new Call.Types.Message { AgentId = agent.ToProto(), ExecutorId = executor.ToProto(), Data = data },
        }, effects);

    public static bool Shutdown(this SubscriptionKeeper keeper, AgentId agent, ExecutorId executor, Effects effects) =>
        keeper.Send(new Call
        {
            Type = Call.Types.Type.Shutdown,
            Shutdown = new Call.Types.Shutdown { AgentId = agent.ToProto(), ExecutorId = executor.ToProto() },
        }, effects);

    /// <summary>Removes the framework and kills all its tasks. Its id can never be used again.</summary>
    public static bool Teardown(this SubscriptionKeeper keeper, Effects effects) =>
        keeper.Send(new Call { Type = Call.Types.Type.Teardown }, effects);

    private static Filters Filters(TimeSpan? refuse)
    {
        var filters = new Filters();
        if (refuse is { } time)
        {
            filters.RefuseSeconds = time.TotalSeconds;
        }
        return filters;
    }
}
