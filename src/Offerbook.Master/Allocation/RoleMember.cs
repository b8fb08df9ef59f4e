using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// A framework in one role: the one who is offered things. Lives while the framework is subscribed to the role, and after that
/// for as long as it holds resources there.
/// </summary>
internal sealed class RoleMember(int index, FrameworkSlot framework, RoleNode role) : Competitor(framework.Id.Value, index)
{
    public FrameworkSlot Framework { get; } = framework;

    public RoleNode Role { get; } = role;

    public bool IsSubscribed { get; set; }

    public bool IsSuppressed { get; set; }

    /// <summary>Stands in the role's order of those who compete.</summary>
    public bool IsListed { get; set; }

    /// <summary>On how many agents it holds something.</summary>
    public int Holdings { get; set; }

    /// <summary>In place of the allocator's own, when not null; empty: anything.</summary>
    public IReadOnlyList<ResourceQuantities>? MinAllocatable { get; set; }

    /// <summary>Which agents it wants; null: any.</summary>
    public ConstraintVerdicts? Constraint { get; set; }

    /// <summary>The place of its newest refusal; −1: it has none.</summary>
    public int FirstRefusal { get; set; } = -1;

    public bool ShouldCompete => IsSubscribed && !IsSuppressed && Framework.IsActive;

    /// <summary>How many of its refusals hold.</summary>
    public int FilterCount { get; set; }

    /// <summary>For a visit to come; see <see cref="VisitsAhead"/>.</summary>
    public void Prefetch() => Allocation.Prefetch.Object(this, 3);

    /// <summary>The same, nearer to it: reads the member to know where these are.</summary>
    public void PrefetchParts()
    {
        Allocation.Prefetch.Object(Allocated);
        Allocation.Prefetch.Object(Framework, 2);
    }
}
