namespace Offerbook.Resources;

/// <summary>
/// Everything that a resource says besides how much there is of it. Resources of equal kind (and value type) are one pool.
/// Immutable; agents' plain kinds (<see cref="Plain"/>) are shared instances, so that comparing them is comparing references.
/// </summary>
public sealed class ResourceKind : IEquatable<ResourceKind>
{
    private static readonly ResourceKind[] PlainKinds = [new("cpus"), new("gpus"), new("mem"), new("disk"), new("ports")];

    private readonly ResourceKind? _unallocated;
    private readonly int _hash;

    public ResourceKind(
        string name,
        ReservationStack? reservations = null,
        string? allocationRole = null,
        DiskDescription? disk = null,
        bool revocable = false,
        bool shared = false,
        string? providerId = null)
        : this(name, reservations ?? ReservationStack.Empty, allocationRole, disk, revocable, shared, providerId, null)
    {
    }

    private ResourceKind(
        string name,
        ReservationStack reservations,
        string? allocationRole,
        DiskDescription? disk,
        bool revocable,
        bool shared,
        string? providerId,
        ResourceKind? unallocated)
    {
        Name = name;
        Reservations = reservations;
        AllocationRole = allocationRole;
        Disk = disk;
        ProviderId = providerId;
        Traits = (reservations.IsEmpty ? ResourceTraits.None : ResourceTraits.Reserved)
            | (reservations.Count > 1 ? ResourceTraits.Refined : ResourceTraits.None)
            | (revocable ? ResourceTraits.Revocable : ResourceTraits.None)
            | (shared ? ResourceTraits.Shared : ResourceTraits.None)
            | (disk is { IsExclusive: true } ? ResourceTraits.Exclusive : ResourceTraits.None)
            | (allocationRole is null ? ResourceTraits.None : ResourceTraits.Allocated);
        _unallocated = unallocated;
        _hash = HashCode.Combine(name, allocationRole, reservations, disk, providerId, revocable, shared);
    }

    public string Name { get; }

    public ReservationStack Reservations { get; }

    /// <summary>The role that the resource is offered to or used in; null when it is not given out.</summary>
    public string? AllocationRole { get; }

    public DiskDescription? Disk { get; }

    public string? ProviderId { get; }

    public ResourceTraits Traits { get; }

    public bool IsReserved => (Traits & ResourceTraits.Reserved) != 0;

    public bool IsRevocable => (Traits & ResourceTraits.Revocable) != 0;

    public bool IsShared => (Traits & ResourceTraits.Shared) != 0;

    public bool IsExclusive => (Traits & ResourceTraits.Exclusive) != 0;

    public bool IsPersistentVolume => Disk?.PersistenceId is not null;

    /// <summary>The role of the newest reservation; null when unreserved.</summary>
    public string? ReservationRole => Reservations.Top?.Role;

    /// <summary>The kind that has a name and nothing else; for the common names always the same instance.</summary>
    public static ResourceKind Plain(string name)
    {
        foreach (var kind in PlainKinds)
        {
            if (kind.Name == name)
            {
                return kind;
            }
        }

        return new ResourceKind(name);
    }

    /// <summary>The same kind given to <paramref name="role"/>; null takes the allocation away.</summary>
    public ResourceKind AllocatedTo(string? role)
    {
        if (AllocationRole == role)
        {
            return this;
        }

        if (role is not null)
        {
            return new ResourceKind(Name, Reservations, role, Disk, IsRevocable, IsShared, ProviderId, _unallocated ?? AllocatedTo(null));
        }

        if (_unallocated is not null)
        {
            return _unallocated;
        }

        return Traits == ResourceTraits.Allocated && Disk is null && ProviderId is null
            ? Plain(Name)
            : new ResourceKind(Name, Reservations, null, Disk, IsRevocable, IsShared, ProviderId);
    }

    /// <summary>Unreserved, or reserved to the role or an ancestor of it.</summary>
    public bool IsAllocatableTo(string role) => ReservationRole is not { } owner || RoleName.IsSameOrAncestor(owner, role);

    public bool Equals(ResourceKind? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && _hash == other._hash
            && Traits == other.Traits
            && Name == other.Name
            && AllocationRole == other.AllocationRole
            && ProviderId == other.ProviderId
            && Reservations.Equals(other.Reservations)
            && Equals(Disk, other.Disk));

    public override bool Equals(object? obj) => Equals(obj as ResourceKind);

    public override int GetHashCode() => _hash;

    /// <summary>
    /// As logs and error texts have it: <c>disk(allocated: a)(reservations: [(STATIC,a)])[id:path]{REV}&lt;SHARED&gt;</c>.
    /// </summary>
    public override string ToString() =>
        Name
        + (AllocationRole is null ? "" : "(allocated: " + AllocationRole + ")")
        + (Reservations.IsEmpty ? "" : "(reservations: " + Reservations + ")")
        + (Disk is null ? "" : "[" + Disk + "]")
        + (IsRevocable ? "{REV}" : "")
        + (IsShared ? "<SHARED>" : "");
}
