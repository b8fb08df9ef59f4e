namespace Offerbook.Resources;

/// <summary>
/// Upper bounds of scalars by name. Other than with <see cref="ResourceQuantities"/> a 0 says something here: none at all. A name
/// that is absent is unbounded. Immutable, sorted by name.
/// </summary>
public sealed class QuantityLimits : IEquatable<QuantityLimits>
{
    public static readonly QuantityLimits None = new([], []);

    private readonly string[] _names;
    private readonly Scalar[] _amounts;

    private QuantityLimits(string[] names, Scalar[] amounts)
    {
        _names = names;
        _amounts = amounts;
    }

    public int Count => _names.Length;

    public bool IsEmpty => _names.Length == 0;

    public ReadOnlySpan<string> Names => _names;

    public ReadOnlySpan<Scalar> Amounts => _amounts;

    /// <summary>Null: unbounded.</summary>
    public Scalar? this[string name]
    {
        get
        {
            var at = Array.IndexOf(_names, name);
            return at < 0 ? null : _amounts[at];
        }
    }

    public static QuantityLimits Of(params ReadOnlySpan<(string Name, double Units)> amounts)
    {
        var exact = new (string, Scalar)[amounts.Length];
        for (var i = 0; i < exact.Length; i++)
        {
            exact[i] = (amounts[i].Name, Scalar.FromUnits(amounts[i].Units));
        }

        return OfExact(exact);
    }

    /// <summary>Of a name that comes twice the smaller bound holds.</summary>
    public static QuantityLimits OfExact(params ReadOnlySpan<(string Name, Scalar Amount)> amounts)
    {
        var least = new SortedDictionary<string, Scalar>(StringComparer.Ordinal);
        foreach (var (name, amount) in amounts)
        {
            least[name] = least.TryGetValue(name, out var other) && other < amount ? other : amount;
        }

        return least.Count == 0 ? None : new QuantityLimits([.. least.Keys], [.. least.Values]);
    }

    /// <summary>None of the quantities is above its bound.</summary>
    public bool Admit(ResourceQuantities quantities)
    {
        for (var i = 0; i < _names.Length; i++)
        {
            if (quantities[_names[i]] > _amounts[i])
            {
                return false;
            }
        }

        return true;
    }

    public bool Equals(QuantityLimits? other) =>
        other is not null && _names.AsSpan().SequenceEqual(other._names) && _amounts.AsSpan().SequenceEqual(other._amounts);

    public override bool Equals(object? obj) => Equals(obj as QuantityLimits);

    public override int GetHashCode() => NamedAmounts.Hash(_names, _amounts);

    /// <summary><c>cpus:4; mem:0</c>; <c>{}</c> when nothing is bounded.</summary>
    public override string ToString() => NamedAmounts.Text(_names, _amounts);
}
