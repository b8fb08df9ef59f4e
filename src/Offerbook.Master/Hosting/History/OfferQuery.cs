using Offerbook.Master.Offers;

namespace Offerbook.Master.Hosting.History;

/// <summary>What somebody wants to know of offers: all conditions must hold.</summary>
internal sealed record OfferQuery
{
    public const int MaxLimit = 1_000;

    public const int DefaultLimit = 100;

    /// <summary>An agent's id, or its host.</summary>
    public string? Agent { get; init; }

    /// <summary>A framework's id, or its name.</summary>
    public string? Framework { get; init; }

    public string? Role { get; init; }

    /// <summary>Offers that were out at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Offers that were made by this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Null: any, also none yet.</summary>
    public OfferOutcome? Outcome { get; init; }

    public int Limit { get; init; } = DefaultLimit;

    /// <summary>Where the page before ended; null: the first page.</summary>
    public OfferCursor? Cursor { get; init; }

    public bool Matches(OfferMade offer) =>
        (Agent is null || offer.Agent.Value == Agent || offer.Hostname == Agent)
        && (Framework is null || offer.Framework.Value == Framework || offer.FrameworkName == Framework)
        && (Role is null || offer.Role == Role)
        && (Until is null || offer.At.Wall <= Until);
}

/// <summary>Ways for an offer to end, as people ask for them; several <see cref="OfferEnd"/>s each.</summary>
internal enum OfferOutcome
{
    Outstanding,
    Accepted,
    Declined,
    TimedOut,
    Rescinded,
    Dropped,
}

/// <summary>Where a page ended: behind an offer that is out, or behind a past one.</summary>
/// <param name="Position">Of the past offer; null when the page ended among those that are out.</param>
internal sealed record OfferCursor(long? Position, DateTimeOffset Made, string Offer)
{
    public static OfferCursor Past(long position) => new(position, default, "");

    public static OfferCursor Outstanding(DateTimeOffset made, string offer) => new(null, made, offer);

    public override string ToString() => Position is { } position
        ? "p" + position.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : $"o{BookTables.Microseconds(Made)}.{Offer}";

    public static OfferCursor? Parse(string text)
    {
        if (text.StartsWith('p') && long.TryParse(text.AsSpan(1), out var position) && position > 0)
        {
            return Past(position);
        }
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return text.StartsWith('o') && dot > 1 && long.TryParse(text.AsSpan(1, dot - 1), out var us)
            && us is >= 0 and < 253_402_300_800_000_000
            ? Outstanding(DateTimeOffset.UnixEpoch.AddTicks(us * TimeSpan.TicksPerMicrosecond), text[(dot + 1)..])
            : null;
    }
}

internal static class OfferOutcomes
{
    public static OfferOutcome Of(OfferEnd? end) => end switch
    {
        null => OfferOutcome.Outstanding,
        OfferEnd.Accepted => OfferOutcome.Accepted,
        OfferEnd.Declined => OfferOutcome.Declined,
        OfferEnd.TimedOut => OfferOutcome.TimedOut,
        OfferEnd.FrameworkDisconnected or OfferEnd.FrameworkFailedOver or OfferEnd.FrameworkRemoved or OfferEnd.InvalidAccept
            or OfferEnd.MasterStopped => OfferOutcome.Dropped,
        _ => OfferOutcome.Rescinded,
    };

    public static IReadOnlyList<OfferEnd> EndsOf(OfferOutcome outcome) => [.. Enum.GetValues<OfferEnd>().Where(end => Of(end) == outcome)];
}
