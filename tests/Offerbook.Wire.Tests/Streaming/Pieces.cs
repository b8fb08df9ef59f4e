using FsCheck;

namespace Offerbook.Wire.Tests.Streaming;

internal static class Pieces
{
    /// <summary>Cuts bytes into pieces of the given sizes, over and over; without sizes the pieces are single bytes.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Of(ReadOnlyMemory<byte> bytes, PositiveInt[] sizes)
    {
        for (var i = 0; !bytes.IsEmpty; i++)
        {
            var size = Math.Min(bytes.Length, sizes.Length == 0 ? 1 : sizes[i % sizes.Length].Get);
            yield return bytes[..size];
            bytes = bytes[size..];
        }
    }
}
