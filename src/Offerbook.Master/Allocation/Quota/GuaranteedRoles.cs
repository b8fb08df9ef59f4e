using System.Runtime.InteropServices;
using Offerbook.Actors;

namespace Offerbook.Master.Allocation;

/// <summary>
/// The top-level roles that lack something guaranteed, in the order in which they are served. Few: kept sorted by moving the one that was
/// served.
/// </summary>
internal sealed class GuaranteedRoles(AllocatorSettings settings, ClusterTotals totals, RoleTree roles, QuotaBook quotas,
    SeededRandom random)
{
    private readonly List<RoleNode> _roles = [];

    public void Begin()
    {
        _roles.Clear();
        foreach (var account in quotas.Guaranteed)
        {
            if (account.UnmetCount > 0 && roles.Find(account.Role) is { } role)
            {
                _roles.Add(role);
            }
        }

        if (settings.RoleSorter == SorterKind.Drf)
        {
            roles.Root.Children.Sort(totals);
            _roles.Sort(static (left, right) => Competitor.Compare(left, right));
        }
    }

    /// <summary>The role at a place; null behind the last. One that lacks nothing any more is dropped.</summary>
    public RoleNode? At(int place, long visit)
    {
        while (place < _roles.Count)
        {
            if (settings.RoleSorter == SorterKind.Random && _roles[place].VisitedAt != visit)
            {
                var drawn = place + Lot.Draw<RoleNode>(CollectionsMarshal.AsSpan(_roles)[place..], random);
                (_roles[place], _roles[drawn]) = (_roles[drawn], _roles[place]);
            }

            if (_roles[place].Account!.UnmetCount > 0)
            {
                return _roles[place];
            }

            _roles.RemoveAt(place);
        }

        return null;
    }

    /// <summary>The role at a place was served: its share may have grown.</summary>
    public void Reorder(int place)
    {
        if (settings.RoleSorter != SorterKind.Drf)
        {
            return;
        }
        for (var i = place; i + 1 < _roles.Count && Competitor.Compare(_roles[i + 1], _roles[i]) < 0; i++)
        {
            (_roles[i], _roles[i + 1]) = (_roles[i + 1], _roles[i]);
        }
    }
}
