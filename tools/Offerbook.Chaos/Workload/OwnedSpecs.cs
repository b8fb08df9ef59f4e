namespace Offerbook.Chaos.Workload;

/// <summary>What a client has made and not removed. Ids are never used again, so that a late effect of an old call cannot be taken for a
/// new one's.</summary>
internal sealed class OwnedSpecs(string prefix, int most, Random random)
{
    private readonly List<string> _ids = [];
    private int _made;

    public bool IsFull => _ids.Count >= most;

    public bool IsEmpty => _ids.Count == 0;

    public string Add()
    {
        var id = $"{prefix}-{++_made}";
        _ids.Add(id);
        return id;
    }

    public string Any() => _ids[random.Next(_ids.Count)];

    public void Remove(string id) => _ids.Remove(id);
}
