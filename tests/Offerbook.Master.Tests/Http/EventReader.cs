using Google.Protobuf;
using Offerbook.Wire;
using Offerbook.Wire.Streaming;

namespace Offerbook.Master.Tests.Http;

/// <summary>Reads a subscription one event at a time.</summary>
internal sealed class EventReader<TEvent>(HttpResponseMessage response, MessageFormat format, string streamId,
    CancellationToken timeout) : IDisposable
    where TEvent : class, IMessage<TEvent>, new()
{
    private readonly RecordIoDecoder _decoder = new();
    private readonly byte[] _buffer = new byte[64 * 1024];

    public string StreamId => streamId;

    /// <returns>Null at the end of the stream.</returns>
    public async Task<TEvent?> NextAsync()
    {
        ReadOnlyMemory<byte> record;
        while (!_decoder.TryRead(out record))
        {
            var stream = await response.Content.ReadAsStreamAsync(timeout);
            var read = await stream.ReadAsync(_buffer, timeout);
            if (read == 0)
            {
                return null;
            }
            _decoder.Append(_buffer.AsSpan(0, read));
        }
        Assert.That(MessageCodec.Read<TEvent>(record.Span, format).TryGet(out var message, out var error), Is.True, error?.Detail);
        return message;
    }

    public async Task<TEvent> NextAsync(Func<TEvent, bool> wanted)
    {
        while (true)
        {
            var next = await NextAsync() ?? throw new AssertionException("The stream ended before the wanted event came.");
            if (wanted(next))
            {
                return next;
            }
        }
    }

    public void Dispose() => response.Dispose();
}
