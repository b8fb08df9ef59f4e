namespace Offerbook.Resources;

/// <summary>
/// Remembers the allocated twins of kinds for one role, so that offering an agent's resources makes no new kinds and kinds keep
/// comparing by reference. Bounded; a kind beyond the bound is simply made anew each time. Not for several threads.
/// </summary>
public sealed class AllocatedKinds(string role)
{
    // Four to eight kinds cover a cluster of plain agents; more means reservations, where arithmetic costs more anyway.
    private const int Bound = 16;

    private readonly ResourceKind[] _plain = new ResourceKind[Bound];
    private readonly ResourceKind[] _allocated = new ResourceKind[Bound];
    private int _count;

    public string Role { get; } = role;

    public ResourceKind Of(ResourceKind kind)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_plain[i].Equals(kind))
            {
                return _allocated[i];
            }
        }

        var allocated = kind.AllocatedTo(Role);
        if (_count < Bound)
        {
            _plain[_count] = kind;
            _allocated[_count++] = allocated;
        }

        return allocated;
    }
}
