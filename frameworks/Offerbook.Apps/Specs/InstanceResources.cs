namespace Offerbook.Apps.Specs;

/// <summary>What one instance is given. Memory and disk in MiB.</summary>
public sealed record InstanceResources(Quantity Cpus, Quantity Mem, Quantity Disk, int Gpus)
{
    public static InstanceResources Default { get; } = new(Quantity.Of(1), Quantity.Of(128), Quantity.Zero, 0);
}

/// <summary>What a custom executor itself takes, on top of the task. Memory and disk in MiB.</summary>
public sealed record ExecutorResources(Quantity Cpus, Quantity Mem, Quantity Disk);

/// <summary>How far an instance may go beyond what it was given; null is as the agent has it.</summary>
public sealed record ResourceLimits(ResourceLimit? Cpus, ResourceLimit? Mem);

public abstract record ResourceLimit
{
    private ResourceLimit()
    {
    }

    public sealed record Unlimited : ResourceLimit;

    /// <summary>At least what is requested.</summary>
    public sealed record AtMost(Quantity Amount) : ResourceLimit;
}
