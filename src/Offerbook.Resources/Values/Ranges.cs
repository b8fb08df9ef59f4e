using System.Globalization;

namespace Offerbook.Resources;

/// <summary>Whole numbers from <paramref name="Begin"/> to <paramref name="End"/>, both included.</summary>
public readonly record struct ValueRange(ulong Begin, ulong End)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Begin}-{End}");
}

/// <summary>
/// A set of whole numbers as inclusive ranges, for instance ports. Immutable; kept sorted, disjoint and coalesced (ranges that
/// overlap or touch become one), so that equal sets have equal ranges. Arithmetic is linear in the number of ranges.
/// </summary>
public sealed class Ranges : IEquatable<Ranges>
{
    public static readonly Ranges Empty = new([]);

    private readonly ValueRange[] _ranges;

    private Ranges(ValueRange[] ranges) => _ranges = ranges;

    public ReadOnlySpan<ValueRange> Items => _ranges;

    public bool IsEmpty => _ranges.Length == 0;

    /// <summary>How many numbers there are, capped at <see cref="ulong.MaxValue"/>.</summary>
    public ulong Count
    {
        get
        {
            UInt128 count = 0;
            foreach (var range in _ranges)
            {
                count += (UInt128)range.End - range.Begin + 1;
            }

            return count > ulong.MaxValue ? ulong.MaxValue : (ulong)count;
        }
    }

    /// <summary>Sorts and coalesces. Every range must have Begin ≤ End; validation sees to that on the way in.</summary>
    public static Ranges Of(params ReadOnlySpan<ValueRange> ranges)
    {
        var sorted = ranges.ToArray();
        Array.Sort(sorted, static (a, b) => a.Begin.CompareTo(b.Begin));
        return Coalesce(sorted);
    }

    public Ranges Union(Ranges other)
    {
        if (IsEmpty)
        {
            return other;
        }

        if (other.IsEmpty)
        {
            return this;
        }

        var merged = new ValueRange[_ranges.Length + other._ranges.Length];
        var (left, right) = (0, 0);
        for (var i = 0; i < merged.Length; i++)
        {
            var takeLeft = right == other._ranges.Length || (left < _ranges.Length && _ranges[left].Begin <= other._ranges[right].Begin);
            merged[i] = takeLeft ? _ranges[left++] : other._ranges[right++];
        }

        return Coalesce(merged);
    }

    /// <summary>The numbers here that are not in <paramref name="other"/>; a range may split in two.</summary>
    public Ranges Except(Ranges other)
    {
        if (IsEmpty || other.IsEmpty)
        {
            return this;
        }

        var result = new List<ValueRange>(_ranges.Length + 1);
        var cut = 0;
        foreach (var range in _ranges)
        {
            var begin = range.Begin;
            var consumed = false;
            while (cut < other._ranges.Length && other._ranges[cut].End < begin)
            {
                cut++;
            }

            // A cut may reach past this range into the next one, so it is left in place for it.
            for (var c = cut; c < other._ranges.Length && other._ranges[c].Begin <= range.End; c++)
            {
                var removed = other._ranges[c];
                if (removed.Begin > begin)
                {
                    result.Add(new ValueRange(begin, removed.Begin - 1));
                }

                if (removed.End >= range.End)
                {
                    consumed = true;
                    break;
                }

                begin = removed.End + 1;
            }

            if (!consumed)
            {
                result.Add(new ValueRange(begin, range.End));
            }
        }

        return result.Count == 0 ? Empty : new Ranges([.. result]);
    }

    public bool Contains(Ranges other)
    {
        var mine = 0;
        foreach (var range in other._ranges)
        {
            while (mine < _ranges.Length && _ranges[mine].End < range.Begin)
            {
                mine++;
            }

            if (mine == _ranges.Length || _ranges[mine].Begin > range.Begin || _ranges[mine].End < range.End)
            {
                return false;
            }
        }

        return true;
    }

    public bool Contains(ulong value) => Contains(new Ranges([new ValueRange(value, value)]));

    public bool Equals(Ranges? other) => other is not null && Items.SequenceEqual(other.Items);

    public override bool Equals(object? obj) => Equals(obj as Ranges);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var range in _ranges)
        {
            hash.Add(range);
        }

        return hash.ToHashCode();
    }

    /// <summary><c>[21000-24000, 30000-34000]</c></summary>
    public override string ToString() => "[" + string.Join(", ", _ranges) + "]";

    private static Ranges Coalesce(ValueRange[] sorted)
    {
        if (sorted.Length == 0)
        {
            return Empty;
        }

        var last = 0;
        for (var i = 1; i < sorted.Length; i++)
        {
            var touches = sorted[last].End == ulong.MaxValue || sorted[i].Begin <= sorted[last].End + 1;
            if (!touches)
            {
                sorted[++last] = sorted[i];
            }
            else if (sorted[i].End > sorted[last].End)
            {
                sorted[last] = sorted[last] with { End = sorted[i].End };
            }
        }

        return new Ranges(last + 1 == sorted.Length ? sorted : sorted[..(last + 1)]);
    }
}
