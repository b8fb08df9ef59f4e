using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// Quantities that are worked out when they are asked for: a view of thousands of frameworks must cost the allocator little.
/// </summary>
public sealed class Amounts
{
    private readonly ClusterTotals _names;
    private readonly long[] _vector;

    // Readers on several threads may work it out at once, to the same end.
    private ResourceQuantities? _quantities;

    internal Amounts(ClusterTotals names, long[] vector)
    {
        _names = names;
        _vector = vector;
    }

    public ResourceQuantities Quantities => _quantities ??= _names.Quantities(_vector);

    public ReadOnlySpan<string> Names => Quantities.Names;

    public bool IsEmpty => Vectors.IsZero(_vector);

    public Scalar this[string name] => Quantities[name];

    public static implicit operator ResourceQuantities(Amounts amounts) => amounts.Quantities;

    public override string ToString() => Quantities.ToString();
}
