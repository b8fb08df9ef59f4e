using System.Buffers.Binary;

namespace Offerbook.Wire.Plans;

/// <summary>Finds a field by its name in UTF-8, without making a string of it. Open addressing, at most half full.</summary>
internal sealed class FieldTable
{
    private readonly FieldPlan?[] _slots;

    public FieldTable(FieldPlan[] fields)
    {
        var size = 4;
        while (size < 2 * fields.Length)
        {
            size *= 2;
        }
        _slots = new FieldPlan?[size];
        foreach (var field in fields)
        {
            var slot = Slot(field.NameUtf8);
            while (_slots[slot] is not null)
            {
                slot = (slot + 1) & (size - 1);
            }
            _slots[slot] = field;
        }
    }

    public FieldPlan? Find(ReadOnlySpan<byte> name)
    {
        for (var slot = Slot(name); _slots[slot] is { } field; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (name.SequenceEqual(field.NameUtf8))
            {
                return field;
            }
        }
        return null;
    }

    private int Slot(ReadOnlySpan<byte> name)
    {
        // The first and last eight bytes and the length tell the fields of every message here well apart.
        var (head, tail) = name.Length >= 8
            ? (BinaryPrimitives.ReadUInt64LittleEndian(name), BinaryPrimitives.ReadUInt64LittleEndian(name[^8..]))
            : (Short(name), 0UL);
        var mixed = (head ^ (tail << 1) ^ (uint)name.Length) * 0x9E3779B97F4A7C15UL;
        return (int)(mixed >> 40) & (_slots.Length - 1);
    }

    private static ulong Short(ReadOnlySpan<byte> name)
    {
        var value = 0UL;
        foreach (var letter in name)
        {
            value = (value << 8) | letter;
        }
        return value;
    }
}
