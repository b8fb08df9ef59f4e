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
}
