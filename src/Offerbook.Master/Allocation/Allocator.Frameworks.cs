using Offerbook.Actors;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <content>Frameworks come, change, fall silent and go.</content>
public sealed partial class Allocator
{
    /// <summary>Begins active. Everything is a candidate, for the newcomer may take what nobody wanted.</summary>
    public void AddFramework(FrameworkId id, AllocatorFramework framework)
    {
        var slot = _members.Slot(id);
        Invariant.Check(!slot.IsRegistered, "a framework is added once");
        slot.IsRegistered = true;
        slot.IsActive = true;
        _members.Subscribe(slot, framework);
        _maintenance.Revive(id);
        _agents.AddAllCandidates();
    }

    /// <summary>
    /// The whole new picture of a framework. It leaves roles that are not named any more (its refusals there end), and roles that leave
    /// suppression are revived.
    /// </summary>
    public void UpdateFramework(FrameworkId id, AllocatorFramework framework)
    {
        if (_members.Registered(id) is { } slot)
        {
            _members.Subscribe(slot, framework);
            _agents.AddAllCandidates();
        }
    }

    /// <summary>What it still holds stays charged until it is recovered.</summary>
    public void RemoveFramework(FrameworkId id)
    {
        if (_members.Registered(id) is { } slot)
        {
            _maintenance.Forget(id, answersToo: true);
            _members.Remove(slot);
        }
    }

    public void ActivateFramework(FrameworkId id)
    {
        if (_members.Registered(id) is { IsActive: false } slot)
        {
            _members.Activate(slot);
            _maintenance.Revive(id);
            _agents.AddAllCandidates();
        }
    }

    /// <summary>It competes no more, and its refusals end. What it holds, offers included, stays charged until recovered.</summary>
    public void DeactivateFramework(FrameworkId id)
    {
        if (_members.Registered(id) is { IsActive: true } slot)
        {
            _members.Deactivate(slot);
            _maintenance.Forget(id, answersToo: false);
        }
    }

    /// <summary>No more offers in these roles for now; refusals stay. Roles that the framework is not in are ignored.</summary>
    /// <param name="roles">Empty: all.</param>
    public void Suppress(FrameworkId id, IReadOnlyList<string> roles)
    {
        if (_members.Registered(id) is { } slot)
        {
            foreach (var member in slot.Members)
            {
                if (roles.Count == 0 || roles.Contains(member.Role.Role))
                {
                    _members.Suppress(member);
                }
            }
        }
    }

    /// <summary>Offers again, and all refusals in these roles end, as do those of inverse offers.</summary>
    /// <param name="roles">Empty: all.</param>
    public void Revive(FrameworkId id, IReadOnlyList<string> roles)
    {
        if (_members.Registered(id) is { } slot)
        {
            foreach (var member in slot.Members)
            {
                if (roles.Count == 0 || roles.Contains(member.Role.Role))
                {
                    _members.Revive(member);
                }
            }

            _maintenance.Revive(id);
            _agents.AddAllCandidates();
        }
    }
}
