using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Operator.Views;
using Offerbook.Master.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Operator.Events;

/// <summary>
/// The operators who follow what happens. Subscribers are gathered for a few milliseconds and share one view; events that
/// follow are those after that view, because views and events leave the core in order: none is lost and none comes twice.
/// <code>
/// Request ─▶ pending ── timer ──▶ Open(view): SUBSCRIBED, HEARTBEAT ─▶ what each turn brings (Flush), HEARTBEAT every 15 s
/// </code>
/// While nobody listens, an event costs a comparison.
/// </summary>
internal sealed class OperatorStreams(MasterSettings settings)
{
    private readonly OrderedMap<ConnectionId, ConnectionId> _open = new();
    private readonly List<ConnectionId> _pending = [];
    private List<OperatorEvent> _happened = [];

    /// <summary>Streams that are open or about to be; at most <see cref="MasterSettings.MaxOperatorEventStreamSubscribers"/>.</summary>
    public int Count => _open.Count + _pending.Count;

    private bool HasReaders => _open.Count > 0;

    public void Request(in Turn turn, ConnectionId connection)
    {
        _pending.Add(connection);
        if (_pending.Count == 1)
        {
            turn.StartTimer(OperatorStreamTimer.Only, settings.OperatorStreamBatchInterval, new MasterMessage.OperatorStreamsDue());
        }
        if (Count > settings.MaxOperatorEventStreamSubscribers)
        {
            CloseOldest(turn);
        }
    }

    /// <summary>Opens the streams that were asked for. The view must be of this turn.</summary>
    public void Open(in Turn turn, Func<MasterView> view)
    {
        if (_pending.Count == 0)
        {
            return;
        }
        ConnectionId[] opened = [.. _pending];
        _pending.Clear();
        turn.Effects.Add(new MasterEffect.OpenOperatorStreams(opened, view()));
        foreach (var stream in opened)
        {
            _open.Set(stream, stream);
            AwaitHeartbeat(turn, stream);
        }
    }

    /// <returns>Whether the connection is a stream of this table.</returns>
    public bool Close(in Turn turn, ConnectionId connection)
    {
        turn.CancelTimer(new HeartbeatTimer(connection));
        return _open.Remove(connection) || _pending.Remove(connection);
    }

    /// <summary>Streams that are not of this table are passed over.</summary>
    public void Heartbeat(in Turn turn, ConnectionId stream)
    {
        if (_open.Contains(stream))
        {
            turn.Effects.Add(new MasterEffect.HeartbeatOperator(stream));
            AwaitHeartbeat(turn, stream);
        }
    }

    /// <summary>Ends a turn: sends what happened in it.</summary>
    public void Flush(in Turn turn)
    {
        if (_happened.Count > 0)
        {
            turn.Effects.Add(new MasterEffect.SendToOperators(_happened));
            _happened = [];
        }
    }

    public void TaskAdded(LiveTask task)
    {
        if (HasReaders)
        {
            _happened.Add(OperatorEvents.TaskAdded(task.Model));
        }
    }

    /// <param name="before">The task as it was before the status came.</param>
    /// <param name="latest">The latest state known by now.</param>
    public void TaskUpdated(TaskModel before, TaskStatus status, TaskState latest)
    {
        if (HasReaders && OperatorEvents.IsNews(before, status))
        {
            _happened.Add(OperatorEvents.TaskUpdated(before.Framework, status, latest));
        }
    }

    public void AgentAdded(Agent agent)
    {
        if (HasReaders)
        {
            _happened.Add(OperatorEvents.AgentAdded(agent));
        }
    }

    public void AgentRemoved(AgentId agent)
    {
        if (HasReaders)
        {
            _happened.Add(OperatorEvents.AgentRemoved(agent));
        }
    }

    public void FrameworkAdded(Framework framework)
    {
        if (HasReaders)
        {
            _happened.Add(OperatorEvents.FrameworkAdded(framework));
        }
    }

    public void FrameworkUpdated(Framework framework)
    {
        if (HasReaders)
        {
            _happened.Add(OperatorEvents.FrameworkUpdated(framework));
        }
    }

    public void FrameworkRemoved(Framework framework)
    {
        if (HasReaders)
        {
            _happened.Add(OperatorEvents.FrameworkRemoved(framework));
        }
    }

    private void AwaitHeartbeat(in Turn turn, ConnectionId stream) =>
        turn.StartTimer(new HeartbeatTimer(stream), settings.HeartbeatInterval, new MasterMessage.HeartbeatDue(stream));

    private void CloseOldest(in Turn turn)
    {
        var oldest = HasReaders ? _open.First() : _pending[0];
        Close(turn, oldest);
        turn.CloseStream(oldest);
    }
}
