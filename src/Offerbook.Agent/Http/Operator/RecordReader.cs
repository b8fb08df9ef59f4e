using Mesos.V1.Agent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Offerbook.Wire.Streaming;

namespace Offerbook.Agent.Http.Operator;

/// <summary>The calls of a streaming request, one record each. Somebody may type them: neither length nor slowness is a fault.</summary>
internal sealed class RecordReader
{
    private const int ReadBytes = 16 * 1024;

    /// <summary>Clients send what they read at once: a few kilobytes, a third more in JSON.</summary>
    private const int MaxRecordBytes = 1024 * 1024;

    private readonly HttpRequest _request;
    private readonly MessageFormat _format;
    private readonly RecordIoDecoder _decoder = new(MaxRecordBytes);
    private readonly byte[] _buffer = new byte[ReadBytes];

    public RecordReader(HttpRequest request, MessageFormat format)
    {
        (_request, _format) = (request, format);
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
        if (request.HttpContext.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    /// <returns>The next call; neither call nor refusal at the end.</returns>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async ValueTask<(Call? Call, HttpRefusal? Refusal)> ReadAsync(CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> record;
        while (!_decoder.TryRead(out record))
        {
            if (_decoder.Failure is { } fault)
            {
                return (null, Bad("Failed to decode the stream: " + fault));
            }
            int read;
            try
            {
                read = await _request.Body.ReadAsync(_buffer, cancellation);
            }
            catch (BadHttpRequestException bad)
            {
                return (null, new HttpRefusal(bad.StatusCode, $"Failed to read the body: {bad.Message}"));
            }
            if (read == 0)
            {
                return _decoder.Complete() ? (null, null) : (null, Bad("Failed to decode the stream: " + _decoder.Failure));
            }
            _decoder.Append(_buffer.AsSpan(0, read));
        }
        return MessageCodec.Read<Call>(record.Span, _format).TryGet(out var call, out var error)
            ? (call, null)
            : (null, Bad(error.Describe("Call")));
    }

    private static HttpRefusal Bad(string text) => new(StatusCodes.Status400BadRequest, text);
}
