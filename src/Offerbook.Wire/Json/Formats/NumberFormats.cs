namespace Offerbook.Wire.Json.Formats;

internal readonly struct Int64Format : IScalarFormat<long>
{
    public static void Write(long value, ref JsonOutput output) => output.Number(value);

    public static bool TryRead(ref JsonInput input, string field, out long value)
    {
        value = 0;
        return input.TryReadNumber(field, out var number) && (number.TryToInt64(out value) || input.OutOfRange(field));
    }
}

internal readonly struct UInt64Format : IScalarFormat<ulong>
{
    public static void Write(ulong value, ref JsonOutput output) => output.Number(value);

    public static bool TryRead(ref JsonInput input, string field, out ulong value)
    {
        value = 0;
        return input.TryReadNumber(field, out var number) && (number.TryToUInt64(out value) || input.OutOfRange(field));
    }
}

internal readonly struct Int32Format : IScalarFormat<int>
{
    public static void Write(int value, ref JsonOutput output) => output.Number((long)value);

    public static bool TryRead(ref JsonInput input, string field, out int value)
    {
        var read = Int64Format.TryRead(ref input, field, out var wide);
        value = (int)wide;
        return read && (value == wide || input.OutOfRange(field));
    }
}

internal readonly struct UInt32Format : IScalarFormat<uint>
{
    public static void Write(uint value, ref JsonOutput output) => output.Number((long)value);

    public static bool TryRead(ref JsonInput input, string field, out uint value)
    {
        var read = UInt64Format.TryRead(ref input, field, out var wide);
        value = (uint)wide;
        return read && (value == wide || input.OutOfRange(field));
    }
}

internal readonly struct DoubleFormat : IScalarFormat<double>
{
    public static void Write(double value, ref JsonOutput output) => output.Number(value);

    public static bool TryRead(ref JsonInput input, string field, out double value) => input.TryReadDouble(field, out value);
}

/// <summary>A float is written with the digits of the double that it converts to, as Mesos does it.</summary>
internal readonly struct SingleFormat : IScalarFormat<float>
{
    public static void Write(float value, ref JsonOutput output) => output.Number((double)value);

    public static bool TryRead(ref JsonInput input, string field, out float value)
    {
        var read = input.TryReadDouble(field, out var wide);
        value = (float)wide;
        return read;
    }
}
