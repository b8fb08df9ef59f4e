using System.Collections.Immutable;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Launching;

/// <summary>
/// What an app's waiting instances have met with since they began to wait: shown in /v2/queue, kept in memory only. Of each agent the
/// newest unused offer is remembered, so it is bounded by the number of agents (and by <see cref="MaxAgents"/>).
/// </summary>
public sealed record LaunchStats(PathId App, Timestamp Since)
{
    public const int MaxAgents = 1_000;

    public int ProcessedOffers { get; init; }

    public int UnusedOffers { get; init; }

    public Timestamp? LastUnusedOfferAt { get; init; }

    public Timestamp? LastUsedOfferAt { get; init; }

    /// <summary>How often each reason was the first to speak against an offer.</summary>
    public ImmutableSortedDictionary<string, int> FirstReasons { get; init; } =
        ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>By agent id.</summary>
    public ImmutableSortedDictionary<string, UnusedOffer> LastOffers { get; init; } =
        ImmutableSortedDictionary.Create<string, UnusedOffer>(StringComparer.Ordinal);

    public LaunchStats Used(string agent, Timestamp now) => this with
    {
        ProcessedOffers = ProcessedOffers + 1,
        LastUsedOfferAt = now,
        LastOffers = LastOffers.Remove(agent),
    };

    public LaunchStats Unused(UnusedOffer offer)
    {
        var agent = offer.Offer.AgentId.Value;
        var first = offer.Reasons.Count > 0 ? offer.Reasons[0] : null;
        return this with
        {
            ProcessedOffers = ProcessedOffers + 1,
            UnusedOffers = UnusedOffers + 1,
            LastUnusedOfferAt = offer.At,
            FirstReasons = first is null ? FirstReasons : FirstReasons.SetItem(first, FirstReasons.GetValueOrDefault(first) + 1),
            LastOffers = LastOffers.Count < MaxAgents || LastOffers.ContainsKey(agent) ? LastOffers.SetItem(agent, offer) : LastOffers,
        };
    }
}

/// <param name="Reasons">Everything that spoke against it, as the API names it, in the order of the funnel.</param>
public sealed record UnusedOffer(Mesos.V1.Offer Offer, ValueList<string> Reasons, Timestamp At)
{
    /// <summary>The same with what was asked for and what there was.</summary>
    public ValueList<Matching.Refusal> Refusals { get; init; } = [];
}
