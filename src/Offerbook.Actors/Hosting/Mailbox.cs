using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Offerbook.Actors.Hosting;

/// <summary>
/// The messages that wait for a core, in two bounded lanes: messages that come in crowds have one of their own, of which one at a time
/// is taken between all others. Anybody may post; one thread takes. Whoever posts rings for it.
/// </summary>
internal sealed class Mailbox<TMessage>(int capacity) where TMessage : class
{
    /// <summary>Other messages before one of the crowd has its turn: the crowd moves on however busy the others are.</summary>
    public const int MaxTurnsBeforeCrowd = 8;

    private readonly Channel<TMessage> _main = Lane(capacity);
    private readonly Channel<TMessage> _crowd = Lane(capacity);
    private readonly Doorbell _arrived = new();
    private int _turnsSinceCrowd;

    public int Count => _main.Reader.Count + _crowd.Reader.Count;

    /// <summary>Nothing waits, and nothing can come any more.</summary>
    public bool IsOver => _main.Reader.Completion.IsCompleted && _crowd.Reader.Completion.IsCompleted;

    /// <summary>Wakes whoever waits for a message, as something else is to be done.</summary>
    public void Ring() => _arrived.Ring();

    /// <summary>Waits for a ring. One left over from before only costs one more look.</summary>
    public void Wait() => _arrived.Wait();

    public bool TryPost(TMessage message)
    {
        if (!_main.Writer.TryWrite(message))
        {
            return false;
        }
        _arrived.Ring();
        return true;
    }

    /// <summary>Waits for room in the lane.</summary>
    public ValueTask PostAsync(TMessage message, CancellationToken cancellation) =>
        !cancellation.IsCancellationRequested && TryPost(message) ? ValueTask.CompletedTask : PostAsync(_main, message, cancellation);

    public ValueTask PostOfCrowdAsync(TMessage message, CancellationToken cancellation) => PostAsync(_crowd, message, cancellation);

    /// <param name="ofCrowd">Whether the message is one of the crowd: then other things are looked at before the next.</param>
    public bool TryTake([MaybeNullWhen(false)] out TMessage message, out bool ofCrowd)
    {
        ofCrowd = false;
        if (_turnsSinceCrowd < MaxTurnsBeforeCrowd && _main.Reader.TryRead(out message))
        {
            _turnsSinceCrowd++;
            return true;
        }
        _turnsSinceCrowd = 0;
        ofCrowd = _crowd.Reader.TryRead(out message);
        return ofCrowd || _main.Reader.TryRead(out message);
    }

    /// <summary>Takes nothing more; what waits can still be taken.</summary>
    /// <param name="failure">What whoever posts from now on is told; null if nothing went wrong.</param>
    public void Close(Exception? failure = null)
    {
        _main.Writer.TryComplete(failure);
        _crowd.Writer.TryComplete(failure);
        _arrived.Ring();
    }

    private static Channel<TMessage> Lane(int capacity) =>
        Channel.CreateBounded<TMessage>(new BoundedChannelOptions(capacity) { SingleReader = true });

    private async ValueTask PostAsync(Channel<TMessage> lane, TMessage message, CancellationToken cancellation)
    {
        await lane.Writer.WriteAsync(message, cancellation);
        _arrived.Ring();
    }
}
