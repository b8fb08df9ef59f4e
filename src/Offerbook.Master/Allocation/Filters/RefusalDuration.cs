namespace Offerbook.Master.Allocation;

/// <summary>How long a refusal holds, from <c>Filters.refuse_seconds</c>.</summary>
public static class RefusalDuration
{
    /// <summary>5 seconds: for refusals that name no duration, or nonsense.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(5);

    /// <summary>A year of 365 days, 31,536,000 seconds; what asks for longer gets this.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <param name="refuseSeconds">As it came off the wire; null when it was not set.</param>
    public static TimeSpan FromSeconds(double? refuseSeconds) => refuseSeconds switch
    {
        null or < 0 or double.NaN => Default,
        > 31_536_000 => Longest,
        _ => TimeSpan.FromSeconds(refuseSeconds.Value),
    };

    public static TimeSpan Clamp(TimeSpan refuse) =>
        refuse < TimeSpan.Zero ? Default : refuse > Longest ? Longest : refuse;
}
