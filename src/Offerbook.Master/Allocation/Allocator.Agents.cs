using Offerbook.Actors;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <content>Agents come, change and go, and what is held on them with them.</content>
public sealed partial class Allocator
{
    /// <summary>
    /// Begins active. <paramref name="used"/> may name frameworks that are not known yet, and carries allocation roles (<c>*</c> where
    /// there is none).
    /// </summary>
    public void AddAgent(AgentId id, AllocatorAgent agent, ResourceBag total, IReadOnlyDictionary<FrameworkId, ResourceBag> used)
    {
        Invariant.Check(_agents.Find(id) is null, "an agent is added once");
        var slot = _agents.Add(id);
        _constraints.Forget(slot);
        slot.SetTotal(total.Unallocate());
        Describe(slot, agent);

        // The owner's dictionary may be hashed by string: its order must not decide the order of books.
        var frameworks = new List<FrameworkId>(used.Keys);
        frameworks.Sort();
        foreach (var framework in frameworks)
        {
            Charge(framework, id, used[framework]);
        }

        _agents.AddCandidate(slot);
    }

    /// <summary>New capabilities, region or facts of a known agent.</summary>
    /// <param name="attributesChanged">Refusals of the agent end: what was refused is not what it is now.</param>
    public void UpdateAgent(AgentId id, AllocatorAgent agent, bool attributesChanged)
    {
        if (_agents.Find(id) is { } slot)
        {
            Describe(slot, agent);
            _constraints.Forget(slot);
            if (attributesChanged)
            {
                RemoveFilters(slot);
            }

            _agents.AddCandidate(slot);
        }
    }

    /// <summary>A total may shrink under what is held; then nothing is available until enough comes back.</summary>
    public void UpdateAgentTotal(AgentId id, ResourceBag total)
    {
        if (_agents.Find(id) is { } slot)
        {
            slot.SetTotal(total.Unallocate());
            Describe(slot);
            _agents.AddCandidate(slot);
        }
    }

    /// <summary>All that is held there is gone with it: it must not be recovered as well (and if it is, nothing happens).</summary>
    public void RemoveAgent(AgentId id)
    {
        if (_agents.Find(id) is not { } slot)
        {
            return;
        }

        foreach (var holding in slot.Holdings.ToArray())
        {
            Release(slot, holding.Member, holding.Resources);
        }

        RemoveFilters(slot);
        _maintenance.Remove(slot);
        slot.SetTotal(ResourceBag.Empty);
        _agents.Remove(slot);
    }

    public void ActivateAgent(AgentId id)
    {
        if (_agents.Find(id) is { IsActive: false } slot)
        {
            slot.SetActive(true);
            slot.Maintenance?.Changed();
            _agents.AddCandidate(slot);
        }
    }

    /// <summary>Its resources still count in totals and shares, but are not handed out, and are no headroom for guarantees.</summary>
    public void DeactivateAgent(AgentId id) => _agents.Find(id)?.SetActive(false);

    /// <summary>
    /// Resources that were taken without an offer of this allocator, for instance by tasks learnt from an agent, or further copies of a
    /// shared volume.
    /// </summary>
    public void Charge(FrameworkId framework, AgentId agent, ResourceBag resources)
    {
        if (_agents.Find(agent) is not { } slot)
        {
            return;
        }

        foreach (var role in RolesOf(resources))
        {
            Take(slot, _members.Member(_members.Slot(framework), role), PartIn(resources, role));
        }
    }

    /// <summary>Offered or used resources come back, and their agent becomes a candidate.</summary>
    /// <param name="refuse">The framework declined them (or left them over): not to be offered to it for so long; see
    /// <see cref="RefusalDuration"/>. Null: nobody refused anything.</param>
    public void Recover(FrameworkId framework, AgentId agent, ResourceBag resources, TimeSpan? refuse, Now now)
    {
        if (_agents.Find(agent) is not { } slot || _members.Known(framework) is not { } owner)
        {
            return;
        }

        foreach (var role in RolesOf(resources))
        {
            var part = PartIn(resources, role);
            var member = owner.MemberIn(role);
            Invariant.Check(member is not null, "nobody gives back what it does not hold");
            Release(slot, member, part);
            if (refuse is { } duration && member.IsSubscribed && owner.IsActive)
            {
                var holds = RefusalDuration.Clamp(duration);
                holds = holds < _settings.ShortestRefusal ? _settings.ShortestRefusal : holds;
                _filters.Add(member, slot, part.Unallocate(), now.Elapsed + holds, now.Elapsed + _settings.RefusalMemory, now.Elapsed);
            }
        }

        _agents.AddCandidate(slot);
    }

