using Mesos.V1;
using Offerbook.Agent.Registration;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Identity;
using MasterCall = Offerbook.Wire.AgentProtocol.Call;
using Reason = Mesos.V1.TaskStatus.Types.Reason;
using Type = Mesos.V1.Executor.Call.Types.Type;

namespace Offerbook.Agent.Executors;

/// <summary>
/// What executors say (API section 4), and their streams. The order of the checks decides which answer a caller sees. ACKNOWLEDGED
/// follows an update in the same turn, and so leaves when the update is durable.
/// </summary>
internal sealed class ExecutorCalls(AgentContext context, MasterLink link, ExecutorLife life, ExecutorTasks tasks, Func<bool> recovering)
{
    private readonly Dictionary<ConnectionId, AgentExecutor> _streams = [];

    /// <summary>Messages between frameworks and executors, in both directions, since the process started.</summary>
    public long Passed { get; private set; }

    /// <summary>Those that reached nobody.</summary>
    public long Dropped { get; private set; }

    public void Receive(AgentMessage.ExecutorCallReceived received)
    {
        var (connection, call) = (received.Connection, received.Call);
        var key = new ExecutorKey(FrameworkId.From(call.FrameworkId), ExecutorId.From(call.ExecutorId));
        // Who has subscribed already may go on: what it reports now it would not repeat before its next subscription.
        if (call.Type != Type.Subscribe && recovering() && context.State.Executors.Find(key) is not { Runtime.HasSubscribed: true })
        {
            Answer(connection, 503, "Agent has not finished recovery");
        }
        else if (!context.State.Frameworks.TryGetValue(key.Framework, out var framework) || framework.Idle)
        {
            Answer(connection, 400, "Framework cannot be found");
        }
        else if (context.State.Executors.Find(key) is not { Kind: ExecutorKind.Custom } executor)
        {
            Answer(connection, 400, "Executor cannot be found");
        }
        else if (received.Claims is { } claims && !claims.Fit(key, executor.Container))
        {
            Answer(connection, 403,
                "The claims of the authenticated principal ('fid', 'eid', 'cid') are not those of the executor that the call names");
        }
        else if (call.Type != Type.Subscribe && executor is { Runtime.HasSubscribed: false, ShuttingDown: false })
        {
            Answer(connection, 403, "Executor is not subscribed");
        }
        else
        {
            Obey(executor, framework.Info, connection, call);
        }
    }

    public void StreamEnded(ConnectionId stream)
    {
        if (!_streams.TryGetValue(stream, out var executor))
        {
            return;
        }
        Forget(executor);
        if (!executor.ShuttingDown)
        {
            life.AwaitSubscription(executor, context.Settings.RecoveryTimeout);
        }
    }

    public void HeartbeatDue(ConnectionId stream)
    {
        if (_streams.ContainsKey(stream))
        {
            Send(stream, ExecutorEvents.Heartbeat);
            context.StartTimer(new AgentMessage.ExecutorHeartbeatDue(stream), context.Settings.ExecutorHeartbeat);
        }
    }

    /// <summary>From the framework to the executor. Best effort.</summary>
    public void Pass(ExecutorKey key, Google.Protobuf.ByteString data)
    {
        var executor = context.State.Executors.Find(key);
        if (executor?.Runtime.Stream is { } stream)
        {
            Send(stream, ExecutorEvents.Message(data));
        }
        // A pod takes messages, as the original's default executor does, and makes nothing of them.
        Count(executor is { Phase: ExecutorPhase.Running });
    }

    /// <summary>Ends the stream of an executor that is over, if it has one.</summary>
    public void Close(AgentExecutor executor)
    {
        if (executor.Runtime.Stream is { } stream)
        {
            context.Do(new ExecutorEffect.CloseStream(stream));
            Forget(executor);
        }
    }

