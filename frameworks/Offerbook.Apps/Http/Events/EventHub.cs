using System.Collections.Immutable;
using System.Threading.Channels;
using Offerbook.Actors.Hosting;
using Offerbook.Apps.Core;
using Offerbook.Wire.Streaming;

namespace Offerbook.Apps.Http.Events;

/// <summary>
/// Hands events to everyone who listens: an event is encoded once, events that come together go out together, and who wants all of them
/// gets the same bytes. At most <see cref="EventListener.Capacity"/> events wait for a listener; one for whom there would be more is cut,
/// never waited for: it goes on from its last event, or reads the state again.
///
/// A deployment of thousands tells of all of them in one turn, and that must not cut those who read: listeners for whom half of what may
/// wait does wait are waited for, all together at most <see cref="BurstPatience"/>. Whoever is not done by then is not waited for again
/// until it is, so one that reads nothing costs the others that time once.
/// </summary>
internal sealed class EventHub : IAsyncDisposable
{
    /// <summary>Listeners at once; each costs a connection and at most its buffer of references.</summary>
    public const int MaxListeners = 1_000;

    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>Half of what may wait for a listener: the next half may come while it takes the first.</summary>
    private const int MaxBatch = EventListener.Capacity / 2;

    /// <summary>In that time a thousand readers on one machine take a few hundred events each.</summary>
    private static readonly TimeSpan BurstPatience = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// With more listeners than this, events of the next <see cref="Pause"/> go out together: each write is a call of the kernel.
    /// </summary>
    private const int ManyListeners = 64;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    /// <summary>
    /// Not bounded by itself: it is emptied faster than a core can fill it, and what waits in it the core's window has too.
    /// </summary>
    private readonly Channel<EventFrame> _published =
        Channel.CreateUnbounded<EventFrame>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TimeProvider _time;
    private readonly ITimer _heart;
    private readonly Task _pump;
    private ImmutableArray<EventListener> _listeners = [];
    private int _entered;

    public EventHub(TimeProvider time)
    {
        _time = time;
        _heart = time.CreateTimer(_ => Beat(), null, Heartbeat, Heartbeat);
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>Clients that are served, those included that still catch up.</summary>
    public int Count => Volatile.Read(ref _entered);

    /// <summary>Reserves a place; every true wants a <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _entered) <= MaxListeners)
        {
            return true;
        }
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _entered);

    public void Attach(EventListener listener) => ImmutableInterlocked.Update(ref _listeners, list => list.Add(listener));

    public void Detach(EventListener listener)
    {
        ImmutableInterlocked.Update(ref _listeners, list => list.Remove(listener));
        listener.Cut();
    }

    public void Publish(PublishEvent published)
    {
        if (!_listeners.IsEmpty)
        {
            _published.Writer.TryWrite(new EventFrame(published));
        }
    }

    /// <summary>Ends every stream, and takes no more.</summary>
    public void Close()
    {
        _published.Writer.TryComplete();
        CutAll();
    }

    /// <summary>Ends the streams that there are: their clients come again.</summary>
    public void CutAll()
    {
        foreach (var listener in _listeners)
        {
            listener.Cut();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        await _heart.DisposeAsync();
        await _pump;
    }

    private void Beat()
    {
        var beat = EventBatch.Of(SseFrame.KeepAlive);
        foreach (var listener in _listeners)
        {
            listener.Offer(beat);
        }
    }

    private async Task PumpAsync()
    {
        var frames = new List<EventFrame>();
        while (await _published.Reader.WaitToReadAsync())
        {
            while (frames.Count < MaxBatch && _published.Reader.TryRead(out var frame))
            {
                frames.Add(frame);
            }
            var (batch, listeners) = (new EventBatch([.. frames]), _listeners);
            frames.Clear();
            foreach (var listener in listeners)
            {
                listener.Offer(batch);
            }
            if (listeners.Any(listener => listener.IsBehind))
            {
                await WaitForAsync(listeners.Where(listener => listener.IsBehind).ToList());
            }
            else if (listeners.Length > ManyListeners)
            {
                await Task.Delay(Pause, _time);
            }
        }
    }

    private async Task WaitForAsync(List<EventListener> behind)
    {
        await Task.WhenAll(behind.Select(listener => listener.WhenDrained)).EndsWithinAsync(BurstPatience, _time);
        behind.ForEach(listener => listener.HasHadItsTime = true);
    }
}