    /// <summary>
    /// An offer is not out any more: accepted, declined or rescinded. Comes before <see cref="Recover"/> of what is left of it; what
    /// is not recovered is used from now on.
    /// </summary>
    /// <param name="made">The <see cref="Now.Elapsed"/> of the run that handed it out.</param>
    public void OfferEnded(FrameworkId framework, AgentId agent, ResourceBag resources, TimeSpan made)
    {
        if (_members.Known(framework) is not { } owner)
        {
            return;
        }

        var wasAtBound = owner.Offers.IsAtBound(_settings, _totals);
        owner.Offers.Remove(_totals.VectorOf(resources), made);
        _quotas.Eased |= wasAtBound ? Withheld.Offers : Withheld.None;
        if (_agents.Find(agent) is { } slot && resources.AllocationRole() is { } role && owner.MemberIn(role) is { } member)
        {
            slot.EndOffer(member, resources);
        }
    }

    /// <summary>
    /// An operation turns what a framework holds on an agent into something else, in place: a reservation or a volume is made or
    /// undone. The agent's total changes alike, and what counts for quotas stays right.
    /// </summary>
    /// <param name="consumed">Held by the framework, with allocation roles.</param>
    /// <param name="produced">With allocation roles.</param>
    public void UpdateAllocation(FrameworkId framework, AgentId agent, ResourceBag consumed, ResourceBag produced)
    {
        if (_agents.Find(agent) is not { } slot)
        {
            return;
        }

        var owner = _members.Slot(framework);
        foreach (var role in RolesOf(consumed))
        {
            var member = owner.MemberIn(role);
            var part = PartIn(consumed, role);
            Invariant.Check(member is not null && slot.HeldBy(member).Contains(part), "an operation converts what its framework holds");

            // Before the release, which may forget a member that holds nothing else.
            member.Holdings++;
            Release(slot, member, part);
            member.Holdings--;
        }

        slot.ConvertTotal(consumed.Unallocate(), produced.Unallocate());
        foreach (var role in RolesOf(produced))
        {
            Take(slot, _members.Member(owner, role), PartIn(produced, role));
        }

        foreach (var role in RolesOf(consumed))
        {
            if (owner.MemberIn(role) is { } member)
            {
                _members.ForgetIfIdle(member);
            }
        }

        Describe(slot);
        _agents.AddCandidate(slot);
    }

    /// <summary>An operator's operation on an agent's free resources, which become something else.</summary>
    /// <returns>False, and nothing changed: not all of it is available, or it is a shared volume in use.</returns>
    public bool TryUpdateAvailable(AgentId agent, ResourceBag consumed, ResourceBag produced)
    {
        if (_agents.Find(agent) is not { } slot || !slot.Available.Contains(consumed))
        {
            return false;
        }

        var shared = consumed.Shared();
        foreach (ref readonly var holding in slot.Holdings)
        {
            foreach (ref readonly var volume in shared.Entries)
            {
                if (holding.Resources.Unallocate().Contains(volume))
                {
                    return false;
                }
            }
        }

        slot.ConvertTotal(consumed, produced.Unallocate());
        Describe(slot);
        _agents.AddCandidate(slot);
        return true;
    }

    private void RemoveFilters(AgentSlot agent)
    {
        _filters.RemoveAll(agent);
        agent.SettledAt = -1;
    }

    private void Describe(AgentSlot slot, AllocatorAgent agent)
    {
        slot.Capabilities = agent.Capabilities;
        slot.IsInRemoteRegion = agent.IsInRemoteRegion
            || (_settings.MasterRegion is { } region && agent.Facts.Region is { } other && other != region);
        slot.Facts = agent.Facts;
        slot.SetWhitelisted(_agents.IsWelcome(slot));
        Describe(slot);
    }

    private void Describe(AgentSlot slot)
    {
        var keepForGpus = _settings.FilterGpuResources && !slot.Total.ScalarOf("gpus").IsZero;
        slot.Requires = (keepForGpus ? FrameworkCapabilities.GpuResources : 0) | (slot.IsInRemoteRegion
            ? FrameworkCapabilities.RegionAware : 0);
        slot.SettledAt = -1;
    }
}
