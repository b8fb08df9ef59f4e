using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Offerbook.Wire.Http;

/// <summary>A request's whole body, or the reason why it was not taken.</summary>
public readonly record struct RequestBody
{
    /// <summary>The largest call: an ACCEPT that launches 10,000 tasks of 1.5 KiB each, in JSON.</summary>
    public const int DefaultMaxBytes = 16 * 1024 * 1024;

    private RequestBody(ReadOnlyMemory<byte> bytes, HttpRefusal? refusal)
    {
        Bytes = bytes;
        Refusal = refusal;
    }

    public ReadOnlyMemory<byte> Bytes { get; }

    public HttpRefusal? Refusal { get; }

    [MemberNotNullWhen(true, nameof(Refusal))]
    public bool IsRefused => Refusal is not null;

    /// <summary>Reads the body to its end, unpacking gzip.</summary>
    /// <param name="maxBytes">A body longer than this is refused with 413; gzip counts unpacked.</param>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public static async ValueTask<RequestBody> ReadAsync(
        HttpRequest request, int maxBytes = DefaultMaxBytes, CancellationToken cancellation = default)
    {
        string encoding = request.Headers.ContentEncoding.ToString().Trim();
        var gzip = encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase);
        if (!gzip && encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return Refuse(StatusCodes.Status415UnsupportedMediaType,
                $"The body has Content-Encoding '{encoding}'; send it plain or as gzip.");
        }
        if (request.ContentLength > maxBytes)
        {
            return TooLong(maxBytes);
        }
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            // The server's own limit would end the exchange without our text.
            limit.MaxRequestBodySize = null;
        }
        try
        {
            if (!gzip)
            {
                return await ReadToEndAsync(request.Body, maxBytes, cancellation);
            }
            await using var unpacked = new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true);
            return await ReadToEndAsync(unpacked, maxBytes, cancellation);
        }
        catch (InvalidDataException fault)
        {
            return Refuse(StatusCodes.Status400BadRequest,
                $"The body says Content-Encoding 'gzip' but cannot be unpacked: {fault.Message}");
        }
        catch (BadHttpRequestException fault)
        {
            return Refuse(fault.StatusCode, $"Failed to read the body: {fault.Message}");
        }
        catch (ConnectionResetException fault)
        {
            // The engine takes the read that failed so for one that goes on. It would report that as an error when it clears away the
            // rest of the body, unless it knows by then that the connection is gone.
            request.HttpContext.Abort();
            throw new OperationCanceledException("The client has left.", fault);
        }
        catch (IOException fault) when (!request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            // The size of a chunk that is beyond all numbers comes so, and not as a bad request.
            return Refuse(StatusCodes.Status400BadRequest, $"Failed to read the body: {fault.Message}");
        }
    }

    private static async ValueTask<RequestBody> ReadToEndAsync(Stream body, int maxBytes, CancellationToken cancellation)
    {
        using var bytes = new BodyBytes();
        int read;
        while ((read = await body.ReadAsync(bytes.Free(), cancellation)) > 0)
        {
            bytes.Advance(read);
            if (bytes.Length > maxBytes)
            {
                return TooLong(maxBytes);
            }
        }
        return new RequestBody(bytes.ToArray(), null);
    }

    private static RequestBody TooLong(int maxBytes) => Refuse(
        StatusCodes.Status413PayloadTooLarge, $"The body is longer than the {maxBytes} bytes allowed here. Split the request.");

    private static RequestBody Refuse(int status, string text) => new(default, new HttpRefusal(status, text));
}
