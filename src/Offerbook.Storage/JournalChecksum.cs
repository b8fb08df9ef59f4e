using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Offerbook.Storage;

/// <summary>
/// CRC-32C over everything that says which record this is and what it holds, so that a flipped bit, a swapped row and a row moved
/// to another number or persistence id all show. Done by the processor at several GB/s; it guards against accidents, not against forgers.
/// </summary>
internal static class JournalChecksum
{
    public static uint Of(string persistenceId, long sequence, JournalRecord record)
    {
        var crc = Text(uint.MaxValue, persistenceId);
        crc = BitOperations.Crc32C(crc, (ulong)sequence);
        crc = Text(crc, record.Manifest);
        return ~Bytes(crc, record.Payload.Span);
    }

    /// <summary>Of arbitrary bytes, as published test vectors have it.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Raw(uint.MaxValue, bytes);

    private static uint Text(uint crc, string text)
    {
        Span<byte> small = stackalloc byte[256];
        var bytes = Encoding.UTF8.GetMaxByteCount(text.Length) <= small.Length
            ? small : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        return Bytes(crc, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    /// <summary>Length first, so that no two different sequences of parts run into the same bytes.</summary>
    private static uint Bytes(uint crc, ReadOnlySpan<byte> bytes) => Raw(BitOperations.Crc32C(crc, (ulong)bytes.Length), bytes);

    private static uint Raw(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }
        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }
        return crc;
    }
}
