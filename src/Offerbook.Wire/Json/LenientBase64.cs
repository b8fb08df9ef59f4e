using System.Buffers;
using System.Buffers.Text;

namespace Offerbook.Wire.Json;

/// <summary>
/// Base64 as Mesos reads it: the standard alphabet, white space ignored, the end at the first <c>=</c>, padding optional. Any other
/// character is an error, so the URL-safe alphabet is refused. A single character left over holds no byte and is ignored.
/// </summary>
internal static class LenientBase64
{
    /// <param name="stranger">The first character that does not belong, when the answer is false.</param>
    public static bool TryDecode(ReadOnlySpan<byte> text, out byte[] bytes, out char stranger)
    {
        stranger = '\0';
        bytes = new byte[Base64.GetMaxDecodedFromUtf8Length((text.Length + 3) & ~3)];
        if (Base64.DecodeFromUtf8(text, bytes, out var consumed, out var written) == OperationStatus.Done && consumed == text.Length)
        {
            Array.Resize(ref bytes, written);
            return true;
        }
        written = 0;
        uint group = 0;
        var held = 0;
        foreach (var letter in text)
        {
            if (letter == '=')
            {
                break;
            }
            if (letter is (byte)' ' or >= (byte)'\t' and <= (byte)'\r')
            {
                continue;
            }
            if (Sextet(letter) is not { } sextet)
            {
                stranger = (char)letter;
                return false;
            }
            group = (group << 6) | sextet;
            if (++held == 4)
            {
                bytes[written++] = (byte)(group >> 16);
                bytes[written++] = (byte)(group >> 8);
                bytes[written++] = (byte)group;
                held = 0;
            }
        }
        if (held == 3)
        {
            bytes[written++] = (byte)(group >> 10);
            bytes[written++] = (byte)(group >> 2);
        }
        else if (held == 2)
        {
            bytes[written++] = (byte)(group >> 4);
        }
        Array.Resize(ref bytes, written);
        return true;
    }

    private static uint? Sextet(byte letter) => letter switch
    {
        >= (byte)'A' and <= (byte)'Z' => (uint)(letter - 'A'),
        >= (byte)'a' and <= (byte)'z' => (uint)(letter - 'a' + 26),
        >= (byte)'0' and <= (byte)'9' => (uint)(letter - '0' + 52),
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => null,
    };
}
