using Offerbook.Master.Operator.Views;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Hosting;

/// <summary>
/// Views for readers. Those who ask while a view is on its way share it, so that a crowd of pollers costs the core one turn.
/// Whoever has the answer to a call sees its effect: answers and views leave the core in order.
/// </summary>
internal sealed class ViewSource
{
    private readonly RunningMaster _master;
    private readonly Lock _lock = new();
    private MasterView? _last;
    private bool _isHalted;
    private (ConnectionId Connection, TaskCompletionSource<MasterView?> View)? _pending;

    public ViewSource(RunningMaster master)
    {
        _master = master;
        master.Exchanges.ViewPublished += (connection, view) => Publish(connection, view);
        _ = master.Runner.Completion.ContinueWith(_ => Publish(null, null), TaskScheduler.Default);
    }

    /// <returns>Null when the master is stopping or dead.</returns>
    public async Task<MasterView?> GetAsync()
    {
        TaskCompletionSource<MasterView?> view;
        ConnectionId? asked = null;
        lock (_lock)
        {
            if (_isHalted)
            {
                return _last;
            }
            if (_pending is null)
            {
                asked = _master.Exchanges.NextConnection();
                _pending = (asked.Value, new TaskCompletionSource<MasterView?>(TaskCreationOptions.RunContinuationsAsynchronously));
            }
            view = _pending.Value.View;
        }
        if (asked is { } connection && !await _master.PostAsync(new MasterMessage.ViewRequested(connection)))
        {
            Publish(connection, null);
        }
        return await view.Task;
    }

    /// <summary>The core is dead: from now on everybody gets the last view, if there is one. All that it shows was durable.</summary>
    public void Halt()
    {
        lock (_lock)
        {
            _isHalted = true;
        }
    }

    private void Publish(ConnectionId? connection, MasterView? view)
    {
        TaskCompletionSource<MasterView?>? waiting;
        lock (_lock)
        {
            if (_pending is null || (connection is not null && _pending.Value.Connection != connection))
            {
                return;
            }
            waiting = _pending.Value.View;
            _pending = null;
            _last = view ?? _last;
        }
        waiting.TrySetResult(view);
    }
}
