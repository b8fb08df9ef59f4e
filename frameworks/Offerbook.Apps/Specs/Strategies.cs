namespace Offerbook.Apps.Specs;

/// <summary>How a rolling replacement goes. Both as a share of the wanted instances, 0 to 1.</summary>
/// <param name="MinimumHealthCapacity">So many stay healthy (rounded up).</param>
/// <param name="MaximumOverCapacity">So many more may exist meanwhile (rounded down).</param>
public sealed record UpgradeStrategy(decimal MinimumHealthCapacity, decimal MaximumOverCapacity)
{
    public static UpgradeStrategy Default { get; } = new(1, 1);

    /// <summary>For apps with persistent or external volumes, whose instances cannot exist twice.</summary>
    public static UpgradeStrategy ForVolumes { get; } = new(0.5m, 0);
}

/// <summary>What happens to instances on an agent that cannot be reached.</summary>
public abstract record UnreachableStrategy
{
    private UnreachableStrategy()
    {
    }

    public static UnreachableStrategy Default { get; } = new Enabled(0, 0);

    /// <summary>They are waited for, however long it takes.</summary>
    public sealed record Disabled : UnreachableStrategy;

    /// <param name="InactiveAfterSeconds">Then a replacement is started; at most <paramref name="ExpungeAfterSeconds"/>.</param>
    /// <param name="ExpungeAfterSeconds">Then it is forgotten, and killed should it come back.</param>
    public sealed record Enabled(long InactiveAfterSeconds, long ExpungeAfterSeconds) : UnreachableStrategy;
}

/// <summary>How long a failing app waits before its next launch: <paramref name="Seconds"/> × <paramref name="Factor"/>^(failures − 1),
/// at most <paramref name="MaxLaunchDelaySeconds"/>.</summary>
/// <param name="Factor">At least 1.</param>
public sealed record Backoff(double Seconds, double Factor, double MaxLaunchDelaySeconds)
{
    public static Backoff Default { get; } = new(1, 1.15, 300);
}

/// <summary>Which of otherwise equal instances is killed first when scaling down.</summary>
public enum KillSelection
{
    YoungestFirst,
    OldestFirst,
}
