using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// What all agents have together, by resource name, and so what a share is a share of. Names become small indexes; amounts are
/// vectors of thousandths by index, shorter ones standing for zeros at the end.
/// </summary>
internal sealed class ClusterTotals(IReadOnlyList<string> excludedNames)
{
    // Names that come later are not counted. Clusters have five to ten; a rogue agent must not make vectors grow without end, nor
    // take the places of names that quotas are set for.
    private const int MaxAgentNames = 64;
    private const int MaxNames = 128;

    private readonly List<string> _names = [];
    private readonly bool[] _excluded = new bool[MaxNames];
    private readonly long[] _totals = new long[MaxNames];

    /// <summary>Changes whenever a total does: shares worked out under another version are stale.</summary>
    public int Version { get; private set; } = 1;

    public void Replace(long[] before, long[] after)
    {
        for (var i = 0; i < before.Length; i++)
        {
            _totals[i] -= before[i];
        }

        for (var i = 0; i < after.Length; i++)
        {
            _totals[i] += after[i];
        }

        Version++;
    }

    /// <summary>The scalars of a bag; a shared volume counts once however many its copies.</summary>
    public long[] VectorOf(ResourceBag bag)
    {
        if (bag.IsEmpty)
        {
            return [];
        }

        foreach (ref readonly var entry in bag.Entries)
        {
            if (entry.Value.IsScalar)
            {
                IndexOf(entry.Kind.Name);
            }
        }

        var vector = new long[_names.Count];
        foreach (ref readonly var entry in bag.Entries)
        {
            if (entry.Value.IsScalar && IndexOf(entry.Kind.Name) is var index and >= 0)
            {
                vector[index] += entry.Value.Scalar.Milli;
            }
        }

        return vector;
    }

    /// <summary>
    /// What <paramref name="added"/> brings on top of <paramref name="held"/>: further copies of a shared volume bring nothing.
    /// </summary>
    public long[] Added(ResourceBag held, ResourceBag added)
    {
        var amounts = VectorOf(added);
        if ((added.Traits & held.Traits & ResourceTraits.Shared) == 0)
        {
            return amounts;
        }

        var before = VectorOf(held);
        var after = VectorOf(held + added);
        for (var i = 0; i < amounts.Length; i++)
        {
            amounts[i] = after[i] - before[i];
        }

        return amounts;
    }

    /// <summary>What of a bag counts for quota besides reservations.</summary>
    /// <param name="amounts">All its scalars, if known.</param>
    public long[] ForQuota(ResourceBag bag, long[]? amounts) =>
        (bag.Traits & (ResourceTraits.Reserved | ResourceTraits.Revocable)) == 0
            ? amounts ?? VectorOf(bag)
            : VectorOf(bag.Without(ResourceTraits.Reserved | ResourceTraits.Revocable));

    /// <summary>The dominant share: the largest part of any counted resource.</summary>
    public double ShareOf(long[] allocated)
    {
        var share = 0.0;
        for (var i = 0; i < allocated.Length; i++)
        {
            if (_totals[i] > 0 && !_excluded[i])
            {
                share = Math.Max(share, allocated[i] / (double)_totals[i]);
            }
        }

        return share;
    }

    public ResourceQuantities Quantities(long[] vector)
    {
        var amounts = new List<(string, Scalar)>(vector.Length);
        for (var i = 0; i < vector.Length; i++)
        {
            amounts.Add((_names[i], new Scalar(vector[i])));
        }

        return ResourceQuantities.OfExact([.. amounts]);
    }

    public long[] All => _totals[.._names.Count];

    /// <summary>The amounts of a quota's guarantees.</summary>
    public long[] VectorOf(ResourceQuantities quantities)
    {
        var vector = Array.Empty<long>();
        for (var i = 0; i < quantities.Count; i++)
        {
            if (IndexOf(quantities.Names[i], MaxNames) is var index and >= 0)
            {
                vector = Vectors.Grow(vector, index + 1);
                vector[index] = quantities.Amounts[i].Milli;
            }
        }

        return vector;
    }

    /// <summary>The bounds of a quota; <see cref="long.MaxValue"/> where there is none.</summary>
    public long[] VectorOf(QuantityLimits limits)
    {
        var vector = Array.Empty<long>();
        for (var i = 0; i < limits.Count; i++)
        {
            if (IndexOf(limits.Names[i], MaxNames) is var index and >= 0)
            {
                var known = vector.Length;
                vector = Vectors.Grow(vector, index + 1);
                vector.AsSpan(known).Fill(long.MaxValue);
                vector[index] = limits.Amounts[i].Milli;
            }
        }

        return vector;
    }

    public string NameOf(int index) => _names[index];

    /// <summary>Shares, or what they are divided by, are not what they were: every order sorts itself anew.</summary>
    public void Invalidate() => Version++;

    /// <summary>−1: there are too many names already.</summary>
    public int IndexOf(string name) => IndexOf(name, MaxAgentNames);

    private int IndexOf(string name, int most)
    {
        for (var i = 0; i < _names.Count; i++)
        {
            if (_names[i] == name)
            {
                return i;
            }
        }

        if (_names.Count >= most)
        {
            return -1;
        }

        _names.Add(name);
        _excluded[_names.Count - 1] = excludedNames.Contains(name);
        return _names.Count - 1;
    }
}
