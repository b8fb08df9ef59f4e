using System.Buffers;
using System.Globalization;
using System.Text;
using Offerbook.Apps.Core;
using Offerbook.Wire.Streaming;

namespace Offerbook.Apps.Http.Events;

/// <summary>An event as it goes over the wire, encoded once for everyone who reads it.</summary>
internal sealed class EventFrame(PublishEvent published)
{
    private EventSubjects? _subjects;

    public long Id => published.Id;

    public string Type => published.Type;

    public ReadOnlyMemory<byte> Bytes { get; } = Encode(published.Type, published.Json, published.Id);

    /// <summary>What it is about; found out when somebody asks. Two readers who ask at the same time find the same.</summary>
    public EventSubjects Subjects => _subjects ??= EventSubjects.Of(published);

    /// <param name="id">Null: a client does not go on after it.</param>
    public static ReadOnlyMemory<byte> Encode(string type, string json, long? id)
    {
        var buffer = new ArrayBufferWriter<byte>(json.Length + 128);
        SseFrame.Write(type, Encoding.UTF8.GetBytes(json), buffer, id?.ToString(CultureInfo.InvariantCulture));
        return buffer.WrittenMemory;
    }
}
