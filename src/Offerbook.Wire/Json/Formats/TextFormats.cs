using Google.Protobuf;

namespace Offerbook.Wire.Json.Formats;

internal readonly struct TextFormat : IScalarFormat<string>
{
    public static void Write(string value, ref JsonOutput output) => output.Text(value);

    public static bool TryRead(ref JsonInput input, string field, out string value)
    {
        var read = input.TryReadText(field, out var text);
        value = text!;
        return read;
    }
}

/// <summary>Bytes as base64.</summary>
internal readonly struct BytesFormat : IScalarFormat<ByteString>
{
    public static void Write(ByteString value, ref JsonOutput output) => output.Base64(value);

    public static bool TryRead(ref JsonInput input, string field, out ByteString value)
    {
        var read = input.TryReadBytes(field, out var bytes);
        value = bytes!;
        return read;
    }
}

internal readonly struct BooleanFormat : IScalarFormat<bool>
{
    public static void Write(bool value, ref JsonOutput output) => output.Raw(value ? "true"u8 : "false"u8);

    public static bool TryRead(ref JsonInput input, string field, out bool value) => input.TryReadBoolean(field, out value);
}
