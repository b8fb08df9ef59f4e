using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>How the allocator shares. Immutable; the defaults are the field's.</summary>
public sealed record AllocatorSettings
{
    /// <summary>An offer holds at least one of these sets whole, or is not made. Empty: anything is worth an offer.</summary>
    public IReadOnlyList<ResourceQuantities> MinAllocatable { get; init; } =
        [ResourceQuantities.Of(("cpus", 0.01)), ResourceQuantities.Of(("mem", 32))];

    /// <summary>Names of resources that do not count in anybody's share.</summary>
    public IReadOnlyList<string> FairSharingExcludedResources { get; init; } = [];

    /// <summary>Agents with gpus are kept for frameworks with GPU_RESOURCES.</summary>
    public bool FilterGpuResources { get; init; } = true;

    /// <summary>
    /// The least time for which a refusal holds, also one of 0 seconds: without it a framework that declines everything at once
    /// would be offered the same agent again at the speed of the network. An agent is refused at most 10 times a second.
    /// </summary>
    public TimeSpan ShortestRefusal { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The region of the master's own fault domain; agents of other regions are for frameworks with REGION_AWARE. Null: it has none, and no
    /// agent is remote.
    /// </summary>
    public string? MasterRegion { get; init; }

    /// <summary>How roles take turns.</summary>
    public SorterKind RoleSorter { get; init; } = SorterKind.Drf;

    /// <summary>How the frameworks of one role take turns.</summary>
    public SorterKind FrameworkSorter { get; init; } = SorterKind.Drf;

    /// <summary>How many offers a framework may sit on at once; null: any number. It gets no further ones until some have ended.</summary>
    public int? MaxOffersPerFramework { get; init; }

    /// <summary>
    /// The dominant share of the cluster (0 to 1) that may be out in offers to one framework when it is made another; null: any.
    /// </summary>
    public double? MaxOfferedShare { get; init; }

    /// <summary>
    /// For so long after it refused an agent a framework comes after those who did not, however short its refusal: the field's
    /// default refusal. It still gets what the others leave.
    /// </summary>
    public TimeSpan RefusalMemory { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// What a quota or the bound of somebody's offers withheld is looked at again at most so often while things change elsewhere.
    /// </summary>
    public TimeSpan WithheldInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Refusals at once, of all frameworks and agents; beyond it that which would run out first ends early. About 80 bytes each.
    /// </summary>
    public int MaxFilters { get; init; } = 4_000_000;
}
