using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// A node of the role tree. A role <c>a</c> is an inner node <c>a</c>, which holds what its whole subtree holds, over a leaf
/// <c>.</c> for the role itself, so that its own frameworks compete with the roles below it as one among siblings.
/// </summary>
internal sealed class RoleNode : Competitor
{
    private RoleNode(string name, string role, RoleNode? parent, QuotaAccount? account, AllocatorSettings settings, bool isLeaf)
        : base(name, 0)
    {
        Role = role;
        Parent = parent;
        Account = account;
        Children = new(settings.RoleSorter);
        Competing = new(settings.FrameworkSorter);
        Kinds = new AllocatedKinds(role);
        IsHierarchical = role.Contains('/', StringComparison.Ordinal);
        IsLeaf = isLeaf;
    }

    /// <summary>The whole name of the role; empty for the root.</summary>
    public string Role { get; }

    public RoleNode? Parent { get; }

    /// <summary>Of its top-level role; only the root has none.</summary>
    public QuotaAccount? Account { get; }

    public bool IsHierarchical { get; }

    /// <summary>Has frameworks, and no children.</summary>
    public bool IsLeaf { get; }

    public ShareOrder<RoleNode> Children { get; }

    /// <summary>The frameworks that compete now.</summary>
    public ShareOrder<RoleMember> Competing { get; }

    /// <summary>Every framework that is subscribed to the role or holds resources in it.</summary>
    public List<RoleMember> Members { get; } = [];

    /// <summary>How many members have a minimum of their own.</summary>
    public int MembersWithMinimum { get; set; }

    public AllocatedKinds Kinds { get; }

    public static RoleNode Root(AllocatorSettings settings) => new("", "", null, null, settings, isLeaf: false);

    public static RoleNode Inner(string name, string role, RoleNode parent, QuotaAccount account, AllocatorSettings settings) =>
        new(name, role, parent, account, settings, isLeaf: false);

    public static RoleNode Leaf(RoleNode inner, AllocatorSettings settings) =>
        new(".", inner.Role, inner, inner.Account, settings, isLeaf: true);
}
