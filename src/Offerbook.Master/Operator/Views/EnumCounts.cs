using System.Runtime.CompilerServices;

namespace Offerbook.Master.Operator.Views;

/// <summary>How often each value of an enum of the protocol was counted. Values are small numbers.</summary>
internal sealed class EnumCounts<T> where T : struct, Enum
{
    private static readonly int s_places = Enum.GetValues<T>().Select(static value => Unsafe.As<T, int>(ref value)).DefaultIfEmpty().Max()
        + 1;

    private readonly long[] _counts = new long[s_places];
    private EnumCountsView<T>? _taken = EnumCountsView<T>.None;

    /// <summary>Counts one more, or so many; a value that the protocol does not know is not counted.</summary>
    /// <returns>The new count.</returns>
    public long Increment(T value, long by = 1)
    {
        var place = Unsafe.As<T, int>(ref value);
        if ((uint)place >= (uint)s_places)
        {
            return 0;
        }
        _taken = null;
        return _counts[place] += by;
    }

    /// <summary>The counts at this moment; the same object as before if nothing has changed.</summary>
    public EnumCountsView<T> Take() => _taken ??= new EnumCountsView<T>((long[])_counts.Clone());
}

/// <summary>Counts at one moment, immutable.</summary>
public sealed class EnumCountsView<T> where T : struct, Enum
{
    public static readonly EnumCountsView<T> None = new([]);

    private readonly long[] _counts;

    internal EnumCountsView(long[] counts) => _counts = counts;

    public long this[T value] => (uint)Unsafe.As<T, int>(ref value) < (uint)_counts.Length ? _counts[Unsafe.As<T, int>(ref value)] : 0;

    public long Total => _counts.Sum();
}
