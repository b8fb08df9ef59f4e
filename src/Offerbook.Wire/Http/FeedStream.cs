using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Offerbook.Wire.Http;

/// <summary>
/// One reader of a feed: a response that begins with a head of its own (a snapshot, say) and goes on with the feed's events. It holds
/// no events; when those it has not sent yet leave the feed, it is cut, even in the middle of its head.
/// </summary>
public sealed class FeedStream<TEvent> where TEvent : class, IMessage
{
    private readonly HttpContext _context;
    private readonly MessageFormat _format;
    private readonly EventFeed<TEvent> _feed;
    private readonly StreamPace _pace = new();
    private Task<ReadOnlyMemory<byte>>? _head;
    private EncodedEvent<TEvent>? _sendNext;
    private long _position;
    private volatile bool _isCut;
    private volatile bool _isClosing;

    /// <param name="context">The exchange whose response this is. Headers of the caller must be set before <see cref="RunAsync"/>.</param>
    /// <param name="head">The first frame, which counts against no bound: it is shared, and whoever asked for it must be able to get
    /// it.</param>
    /// <param name="position">Of the first event that is to follow the head.</param>
    public FeedStream(HttpContext context, MessageFormat format, EventFeed<TEvent> feed, Task<ReadOnlyMemory<byte>> head, long position)
    {
        _context = context;
        _format = format;
        _feed = feed;
        _head = head;
        _position = position;
        feed.Join(this);
    }

    /// <summary>
    /// What this reader gets of an event: the event itself, another in its place, or nothing. Null: everything, as it is. It is asked
    /// in order, by one thread at a time.
    /// </summary>
    public Func<TEvent, TEvent?>? Select { private get; init; }

    /// <summary>
    /// Sends an event to this reader alone, before what it has not fetched yet. A second one replaces the first while that waits: for
    /// heartbeats.
    /// </summary>
    public void SendNext(EncodedEvent<TEvent> message)
    {
        Volatile.Write(ref _sendNext, message);
        _pace.Ring();
    }

    /// <summary>Ends the stream once what the feed holds has left, or when the reader takes too long to fetch it.</summary>
    public void Close()
    {
        _isClosing = true;
        _pace.CutAfter(_feed.Bounds.CloseGrace);
    }

    /// <summary>Sends the headers, the head and then events until the stream ends. The request's handler awaits it.</summary>
    public async Task<StreamEnd> RunAsync()
    {
        using var watch = _pace.Watch(_context.RequestAborted);
        var output = new ResponseFrames(_context);
        try
        {
            await output.BeginAsync(MediaTypes.Of(_format), _pace.GiveUp);
            await output.WriteAsync(await _head!.WaitAsync(_pace.GiveUp), _pace.GiveUp);
            _head = null;
            bool last;
            do
            {
                // Asked before the feed is: what came before the end is sent.
                last = _isClosing;
                if (!await DrainAsync(output, _pace.GiveUp))
                {
                    return Cut();
                }
                if (!last)
                {
                    await _pace.WaitAsync();
                }
            }
            while (!last && !_pace.ReaderLeft);
            return last ? StreamEnd.Closed : StreamEnd.ReaderLeft;
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            return _pace.GiveUp.IsCancellationRequested && !_pace.ReaderLeft ? Cut() : StreamEnd.ReaderLeft;
        }
        finally
        {
            _feed.Leave(this);
        }
    }

    /// <param name="first">The oldest event that the feed still holds.</param>
    internal void Wake(long first)
    {
        if (Volatile.Read(ref _position) < first && !_isCut)
        {
            _isCut = true;
            _pace.Cut();
        }
        _pace.Ring();
    }

    /// <returns>False when events were dropped that this reader has not got.</returns>
    private async ValueTask<bool> DrainAsync(ResponseFrames output, CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _sendNext, null) is { } alone)
        {
            await output.WriteAsync(alone.Frame(_format), cancellation);
        }
        while (true)
        {
            switch (_feed.Read(_position, out var found))
            {
                case FeedRead.Found:
                    if (Select is null)
                    {
                        await output.WriteAsync(found!.Frame(_format), cancellation);
                    }
                    else if (Select(found!.Message) is { } selected)
                    {
                        await output.WriteAsync(
                            (ReferenceEquals(selected, found.Message) ? found : new EncodedEvent<TEvent>(selected)).Frame(_format),
                            cancellation);
                    }
                    Volatile.Write(ref _position, _position + 1);
                    break;
                case FeedRead.End:
                    await output.FlushAsync(cancellation);
                    return true;
                default:
                    return false;
            }
        }
    }

    private StreamEnd Cut()
    {
        // The reader must see a broken stream, not one that ended well.
        _context.Abort();
        return StreamEnd.ReaderTooSlow;
    }
}
