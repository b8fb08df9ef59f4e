using System.Buffers;
using System.Text;

namespace Offerbook.Wire.Files;

/// <summary>
/// A piece of a file as text of exactly as many UTF-8 bytes, so that a client that adds up what it got knows where to read on.
/// A byte that is not UTF-8 becomes a question mark.
/// </summary>
public static class RawText
{
    private const int LongestCharacter = 4;

    /// <param name="bytes">Read at some offset. A character cut off at the end is left for the next read.</param>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        bytes = WithoutCutCharacter(bytes);
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed);
            if (status == OperationStatus.Done)
            {
                text.Append(rune);
            }
            else
            {
                text.Append('?', consumed);
            }
            bytes = bytes[consumed..];
        }
        return text.ToString();
    }

    private static ReadOnlySpan<byte> WithoutCutCharacter(ReadOnlySpan<byte> bytes)
    {
        for (var length = 1; length < LongestCharacter && length < bytes.Length; length++)
        {
            var tail = bytes[^length..];
            if ((tail[0] & 0xC0) != 0x80)
            {
                return Rune.DecodeFromUtf8(tail, out _, out _) == OperationStatus.NeedMoreData ? bytes[..^length] : bytes;
            }
        }
        return bytes;
    }
}
