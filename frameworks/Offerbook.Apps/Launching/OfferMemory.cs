using System.Collections.Immutable;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Launching;

/// <summary>What of an offer was left when everything that waited had been launched on it.</summary>
public sealed record KnownOffer(OfferRemainder Rest, Timestamp At);

/// <summary>
/// Remembers what was last seen free on each agent, for telling what would fit. Offers are not held for that: what is remembered may
/// have been given to others since, so whoever wants to know first asks to look around. Bounded by <see cref="MaxAgents"/>: then the
/// agents seen first stay known. Memory only.
/// </summary>
internal sealed class OfferMemory
{
    public const int MaxAgents = 10_000;

    /// <summary>
    /// A master that is asked offers what it has within one round of allocation; ours at once, the original once a second.
    /// </summary>
    public static readonly TimeSpan LookTime = TimeSpan.FromMilliseconds(1_200);

    /// <summary>Questions that are answered together; more are answered with what is known.</summary>
    public const int MaxWaiting = 100;

    public static ImmutableSortedDictionary<string, KnownOffer> Nothing { get; } =
        ImmutableSortedDictionary.Create<string, KnownOffer>(StringComparer.Ordinal);

    private readonly List<ConnectionId> _waiting = [];
    private readonly SortedSet<string> _looking = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _newLooks = new(StringComparer.Ordinal);

    public ImmutableSortedDictionary<string, KnownOffer> Known { get; private set; } = Nothing;

    public void See(OfferRemainder rest, Timestamp now)
    {
        var agent = rest.Offer.AgentId.Value;
        if (Known.Count < MaxAgents || Known.ContainsKey(agent))
        {
            Known = Known.SetItem(agent, new KnownOffer(rest, now));
        }
    }

    /// <param name="roles">Those in which the framework is subscribed; others are offered nothing anyway.</param>
    public void LookAround(Turn turn, ConnectionId connection, IReadOnlyList<string> roles, bool isSubscribed)
    {
        if (!isSubscribed || _waiting.Count >= MaxWaiting)
        {
            turn.Out.Add(Replies.Of(connection, 204, null));
            return;
        }
        if (_waiting.Count == 0)
        {
            var due = new AppsTimer.LookAroundOver();
            turn.Out.Add(new StartTimer(due, LookTime, new AppsMessage.TimedOut(due)));
        }
        _waiting.Add(connection);
        _newLooks.UnionWith(roles);
        _looking.UnionWith(roles);
    }

    public void EndLookAround(Turn turn)
    {
        foreach (var connection in _waiting)
        {
            turn.Out.Add(Replies.Of(connection, 204, null));
        }
        _waiting.Clear();
        _looking.Clear();
    }

    /// <summary>The roles in which offers are wanted, with those in which somebody looks around.</summary>
    public IReadOnlyCollection<string> With(IReadOnlyCollection<string> wanted, OfferInterest interest)
    {
        foreach (var role in _newLooks)
        {
            interest.WantAnew(role);
        }
        _newLooks.Clear();
        return _looking.Count == 0 ? wanted : new SortedSet<string>(wanted.Concat(_looking), StringComparer.Ordinal);
    }
}
