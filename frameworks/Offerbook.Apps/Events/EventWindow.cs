using System.Collections.Immutable;
using Offerbook.Apps.Core;

namespace Offerbook.Apps.Events;

/// <summary>
/// The newest events, kept so that clients can go on where they stopped: at most <see cref="AppsSettings.MaxReplayedEvents"/> and about
/// <see cref="MaxCharacters"/> characters of JSON, whichever is less; one event is always kept. Immutable. It is part of the durable
/// state: the journal has every event beside what it tells of.
/// </summary>
public sealed class EventWindow
{
    /// <summary>16 MiB of memory. Deployments of groups tell of their whole plan each time: 60 characters an action.</summary>
    public const int MaxCharacters = 8 * 1024 * 1024;

    public static EventWindow Empty { get; } = new(ImmutableQueue<PublishEvent>.Empty, 0, 0);

    private readonly ImmutableQueue<PublishEvent> _events;
    private readonly long _characters;

    private EventWindow(ImmutableQueue<PublishEvent> events, int count, long characters) =>
        (_events, Count, _characters) = (events, count, characters);

    public int Count { get; }

    /// <summary>Oldest first. Ids are dense.</summary>
    public IEnumerable<PublishEvent> All => _events;

    /// <summary>Id of the oldest event that is kept; null when none is.</summary>
    public long? First => Count == 0 ? null : _events.Peek().Id;

    /// <param name="maxEvents">At least 1.</param>
    public EventWindow With(PublishEvent added, int maxEvents)
    {
        var (events, count, characters) = (_events.Enqueue(added), Count + 1, _characters + added.Json.Length);
        while (count > 1 && (count > maxEvents || characters > MaxCharacters))
        {
            events = events.Dequeue(out var dropped);
            count--;
            characters -= dropped.Json.Length;
        }
        return new EventWindow(events, count, characters);
    }

    /// <summary>Events with larger ids, oldest first.</summary>
    public IEnumerable<PublishEvent> After(long id) => _events.SkipWhile(known => known.Id <= id);

    /// <summary>Whether nothing after the event is missing.</summary>
    /// <param name="last">Id of the last event of all.</param>
    public bool Reaches(long id, long last) => id == last || (First is { } first && id >= first - 1 && id < last);
}
