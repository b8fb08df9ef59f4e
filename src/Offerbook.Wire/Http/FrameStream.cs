using Microsoft.AspNetCore.Http;

namespace Offerbook.Wire.Http;

/// <summary>
/// One response that goes on for as long as its reader stays. Senders never wait: frames go to a bounded buffer, a task writes
/// whatever has gathered and flushes once, and a reader that falls behind the bounds is cut.
/// </summary>
public sealed class FrameStream
{
    private readonly HttpContext _context;
    private readonly string _contentType;
    private readonly StreamBounds _bounds;
    private readonly FrameBuffer _buffer;
    private readonly StreamPace _pace = new();

    /// <param name="context">The exchange whose response this is. Headers of the caller must be set before <see cref="RunAsync"/>.</param>
    public FrameStream(HttpContext context, string contentType, StreamBounds bounds)
    {
        _context = context;
        _contentType = contentType;
        _bounds = bounds;
        _buffer = new FrameBuffer(bounds);
    }

    /// <summary>Puts a frame behind those that wait. The bytes must not be changed afterwards.</summary>
    /// <returns>False when the stream is closed or has just been cut, because the reader is too slow.</returns>
    public bool TrySend(ReadOnlyMemory<byte> frame) => Ring(_buffer.TryAdd(frame));

    /// <summary>Puts many frames behind those that wait, each made when its turn comes: they wait as one, however many they are.</summary>
    /// <returns>As for one.</returns>
    internal bool TrySend(IFrameList frames) => frames.Count == 0 || Ring(_buffer.TryAdd(frames));

    private bool Ring(bool taken)
    {
        if (taken)
        {
            _pace.Ring();
        }
        else if (_buffer.HasOverflowed)
        {
            _pace.Cut();
        }
        return taken;
    }

    /// <summary>Ends the stream once what waits has left, or when the reader takes too long to fetch it.</summary>
    public void Close()
    {
        _buffer.Seal();
        _pace.CutAfter(_bounds.CloseGrace);
    }

    /// <summary>Sends the headers and then frames until the stream ends. The request's handler awaits it.</summary>
    public async Task<StreamEnd> RunAsync()
    {
        using var watch = _pace.Watch(_context.RequestAborted);
        var output = new ResponseFrames(_context);
        try
        {
            await output.BeginAsync(_contentType, _pace.GiveUp);
            bool last;
            do
            {
                // Asked before the buffer is emptied: no frame can come after.
                last = _buffer.IsSealed;
                await DrainAsync(output, _pace.GiveUp);
                if (!last)
                {
                    await _pace.WaitAsync();
                }
            }
            while (!last && !_pace.ReaderLeft);
            return _buffer.HasOverflowed ? Cut() : last ? StreamEnd.Closed : StreamEnd.ReaderLeft;
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            // Giving up a write makes the server abort the connection, which looks as if the reader had left: what we wanted counts first.
            return _pace.GiveUp.IsCancellationRequested && !_pace.ReaderLeft ? Cut() : StreamEnd.ReaderLeft;
        }
        finally
        {
            _buffer.Seal();
        }
    }

    private StreamEnd Cut()
    {
        // The reader must see a broken stream, not one that ended well.
        _context.Abort();
        return StreamEnd.ReaderTooSlow;
    }

    private async ValueTask DrainAsync(ResponseFrames output, CancellationToken cancellation)
    {
        while (_buffer.TryPeek(out var frame))
        {
            await output.WriteAsync(frame, cancellation);
            _buffer.Remove();
        }
        await output.FlushAsync(cancellation);
    }
}
