namespace Offerbook.Master.Allocation;

/// <summary>All roles that have a member, as a tree of shares. Roles come with their first member and go with their last.</summary>
internal sealed class RoleTree(ClusterTotals totals)
{
    private readonly Dictionary<string, RoleNode> _inner = [];
    private readonly SortedDictionary<string, RoleNode> _leaves = new(StringComparer.Ordinal);

    public RoleNode Root { get; } = RoleNode.Root();

    /// <summary>Sorted by role.</summary>
    public IEnumerable<RoleNode> Leaves => _leaves.Values;

    public RoleNode Leaf(string role)
    {
        if (!_leaves.TryGetValue(role, out var leaf))
        {
            var inner = Inner(role);
            leaf = RoleNode.Leaf(inner);
            inner.Children.Add(leaf, totals);
            _leaves.Add(role, leaf);
        }

        return leaf;
    }

    /// <summary>Forgets a leaf without members, and the inner nodes that it leaves empty.</summary>
    public void Prune(RoleNode leaf)
    {
        _leaves.Remove(leaf.Role);
        for (var node = leaf; node.Parent is { } parent && node.Children.Count == 0; node = parent)
        {
            parent.Children.Remove(node, totals);
            if (!node.IsLeaf)
            {
                _inner.Remove(node.Role);
            }
        }
    }

    /// <summary>Adds to or takes from what a member holds, and with it from all the roles above.</summary>
    public void Charge(RoleMember member, long[] amounts, int sign)
    {
        if (member.IsListed)
        {
            member.Role.Competing.Charge(member, amounts, sign, totals);
        }
        else
        {
            ShareOrder<RoleMember>.ChargeUnlisted(member, amounts, sign);
        }

        for (var node = member.Role; node.Parent is { } parent; node = parent)
        {
            parent.Children.Charge(node, amounts, sign, totals);
        }
    }

    /// <summary>Tells the member and the roles above that agents which were refused here are worth another look.</summary>
    public static void Touch(RoleMember member, long epoch)
    {
        member.ChangedAt = epoch;
        for (var node = member.Role; node is not null; node = node.Parent)
        {
            node.ChangedAt = epoch;
        }
    }

    private RoleNode Inner(string role)
    {
        if (_inner.TryGetValue(role, out var inner))
        {
            return inner;
        }

        var slash = role.LastIndexOf('/');
        var parent = slash < 0 ? Root : Inner(role[..slash]);
        inner = RoleNode.Inner(role[(slash + 1)..], role, parent);
        parent.Children.Add(inner, totals);
        _inner.Add(role, inner);
        return inner;
    }
}
