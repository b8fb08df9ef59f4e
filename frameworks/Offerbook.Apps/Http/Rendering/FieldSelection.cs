using System.Buffers;
using System.Text.Json;
using Offerbook.Apps.Http.Routing;

namespace Offerbook.Apps.Http.Rendering;

/// <summary>
/// Only some members of the objects of an answer: <c>?fields=id,instances</c>. Names that an object does not have are no error.
/// </summary>
internal sealed class FieldSelection
{
    private readonly string[] _names;

    private FieldSelection(string[] names) => _names = names;

    public static QueryParameter Parameter { get; } =
        new("fields", "text", "Only these members of each item, separated by commas; an addition that no original client asks for");

    /// <summary>Null: everything.</summary>
    public static FieldSelection? Of(ApiRequest request) => request.Text("fields") is { Length: > 0 } text
        ? new FieldSelection(text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        : null;

    /// <param name="json">A JSON object.</param>
    public ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> json)
    {
        var to = new ArrayBufferWriter<byte>(256);
        to.Write("{"u8);
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var wanted = IsWanted(ref reader);
            reader.Read();
            reader.Skip();
            if (wanted)
            {
                if (to.WrittenCount > 1)
                {
                    to.Write(","u8);
                }
                to.Write(json.Span[start..(int)reader.BytesConsumed]);
            }
        }
        to.Write("}"u8);
        return to.WrittenMemory;
    }

    private bool IsWanted(ref Utf8JsonReader reader)
    {
        foreach (var name in _names)
        {
            if (reader.ValueTextEquals(name))
            {
                return true;
            }
        }
        return false;
    }
}
