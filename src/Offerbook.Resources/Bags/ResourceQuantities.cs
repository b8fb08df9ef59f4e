namespace Offerbook.Resources;

/// <summary>
/// Amounts of scalar resources by name and nothing else: what shares, quotas and minimums are counted in. Immutable, sorted by
/// name, without zeros; a name that is absent stands at 0.
/// </summary>
public sealed class ResourceQuantities : IEquatable<ResourceQuantities>
{
    public static readonly ResourceQuantities Empty = new([], []);

    private readonly string[] _names;
    private readonly Scalar[] _amounts;

    private ResourceQuantities(string[] names, Scalar[] amounts)
    {
        _names = names;
        _amounts = amounts;
    }

    public int Count => _names.Length;

    public bool IsEmpty => _names.Length == 0;

    public ReadOnlySpan<string> Names => _names;

    public ReadOnlySpan<Scalar> Amounts => _amounts;

    public Scalar this[string name]
    {
        get
        {
            var at = Array.IndexOf(_names, name);
            return at < 0 ? Scalar.Zero : _amounts[at];
        }
    }

    public static ResourceQuantities Of(params ReadOnlySpan<(string Name, double Units)> amounts)
    {
        var exact = new (string, Scalar)[amounts.Length];
        for (var i = 0; i < exact.Length; i++)
        {
            exact[i] = (amounts[i].Name, Scalar.FromUnits(amounts[i].Units));
        }

        return OfExact(exact);
    }

    /// <summary>Amounts of one name add up.</summary>
    public static ResourceQuantities OfExact(params ReadOnlySpan<(string Name, Scalar Amount)> amounts)
    {
        var sums = new SortedDictionary<string, Scalar>(StringComparer.Ordinal);
        foreach (var (name, amount) in amounts)
        {
            sums[name] = sums.GetValueOrDefault(name) + amount;
        }

        return From(sums);
    }

    public static ResourceQuantities operator +(ResourceQuantities left, ResourceQuantities right) =>
        left.IsEmpty ? right : right.IsEmpty ? left : Combine(left, right, static (a, b) => a + b);

    /// <summary>What is left, never below 0.</summary>
    public static ResourceQuantities operator -(ResourceQuantities left, ResourceQuantities right) =>
        right.IsEmpty ? left : Combine(left, right, static (a, b) => a > b ? a - b : Scalar.Zero);

    /// <summary>At least as much of everything that <paramref name="other"/> names.</summary>
    public bool Contains(ResourceQuantities other)
    {
        for (var i = 0; i < other._names.Length; i++)
        {
            if (this[other._names[i]] < other._amounts[i])
            {
                return false;
            }
        }

        return true;
    }

    public bool Equals(ResourceQuantities? other) =>
        other is not null && _names.AsSpan().SequenceEqual(other._names) && _amounts.AsSpan().SequenceEqual(other._amounts);

    public override bool Equals(object? obj) => Equals(obj as ResourceQuantities);

    public override int GetHashCode() => NamedAmounts.Hash(_names, _amounts);

    /// <summary><c>cpus:4; mem:2048</c>; <c>{}</c> when empty.</summary>
    public override string ToString() => NamedAmounts.Text(_names, _amounts);

    internal static ResourceQuantities Of(ReadOnlySpan<ResourceEntry> entries)
    {
        var sums = new SortedDictionary<string, Scalar>(StringComparer.Ordinal);
        foreach (ref readonly var entry in entries)
        {
            if (entry.Value.IsScalar)
            {
                sums[entry.Kind.Name] = sums.GetValueOrDefault(entry.Kind.Name) + entry.Value.Scalar;
            }
        }

        return From(sums);
    }

    private static ResourceQuantities Combine(ResourceQuantities left, ResourceQuantities right, Func<Scalar, Scalar, Scalar> combine)
    {
        var sums = new SortedDictionary<string, Scalar>(StringComparer.Ordinal);
        for (var i = 0; i < left._names.Length; i++)
        {
            sums[left._names[i]] = left._amounts[i];
        }

        for (var i = 0; i < right._names.Length; i++)
        {
            sums[right._names[i]] = combine(sums.GetValueOrDefault(right._names[i]), right._amounts[i]);
        }

        return From(sums);
    }

    private static ResourceQuantities From(SortedDictionary<string, Scalar> sums)
    {
        var names = new List<string>(sums.Count);
        var amounts = new List<Scalar>(sums.Count);
        foreach (var (name, amount) in sums)
        {
            if (!amount.IsZero)
            {
                names.Add(name);
                amounts.Add(amount);
            }
        }

        return names.Count == 0 ? Empty : new ResourceQuantities([.. names], [.. amounts]);
    }
}
