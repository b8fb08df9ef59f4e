using Google.Protobuf;
using Offerbook.Wire.Streaming;

namespace Offerbook.Wire.Http;

/// <summary>The client's end of a subscription. Disposing it closes the connection.</summary>
public sealed class IncomingStream<TEvent> : IDisposable where TEvent : class, IMessage<TEvent>, new()
{
    /// <summary>Read at a time: some dozens of offers.</summary>
    private const int ReadBytes = 64 * 1024;

    private readonly HttpResponseMessage _response;
    private readonly MessageFormat _format;
    private readonly RecordIoDecoder _decoder;

    internal IncomingStream(HttpResponseMessage response, MessageFormat format, int maxRecordBytes)
    {
        _response = response;
        _format = format;
        _decoder = new RecordIoDecoder(maxRecordBytes);
    }

    /// <summary>A header of the response; null when it is absent.</summary>
    public string? Header(string name) => _response.Headers.TryGetValues(name, out var values) ? string.Join(",", values) : null;

    /// <summary>Hands over every event in order, waiting for the callback each time, until the stream ends.</summary>
    /// <returns>Why it ended, for people.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was asked for.</exception>
    public async Task<string> ReadAllAsync(Func<TEvent, ValueTask> onEvent, CancellationToken cancellation)
    {
        try
        {
            await using var body = await _response.Content.ReadAsStreamAsync(cancellation);
            var buffer = new byte[ReadBytes];
            int read;
            while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
            {
                _decoder.Append(buffer.AsSpan(0, read));
                while (_decoder.TryRead(out var record))
                {
                    if (!MessageCodec.Read<TEvent>(record.Span, _format).TryGet(out var message, out var error))
                    {
                        return $"An event could not be read: {error.Detail}";
                    }
                    await onEvent(message);
                }
                if (_decoder.Failure is { } fault)
                {
                    return fault;
                }
            }
            return _decoder.Complete() ? "The server closed the stream." : _decoder.Failure!;
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException or ObjectDisposedException)
        {
            cancellation.ThrowIfCancellationRequested();
            return $"The connection broke: {fault.Message}";
        }
    }

    public void Dispose() => _response.Dispose();
}
