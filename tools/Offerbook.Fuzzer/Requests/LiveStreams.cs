using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Offerbook.Fuzzer.Requests;

/// <summary>
/// What subscriptions were answered with, so that calls reach a master's inner parts: the stream of each framework and agent, and
/// the offers that came on it. Seed and index alone give everything else of a request.
/// </summary>
public sealed partial class LiveStreams
{
    private readonly ConcurrentDictionary<string, string> _streams = new();
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> _offers = new();

    /// <param name="request">The SUBSCRIBE, in any format: names are ASCII in all of them.</param>
    public void Learn(byte[] request, string streamId, byte[] events)
    {
        if (Subscriber().Match(Encoding.Latin1.GetString(request)) is { Success: true } subscriber)
        {
            _streams[subscriber.Value] = streamId;
            _offers[subscriber.Value] = [.. Offer().Matches(Encoding.Latin1.GetString(events)).Select(offer => offer.Value).Distinct()];
        }
    }

    public string? StreamOf(string subscriber) => _streams.GetValueOrDefault(subscriber);

    public IReadOnlyList<string> OffersOf(string framework) => _offers.GetValueOrDefault(framework) ?? [];

    /// <summary>The framework or agent that a request names first.</summary>
    public string? StreamOf(byte[] request) =>
        Subscriber().Match(Encoding.Latin1.GetString(request)) is { Success: true } subscriber ? StreamOf(subscriber.Value) : null;

    [GeneratedRegex("fuzz-[af][0-9a-f]")]
    private static partial Regex Subscriber();

    [GeneratedRegex("[0-9a-f-]{36}-O[0-9]+")]
    private static partial Regex Offer();
}
