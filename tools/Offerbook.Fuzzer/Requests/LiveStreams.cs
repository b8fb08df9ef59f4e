using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Offerbook.Actors;

namespace Offerbook.Fuzzer.Requests;

/// <summary>An offer that came on a framework's stream.</summary>
public sealed record LiveOffer(string Offer, string Agent);

/// <summary>
/// What streams said, so that calls reach a master's inner parts: the frameworks and agents that are subscribed, the stream of each,
/// and the newest offers that came on it. Seed and index alone give everything else of a request.
/// </summary>
public sealed partial class LiveStreams
{
    /// <summary>The newest offers of a framework that are kept: older ones are answered or rescinded by then.</summary>
    private const int MaxOffers = 16;

    private readonly ConcurrentDictionary<string, string> _streams = new();
    private readonly ConcurrentDictionary<string, IReadOnlyList<LiveOffer>> _offers = new();
    private long _learnt;

    /// <summary>Streams that were learnt from.</summary>
    public long Learnt => Interlocked.Read(ref _learnt);

    /// <param name="request">The SUBSCRIBE, in any format: names are ASCII in all of them.</param>
    /// <param name="events">What came on the stream first. It names the subscriber if the request did not.</param>
    /// <returns>Who subscribed; null when that was not seen.</returns>
    public string? Learn(byte[] request, string streamId, byte[] events)
    {
        var text = Encoding.Latin1.GetString(events);
        var subscriber = NameIn(Encoding.Latin1.GetString(request)) ?? NameIn(text);
        if (subscriber is not null)
        {
            Interlocked.Increment(ref _learnt);
            _streams[subscriber] = streamId;
            LearnOffers(subscriber, text);
        }
        return subscriber;
    }

    public void LearnOffers(string framework, string events)
    {
        var news = Offer().Matches(events).Select(match => new LiveOffer(match.Groups[1].Value, match.Groups[2].Value)).ToList();
        if (news.Count > 0)
        {
            _offers[framework] = [.. OffersOf(framework).Concat(news).DistinctBy(offer => offer.Offer).TakeLast(MaxOffers)];
        }
    }

    /// <summary>Its stream is over: calls in its name would all be refused alike.</summary>
    public void Forget(string subscriber, string streamId)
    {
        if (_streams.TryRemove(KeyValuePair.Create(subscriber, streamId)))
        {
            _offers.TryRemove(subscriber, out _);
        }
    }

    /// <summary>The master says that it does not know the caller of a request.</summary>
    public void Forget(byte[] request)
    {
        if (NameIn(Encoding.Latin1.GetString(request)) is { } subscriber && _streams.TryRemove(subscriber, out _))
        {
            _offers.TryRemove(subscriber, out _);
        }
    }

    public string? StreamOf(string subscriber) => _streams.GetValueOrDefault(subscriber);

    public IReadOnlyList<LiveOffer> OffersOf(string framework) => _offers.GetValueOrDefault(framework) ?? [];

    /// <summary>A framework that is subscribed, with offers if any has some; null when there is none.</summary>
    public string? AnyFramework(SeededRandom chance)
    {
        var frameworks = _streams.Keys.Where(name => !IsAgent(name)).Order(StringComparer.Ordinal).ToList();
        var offered = frameworks.Where(name => OffersOf(name).Count > 0).ToList();
        return Any(chance, offered.Count > 0 && chance.Chance(0.7) ? offered : frameworks);
    }

    public string? AnyAgent(SeededRandom chance) => Any(chance, [.. _streams.Keys.Where(IsAgent).Order(StringComparer.Ordinal)]);

    /// <summary>The stream of the framework or agent that a request names first.</summary>
    public string? StreamOf(byte[] request) => NameIn(Encoding.Latin1.GetString(request)) is { } subscriber ? StreamOf(subscriber) : null;

    private static string? Any(SeededRandom chance, List<string> names) => names.Count == 0 ? null : names[chance.Next(names.Count)];

    private static bool IsAgent(string name) =>
        name.StartsWith("fuzz-a", StringComparison.Ordinal) || name.Contains("-S", StringComparison.Ordinal);

    private static string? NameIn(string text) => Subscriber().Match(text) is { Success: true } subscriber ? subscriber.Value : null;

    /// <summary>A name that requests make up, or one that a master gives: its own id and a number.</summary>
    [GeneratedRegex("fuzz-[af][0-9a-f]|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-(?:S[0-9]+|[0-9]{4,})")]
    private static partial Regex Subscriber();

    /// <summary>In both formats an offer begins with its id, its framework's and its agent's.</summary>
    [GeneratedRegex("([0-9a-f-]{36}-O[0-9]+).{1,160}?((?:[0-9a-f-]{36}-S[0-9]+)|fuzz-a[0-9a-f])", RegexOptions.Singleline)]
    private static partial Regex Offer();
}
