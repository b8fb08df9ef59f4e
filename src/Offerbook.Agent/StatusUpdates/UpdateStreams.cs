using Google.Protobuf;
using Mesos.V1;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Registration;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.StatusUpdates;

/// <summary>
/// The status updates of every task, in order: one is outstanding at a time and is sent again, after 10 s, 20 s … 10 min, until it
/// is acknowledged (semantics 4.3). Streams of tasks that the agent holds are durable. The terminal updates of tasks that it does not
/// hold (the answer to a reconciliation) are not: a restart loses them and the master asks again. Nothing is sent and no timer runs
/// while the agent is not registered.
/// </summary>
internal sealed class UpdateStreams(AgentContext context, MasterLink link)
{
    private readonly SortedDictionary<TaskKey, Unknown> _unknown = [];

    /// <summary>Acknowledgements that matched, since the process started.</summary>
    public long Accepted { get; private set; }

    /// <summary>Puts the task into the status's state and sends the update when its turn has come. Not for silenced tasks.</summary>
    public void Queue(AgentTask task, TaskStatus status)
    {
        // While others are being started, ends are told together with what is told of those.
        context.Record(new UpdateQueued { FrameworkId = task.Key.Framework.ToProto(), Status = status },
            canWait: TaskStates.IsTerminal(status.State) && context.Launching > 0);
        if (task.Runtime.RetryAfter is null)
        {
            SendHead(task);
        }
    }

    /// <summary>
    /// Tells the master of a task that the agent does not have. Bounded by MaxTasks: the master asks again for what is dropped.
    /// </summary>
    public void QueueUnknown(TaskKey key, TaskStatus status)
    {
        if (_unknown.ContainsKey(key) || _unknown.Count >= context.Settings.MaxTasks)
        {
            return;
        }
        var unknown = new Unknown(status) { RetryAfter = context.Settings.UpdateRetryMin };
        _unknown.Add(key, unknown);
        Send(key, unknown.Status, status.State, unknown.RetryAfter);
    }

    public void ForgetUnknown(TaskKey key)
    {
        if (_unknown.Remove(key))
        {
            context.CancelTimer(RetryTimer(key));
        }
    }

    public void ForgetUnknown(FrameworkId framework)
    {
        foreach (var key in _unknown.Keys.Where(key => key.Framework == framework).ToList())
        {
            ForgetUnknown(key);
        }
    }

    /// <summary>
    /// Takes an acknowledgement; one that does not fit the outstanding update is an echo of an earlier copy and is ignored.
    /// </summary>
    public void Acknowledge(TaskKey key, ByteString uuid)
    {
        if (_unknown.TryGetValue(key, out var unknown) && unknown.Status.Uuid == uuid)
        {
            Accepted++;
            ForgetUnknown(key);
            return;
        }
        if (context.State.Find(key) is not { Pending: [var head, ..] } task || head.Uuid != uuid)
        {
            return;
        }
        Accepted++;
        task.Runtime.RetryAfter = null;
        context.CancelTimer(RetryTimer(key));
        // One that is forgotten in a crash comes again. Only the task's next update waits for this one.
        context.Record(new UpdateAcknowledged { FrameworkId = key.Framework.ToProto(), TaskId = key.Task.ToProto() },
            canWait: task.Pending.Count == 1);
        SendHead(task);
    }

    public void Retry(TaskKey key)
    {
        if (_unknown.TryGetValue(key, out var unknown))
        {
            unknown.RetryAfter = Longer(unknown.RetryAfter);
            Send(key, unknown.Status, unknown.Status.State, unknown.RetryAfter);
        }
        else if (context.State.Find(key) is { Pending: [var head, ..], Runtime.RetryAfter: { } last } task)
        {
            task.Runtime.RetryAfter = Longer(last);
            Send(key, head, task.State, task.Runtime.RetryAfter.Value);
        }
    }

    /// <summary>The agent is registered: every stream sends its head.</summary>
    public void Resume()
    {
        foreach (var (key, unknown) in _unknown)
        {
            unknown.RetryAfter = context.Settings.UpdateRetryMin;
            Send(key, unknown.Status, unknown.Status.State, unknown.RetryAfter);
        }
        foreach (var task in context.State.Tasks.Values)
        {
            SendHead(task);
        }
    }

    /// <summary>The master is gone: nothing is outstanding any more.</summary>
    public void Pause()
    {
        foreach (var key in _unknown.Keys)
        {
            context.CancelTimer(RetryTimer(key));
        }
        foreach (var task in context.State.Tasks.Values)
        {
            Withdraw(task);
        }
    }

    /// <summary>Stops sending for a task whose updates nobody wants any more.</summary>
    public void Withdraw(AgentTask task)
    {
        if (task.Runtime.RetryAfter is not null)
        {
            task.Runtime.RetryAfter = null;
            context.CancelTimer(RetryTimer(task.Key));
        }
    }

    private void SendHead(AgentTask task)
    {
        if (link.Registered && task.Pending.Count > 0)
        {
            task.Runtime.RetryAfter = context.Settings.UpdateRetryMin;
            Send(task.Key, task.Pending[0], task.State, context.Settings.UpdateRetryMin);
        }
    }

    private void Send(TaskKey key, TaskStatus status, TaskState latest, TimeSpan retryAfter)
    {
        if (!link.Registered)
        {
            return;
        }
        link.Send(new Call
        {
            Type = Call.Types.Type.Update,
            Update = new Call.Types.Update { FrameworkId = key.Framework.ToProto(), Status = status, LatestState = latest },
        });
        context.StartTimer(RetryTimer(key), retryAfter);
    }

    private TimeSpan Longer(TimeSpan last) => last * 2 < context.Settings.UpdateRetryMax ? last * 2 : context.Settings.UpdateRetryMax;

    private static AgentMessage.UpdateRetryDue RetryTimer(TaskKey key) => new(key.Framework, key.Task);

    private sealed class Unknown(TaskStatus status)
    {
        public TaskStatus Status { get; } = status;

        public required TimeSpan RetryAfter { get; set; }
    }
}
