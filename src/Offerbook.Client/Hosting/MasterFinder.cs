namespace Offerbook.Client.Hosting;

/// <summary>Which master to try next: the one that another named as the leader, else the configured ones in turn. Safe to use from several threads.</summary>
internal sealed class MasterFinder
{
    private readonly Lock _lock = new();
    private readonly Uri[] _configured;
    private Uri? _leader;
    private int _next;

    public MasterFinder(IReadOnlyList<Uri> masters)
    {
        if (masters.Count == 0)
        {
            throw new ArgumentException("At least one master must be named.", nameof(masters));
        }
        _configured = [.. masters.Select(Root)];
    }

    public int Count => _configured.Length;

    public Uri Current
    {
        get
        {
            lock (_lock)
            {
                return _leader ?? _configured[_next];
            }
        }
    }

    /// <summary>A master named the leader.</summary>
    public void Redirected(Uri leader)
    {
        lock (_lock)
        {
            _leader = Root(leader);
        }
    }

    /// <summary>The master at this address does not answer or does not serve.</summary>
    public void Failed(Uri master)
    {
        lock (_lock)
        {
            if (_leader is not null)
            {
                _leader = null;
            }
            else if (_configured[_next] == master)
            {
                _next = (_next + 1) % _configured.Length;
            }
        }
    }

    private static Uri Root(Uri address) => new(address.GetLeftPart(UriPartial.Authority));
}
