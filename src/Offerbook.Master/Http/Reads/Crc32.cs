namespace Offerbook.Master.Http.Reads;

/// <summary>
/// The checksum of gzip (RFC 1952, section 8), eight bytes at a time; and the checksum of two texts joined, from those of the two,
/// so that pieces are summed on different threads.
/// </summary>
internal static class Crc32
{
    /// <summary>The polynomial, its lowest power in the highest bit.</summary>
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] s_tables = Tables();

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        var tables = s_tables;
        while (bytes.Length >= 8)
        {
            var low = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = tables[0x700 + (low & 0xFF)] ^ tables[0x600 + (low >> 8 & 0xFF)] ^ tables[0x500 + (low >> 16 & 0xFF)] ^ tables[0x400
                + (low >> 24)]
                ^ tables[0x300 + (high & 0xFF)] ^ tables[0x200 + (high >> 8 & 0xFF)] ^ tables[0x100
                    + (high >> 16 & 0xFF)] ^ tables[high >> 24];
            bytes = bytes[8..];
        }
        foreach (var value in bytes)
        {
            crc = tables[(crc ^ value) & 0xFF] ^ (crc >> 8);
        }
        return ~crc;
    }

    /// <param name="length">Of the second text, in bytes.</param>
    public static uint Join(uint first, uint second, long length)
    {
        // The first text is followed by so many bits: its remainder is multiplied by that power of x.
        var power = 0x80000000u;
        var square = 0x00800000u;
        for (var left = length; left > 0; left >>= 1)
        {
            if ((left & 1) != 0)
            {
                power = Multiply(square, power);
            }
            square = Multiply(square, square);
        }
        return Multiply(power, first) ^ second;
    }

    private static uint Multiply(uint left, uint right)
    {
        var product = 0u;
        for (var bit = 0x80000000u; bit != 0; bit >>= 1)
        {
            if ((left & bit) != 0)
            {
                product ^= right;
            }
            right = (right & 1) != 0 ? (right >> 1) ^ Polynomial : right >> 1;
        }
        return product;
    }

    private static uint[] Tables()
    {
        var tables = new uint[8 * 256];
        for (var value = 0u; value < 256; value++)
        {
            var crc = value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            }
            tables[value] = crc;
        }
        for (var at = 256; at < tables.Length; at++)
        {
            tables[at] = tables[tables[at - 256] & 0xFF] ^ (tables[at - 256] >> 8);
        }
        return tables;
    }
}
