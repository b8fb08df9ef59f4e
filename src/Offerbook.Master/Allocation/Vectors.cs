namespace Offerbook.Master.Allocation;

/// <summary>Amounts by index, where a shorter array stands for zeros at the end.</summary>
internal static class Vectors
{
    public static long At(long[] vector, int index) => index < vector.Length ? vector[index] : 0;

    /// <summary>Adds (sign 1) or takes away (sign −1), in place where there is room.</summary>
    public static long[] Add(long[] target, long[] amounts, int sign)
    {
        target = Grow(target, amounts.Length);
        for (var i = 0; i < amounts.Length; i++)
        {
            target[i] += sign * amounts[i];
        }

        return target;
    }

    public static long[] Grow(long[] vector, int length)
    {
        if (length > vector.Length)
        {
            Array.Resize(ref vector, length);
        }

        return vector;
    }

    public static bool IsZero(long[] vector) => vector.AsSpan().IndexOfAnyExcept(0) < 0;

    /// <summary>Equal but for zeros at the end.</summary>
    public static bool Equal(long[] left, long[] right)
    {
        for (var i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            if (At(left, i) != At(right, i))
            {
                return false;
            }
        }

        return true;
    }
}
