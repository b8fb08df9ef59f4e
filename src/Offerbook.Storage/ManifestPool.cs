namespace Offerbook.Storage;

/// <summary>
/// A log has a few dozen kinds of events and millions of events: each kind's name is kept once. Bounded by <see cref="Capacity"/>, because
/// a damaged log may have any number of names.
/// </summary>
internal sealed class ManifestPool
{
    public const int Capacity = 1_024;

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    public string Of(string name)
    {
        if (_names.TryGetValue(name, out var known))
        {
            return known;
        }
        if (_names.Count < Capacity)
        {
            _names.Add(name, name);
        }
        return name;
    }
}
