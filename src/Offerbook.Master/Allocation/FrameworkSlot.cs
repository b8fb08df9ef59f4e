using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Allocation;

/// <summary>
/// A framework that was added, or that holds resources all the same (learnt from agents before it subscribed, or after it left).
/// </summary>
internal sealed class FrameworkSlot(FrameworkId id)
{
    public FrameworkId Id { get; } = id;

    public bool IsRegistered { get; set; }

    public bool IsActive { get; set; }

    public FrameworkCapabilities Capabilities { get; private set; }

    /// <summary>Resources with any of these are not for it.</summary>
    public ResourceTraits IncapableOf { get; private set; }

    public List<RoleMember> Members { get; } = [];

    /// <summary>The offers that it sits on.</summary>
    public OffersOut Offers { get; } = new();

    /// <summary>How many allocations of the present run are its own, and where they go in the result.</summary>
    public int RunCount { get; set; }

    public int RunNext { get; set; }

    public RoleMember? MemberIn(string role)
    {
        foreach (var member in Members)
        {
            if (member.Role.Role == role)
            {
                return member;
            }
        }

        return null;
    }

    public void SetCapabilities(FrameworkCapabilities capabilities)
    {
        Capabilities = capabilities;
        IncapableOf = ((capabilities & FrameworkCapabilities.RevocableResources) == 0 ? ResourceTraits.Revocable : 0)
            | ((capabilities & FrameworkCapabilities.SharedResources) == 0 ? ResourceTraits.Shared : 0)
            | ((capabilities & FrameworkCapabilities.ReservationRefinement) == 0 ? ResourceTraits.Refined : 0);
    }
}
