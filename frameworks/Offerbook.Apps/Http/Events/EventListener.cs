using System.Threading.Channels;

namespace Offerbook.Apps.Http.Events;

/// <summary>One client of the event stream: what waits to be written to it. Filled by the hub's pump, emptied by its connection.</summary>
internal sealed class EventListener
{
    /// <summary>Events that may wait for one client.</summary>
    public const int Capacity = 1_024;

    /// <summary>
    /// Bounded by the events in it; heartbeats are one in ten seconds, and a client that takes none for so long is cut by events.
    /// </summary>
    private readonly Channel<EventBatch> _batches =
        Channel.CreateUnbounded<EventBatch>(new UnboundedChannelOptions { SingleReader = true });
    private TaskCompletionSource? _drained;
    private volatile bool _hasHadItsTime;
    private int _waiting;

    /// <summary>Completes when the listener has been cut.</summary>
    public ChannelReader<EventBatch> Batches => _batches.Reader;

    /// <summary>Half of what may wait does, and nobody has waited for it yet.</summary>
    public bool IsBehind => Volatile.Read(ref _waiting) >= Capacity / 2 && !HasHadItsTime && !_batches.Reader.Completion.IsCompleted;

    /// <summary>It has been waited for since nothing waited for it.</summary>
    public bool HasHadItsTime
    {
        get => _hasHadItsTime;
        set => _hasHadItsTime = value && Volatile.Read(ref _waiting) > 0;
    }

    /// <summary>Completes when nothing waits any more, or the listener has been cut.</summary>
    public Task WhenDrained
    {
        get
        {
            var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _drained, signal);
            if (Volatile.Read(ref _waiting) <= 0 || _batches.Reader.Completion.IsCompleted)
            {
                signal.TrySetResult();
            }
            return signal.Task;
        }
    }

    /// <summary>Cuts the listener when more would wait for it than may.</summary>
    public void Offer(EventBatch batch)
    {
        if (Interlocked.Add(ref _waiting, batch.Count) > Capacity || !_batches.Writer.TryWrite(batch))
        {
            Cut();
        }
    }

    /// <summary>The batch has been written.</summary>
    public void Written(EventBatch batch)
    {
        if (Interlocked.Add(ref _waiting, -batch.Count) == 0)
        {
            _hasHadItsTime = false;
            Volatile.Read(ref _drained)?.TrySetResult();
        }
    }

    public void Cut()
    {
        _batches.Writer.TryComplete();
        Volatile.Read(ref _drained)?.TrySetResult();
    }
}