    private void Obey(AgentExecutor executor, FrameworkInfo framework, ConnectionId connection, ExecutorCall call)
    {
        switch (call.Type)
        {
            case Type.Subscribe:
                Subscribe(executor, framework, connection, call.Subscribe);
                break;
            case Type.Update:
                Answer(connection, 202, "");
                Take(executor, call.Update.Status);
                Acknowledge(executor, call.Update.Status);
                break;
            case Type.Message:
                Answer(connection, 202, "");
                Count(link.Registered);
                if (link.Registered)
                {
                    link.Send(new MasterCall
                    {
                        Type = MasterCall.Types.Type.Message,
                        Message = new() { FrameworkId = call.FrameworkId, ExecutorId = call.ExecutorId, Data = call.Message.Data },
                    });
                }
                break;
            case Type.Heartbeat:
                Answer(connection, 202, "");
                break;
            default:
                Answer(connection, 501, "501 Not Implemented.");
                break;
        }
    }

    private void Subscribe(AgentExecutor executor, FrameworkInfo framework, ConnectionId connection, ExecutorCall.Types.Subscribe subscribe)
    {
        Close(executor);
        life.Subscribed(executor);
        executor.Runtime.HasSubscribed = true;
        foreach (var update in subscribe.UnacknowledgedUpdates)
        {
            Take(executor, update.Status);
        }
        if (!executor.ShuttingDown)
        {
            DropUnlisted(executor, framework, subscribe);
        }
        context.Do(new ExecutorEffect.OpenStream(connection));
        if (executor.ShuttingDown || (!executor.Engaged && executor.Runtime.Queue.Count == 0))
        {
            // Either it is to end, or all that it was started for was killed before it came.
            context.Do(new ExecutorEffect.Send(connection, ExecutorEvents.Shutdown));
            context.Do(new ExecutorEffect.CloseStream(connection));
            life.ShutDown(executor);
            return;
        }
        executor.Runtime.Stream = connection;
        _streams.Add(connection, executor);
        context.StartTimer(new AgentMessage.ExecutorHeartbeatDue(connection), context.Settings.ExecutorHeartbeat);
        Send(connection, ExecutorEvents.Subscribed(executor, framework, context));
        foreach (var update in subscribe.UnacknowledgedUpdates)
        {
            Acknowledge(executor, update.Status);
        }
        tasks.RepeatKills(executor);
        tasks.Deliver(executor);
    }

    /// <summary>
    /// Tasks that were sent, of which the executor neither said anything nor knows: they were lost on the way and never began.
    /// </summary>
    private void DropUnlisted(AgentExecutor executor, FrameworkInfo framework, ExecutorCall.Types.Subscribe subscribe)
    {
        var listed = subscribe.UnacknowledgedTasks.Select(task => TaskId.From(task.TaskId)).ToHashSet();
        var lost = executor.LiveTasks
            .Where(task => task.State == TaskState.TaskStaging && task.Runtime.Phase == ContainerPhase.Running
                && !listed.Contains(task.Key.Task)).ToList();
        foreach (var task in lost)
        {
            tasks.End(task, new ExecutorTermination(framework.Dropped(), Reason.AgentRestarted, "Task launched during agent restart"));
        }
        if (lost.Count > 0)
        {
            life.UpdateLimits(executor);
        }
    }

    private void Take(AgentExecutor executor, TaskStatus status)
    {
        if (!tasks.Report(executor, status))
        {
            return;
        }
        life.UpdateLimits(executor);
        if (context.State.Drain is not null && !executor.LiveTasks.Any())
        {
            life.ShutDown(executor);
        }
    }

    /// <summary>Also what was not believed: nobody wants to hear it again.</summary>
    private void Acknowledge(AgentExecutor executor, TaskStatus status)
    {
        if (executor.Runtime.Stream is { } stream)
        {
            Send(stream, ExecutorEvents.Acknowledged(status.TaskId, status.Uuid));
        }
    }

    private void Count(bool passed) => (Passed, Dropped) = passed ? (Passed + 1, Dropped) : (Passed, Dropped + 1);

    private void Forget(AgentExecutor executor)
    {
        var stream = executor.Runtime.Stream!.Value;
        executor.Runtime.Stream = null;
        _streams.Remove(stream);
        context.CancelTimer(new AgentMessage.ExecutorHeartbeatDue(stream));
    }

    private void Send(ConnectionId stream, ExecutorEvent @event) => context.Do(new ExecutorEffect.Send(stream, @event));

    private void Answer(ConnectionId connection, int status, string text) =>
        context.Do(new ExecutorEffect.Answer(connection, status, text));
}
