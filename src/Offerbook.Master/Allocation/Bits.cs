namespace Offerbook.Master.Allocation;

/// <summary>Sets of small numbers, a bit each; a shorter array stands for nobody at the end. 750 bytes for 6,000 members.</summary>
internal static class Bits
{
    public static bool Has(ulong[] set, int number) => number >> 6 < set.Length && (set[number >> 6] & (1UL << (number & 63))) != 0;

    /// <summary>In place where there is room.</summary>
    public static ulong[] Add(ulong[] set, int number)
    {
        if (number >> 6 >= set.Length)
        {
            Array.Resize(ref set, Math.Max((number >> 6) + 1, set.Length * 2));
        }

        set[number >> 6] |= 1UL << (number & 63);
        return set;
    }

    public static void Remove(ulong[] set, int number)
    {
        if (number >> 6 < set.Length)
        {
            set[number >> 6] &= ~(1UL << (number & 63));
        }
    }

    /// <summary>Whoever is in <paramref name="others"/> is in <paramref name="set"/>.</summary>
    public static bool Contains(ulong[] set, ulong[] others)
    {
        for (var i = 0; i < others.Length; i++)
        {
            if ((others[i] & ~(i < set.Length ? set[i] : 0)) != 0)
            {
                return false;
            }
        }

        return true;
    }
}
