using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>
/// Which framework is in which role, and which of them compete. A member that changes so that it may take what it could not
/// before is touched, and its changes are numbered by <see cref="Epoch"/>.
/// </summary>
internal sealed class Memberships(RoleTree roles, FilterBook filters, ConstraintBook constraints)
{
    private readonly Dictionary<FrameworkId, FrameworkSlot> _frameworks = [];
    private readonly Stack<int> _freeIndexes = [];
    private int _nextIndex;

    /// <summary>The number of the newest change.</summary>
    public long Epoch { get; private set; }

    /// <summary>A framework that was added and not removed since.</summary>
    public FrameworkSlot? Registered(FrameworkId id) =>
        _frameworks.TryGetValue(id, out var slot) && slot.IsRegistered ? slot : null;

    /// <summary>A framework that was added or holds something.</summary>
    public FrameworkSlot? Known(FrameworkId id) => _frameworks.GetValueOrDefault(id);

    public FrameworkSlot Slot(FrameworkId id)
    {
        if (!_frameworks.TryGetValue(id, out var slot))
        {
            slot = new FrameworkSlot(id);
            _frameworks.Add(id, slot);
        }

        return slot;
    }

    public RoleMember Member(FrameworkSlot framework, string role)
    {
        if (framework.MemberIn(role) is { } known)
        {
            return known;
        }

        var member = new RoleMember(_freeIndexes.Count > 0 ? _freeIndexes.Pop() : _nextIndex++, framework, roles.Leaf(role));
        framework.Members.Add(member);
        member.Role.Members.Add(member);
        return member;
    }

    /// <summary>Takes the whole new picture of a framework.</summary>
    public void Subscribe(FrameworkSlot slot, AllocatorFramework framework)
    {
        slot.SetCapabilities(framework.Capabilities);
        foreach (var member in slot.Members.ToArray())
        {
            if (member.IsSubscribed && !framework.Roles.Contains(member.Role.Role))
            {
                Unsubscribe(member);
            }
        }

        foreach (var role in framework.Roles)
        {
            var member = Member(slot, role);
            var suppress = framework.SuppressedRoles.Contains(role);
            if (member.IsSuppressed && !suppress)
            {
                filters.RemoveAll(member);
            }

            member.IsSubscribed = true;
            member.IsSuppressed = suppress;
            SetMinimum(member, framework.MinAllocatable.GetValueOrDefault(role));
            constraints.Set(member, framework.Constraints.GetValueOrDefault(role));
            Relist(member);
            Touch(member);
        }
    }

    public void Remove(FrameworkSlot slot)
    {
        slot.IsRegistered = false;
        slot.IsActive = false;
        foreach (var member in slot.Members.ToArray())
        {
            Unsubscribe(member);
        }

        ForgetIfIdle(slot);
    }

    public void Activate(FrameworkSlot slot)
    {
        slot.IsActive = true;
        foreach (var member in slot.Members)
        {
            Relist(member);
        }
    }

    public void Deactivate(FrameworkSlot slot)
    {
        slot.IsActive = false;
        foreach (var member in slot.Members)
        {
            filters.RemoveAll(member);
            Relist(member);
        }
    }

    public void Suppress(RoleMember member)
    {
        member.IsSuppressed = true;
        Relist(member);
    }

    public void Revive(RoleMember member)
    {
        filters.RemoveAll(member);
        member.IsSuppressed = false;
        Relist(member);
        Touch(member);
    }

    /// <summary>Agents that this member was not to have are worth another look.</summary>
    public void Touch(RoleMember member) => RoleTree.Touch(member, ++Epoch);

    /// <summary>A member that is not subscribed and holds nothing goes, and its role and framework with it if it was the last.</summary>
    public void ForgetIfIdle(RoleMember member)
    {
        if (member.IsSubscribed || member.Holdings > 0)
        {
            return;
        }

        filters.RemoveAll(member);
        _freeIndexes.Push(member.Index);
        SetMinimum(member, null);
        constraints.Set(member, null);
        member.Framework.Members.Remove(member);
        member.Role.Members.Remove(member);
        if (member.Role.Members.Count == 0)
        {
            roles.Prune(member.Role);
        }

        ForgetIfIdle(member.Framework);
    }

    private void ForgetIfIdle(FrameworkSlot framework)
    {
        if (!framework.IsRegistered && framework.Members.Count == 0)
        {
            _frameworks.Remove(framework.Id);
        }
    }

    private void Unsubscribe(RoleMember member)
    {
        member.IsSubscribed = false;
        filters.RemoveAll(member);
        Relist(member);
        ForgetIfIdle(member);
    }

    private void Relist(RoleMember member)
    {
        if (member.IsListed == member.ShouldCompete)
        {
            return;
        }

        roles.List(member, !member.IsListed);
        if (member.IsListed)
        {
            Touch(member);
        }
    }

    private static void SetMinimum(RoleMember member, IReadOnlyList<ResourceQuantities>? minimum)
    {
        member.Role.MembersWithMinimum += (minimum is null ? 0 : 1) - (member.MinAllocatable is null ? 0 : 1);
        member.MinAllocatable = minimum;
    }
}
