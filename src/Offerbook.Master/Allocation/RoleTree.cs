namespace Offerbook.Master.Allocation;

/// <summary>All roles that have a member, as a tree of shares. Roles come with their first member and go with their last.</summary>
internal sealed class RoleTree(AllocatorSettings settings, ClusterTotals totals, QuotaBook quotas)
{
    private readonly Dictionary<string, RoleNode> _inner = [];
    private readonly SortedDictionary<string, RoleNode> _leaves = new(StringComparer.Ordinal);

    // For roles too that nobody is in now. As many as operators set.
    private readonly SortedDictionary<string, double> _weights = new(StringComparer.Ordinal);

    public RoleNode Root { get; } = RoleNode.Root(settings);

    /// <summary>All who compete now in whatever role, as <see cref="Bits"/> by index.</summary>
    public ulong[] Listed { get; private set; } = [];

    /// <summary>Sorted by role.</summary>
    public IEnumerable<RoleNode> Leaves => _leaves.Values;

    /// <summary>Those that were set, sorted by role; all others are 1.</summary>
    public IReadOnlyDictionary<string, double> Weights => _weights;

    public RoleNode Leaf(string role)
    {
        if (!_leaves.TryGetValue(role, out var leaf))
        {
            var inner = Inner(role);
            leaf = RoleNode.Leaf(inner, settings);
            inner.Children.Add(leaf, totals);
            _leaves.Add(role, leaf);
        }

        return leaf;
    }

    /// <summary>A role that nobody is in has none.</summary>
    public RoleNode? Find(string role) => _inner.GetValueOrDefault(role);

    public RoleNode? FindLeaf(string role) => _leaves.GetValueOrDefault(role);

    /// <summary>Null: nobody has anything there, and there is no quota.</summary>
    public QuotaAccount? TopAccount(string role) => quotas.Find(QuotaBook.TopOf(role));

    /// <param name="weight">Above 0. Not inherited by the roles below.</param>
    public void SetWeight(string role, double weight)
    {
        _weights[role] = weight;
        if (Find(role) is { } node)
        {
            node.Weight = weight;
            node.Parent!.Children.IsWeighted = true;
            totals.Invalidate();
        }
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
                if (ReferenceEquals(parent, Root))
                {
                    node.Account!.HasNode = false;
                    quotas.ForgetIfIdle(node.Account);
                }
            }
        }
    }

    /// <summary>The member competes from now on, or does no more.</summary>
    public void List(RoleMember member, bool isListed)
    {
        member.IsListed = isListed;
        if (isListed)
        {
            member.Role.Competing.Add(member, totals);
            Listed = Bits.Add(Listed, member.Index);
        }
        else
        {
            member.Role.Competing.Remove(member, totals);
            Bits.Remove(Listed, member.Index);
        }
    }

    /// <summary>Adds to or takes from what a member holds, and with it from all the roles above.</summary>
    /// <param name="unreserved">Of the amounts, what counts for quota beside reservations.</param>
    public void Charge(RoleMember member, long[] amounts, long[] unreserved, int sign)
    {
        quotas.Charge(member.Role.Account!, unreserved, sign);
        Root.Add(amounts, sign);
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
        var account = parent.Account ?? quotas.Account(role);
        account.HasNode = true;
        inner = RoleNode.Inner(role[(slash + 1)..], role, parent, account, settings);
        inner.Weight = _weights.GetValueOrDefault(role, 1);
        parent.Children.Add(inner, totals);
        _inner.Add(role, inner);
        return inner;
    }
}
