using System.Threading.Tasks.Sources;

namespace Offerbook.Wire.Http;

/// <summary>
/// What the one task that writes a stream waits for: something to send, or an end. Costs no exception and no thread of the pool when
/// the reader leaves a stream that is at rest, which is how thousands end at once.
/// </summary>
internal sealed class StreamPace : IValueTaskSource
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _giveUp = new();
    private ManualResetValueTaskSourceCore<bool> _wait;
    private bool _rung;
    private bool _waiting;
    private volatile bool _readerLeft;

    /// <summary>Asked for when a write must not be waited for any more.</summary>
    public CancellationToken GiveUp => _giveUp.Token;

    /// <summary>The reader has left by itself, before anybody gave it up.</summary>
    public bool ReaderLeft => _readerLeft;

    /// <summary>There is something to look at. A ring while the task is awake is kept, once. Runs nothing here.</summary>
    public void Ring() => Ring(here: false);

    /// <summary>Frees the task if it waits for the reader; never runs any of it here.</summary>
    public void Cut()
    {
        _ = _giveUp.CancelAsync();
        Ring();
    }

    /// <summary>Wakes the task, and cuts what it has not sent after a while.</summary>
    public void CutAfter(TimeSpan grace)
    {
        _giveUp.CancelAfter(grace);
        Ring();
    }

    /// <summary>Has the stream ended on the thread of <see cref="ReaderDepartures"/> once the reader has left.</summary>
    public CancellationTokenRegistration Watch(CancellationToken gone) =>
        gone.UnsafeRegister(static stream => ReaderDepartures.Shared.Add((StreamPace)stream!), this);

    /// <summary>Ends at the next ring, or at once if there was one since the last wait.</summary>
    public ValueTask WaitAsync()
    {
        lock (_lock)
        {
            if (_rung)
            {
                _rung = false;
                return ValueTask.CompletedTask;
            }
            _wait.Reset();
            _waiting = true;
            return new ValueTask(this, _wait.Version);
        }
    }

    /// <summary>The reader has left: what the task has still to do, it does on the calling thread.</summary>
    internal void EndForReader()
    {
        _readerLeft = !_giveUp.IsCancellationRequested;
        if (!Ring(here: true))
        {
            // It waits for a write, which the server may not end by itself.
            _ = _giveUp.CancelAsync();
        }
    }

    /// <returns>Whether the task waited.</returns>
    private bool Ring(bool here)
    {
        lock (_lock)
        {
            if (!_waiting)
            {
                _rung = true;
                return false;
            }
            _waiting = false;
            _wait.RunContinuationsAsynchronously = !here;
        }
        _wait.SetResult(true);
        return true;
    }

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);
}
