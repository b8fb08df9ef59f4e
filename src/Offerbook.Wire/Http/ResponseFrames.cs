using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Offerbook.Wire.Http;

/// <summary>
/// The response of a stream: frames go out in order, as many at once as have gathered, and no more than a little waits unflushed.
/// </summary>
internal sealed class ResponseFrames(HttpContext context)
{
    /// <summary>Written between flushes: what Kestrel buffers before it asks us to wait.</summary>
    private const int FlushBytes = 64 * 1024;

    private int _unflushed;

    private PipeWriter Writer => context.Response.BodyWriter;

    public async Task BeginAsync(string contentType, CancellationToken gone)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = contentType;
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            // Our bounds say what is too slow.
            rate.MinDataRate = null;
        }
        await response.StartAsync(gone);
        await response.BodyWriter.FlushAsync(gone);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        while (_unflushed + frame.Length > FlushBytes)
        {
            var part = FlushBytes - _unflushed;
            Writer.Write(frame.Span[..part]);
            frame = frame[part..];
            _unflushed += part;
            await FlushAsync(cancellation);
        }
        Writer.Write(frame.Span);
        _unflushed += frame.Length;
    }

    /// <exception cref="IOException">The reader has left.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        if (_unflushed == 0)
        {
            return;
        }
        _unflushed = 0;
        var flushed = await Writer.FlushAsync(cancellation);
        if (flushed.IsCompleted)
        {
            throw new IOException("The reader has left.");
        }
    }
}
