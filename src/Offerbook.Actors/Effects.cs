using Offerbook.Storage;

namespace Offerbook.Actors;

/// <summary>Something that a core wants done. Each core declares its own; the ones below are understood by every shell.</summary>
public interface IEffect;

/// <summary>
/// Append an event to the journal. Every effect emitted after it, in this turn or a later one, waits until the event is durable;
/// turns themselves do not wait (event N+1 is decided while N commits).
/// </summary>
public sealed record Persist(JournalRecord Event) : IEffect
{
    /// <summary>
    /// Nobody waits for what comes behind it: it may reach the journal some milliseconds later, together with others. An event that cannot
    /// wait takes it along at once, because order is kept.
    /// </summary>
    public bool CanWait { get; init; }
}

/// <summary>Store the state as it is after the last persisted event, so that older events can be dropped.</summary>
public sealed record SaveSnapshot(JournalRecord State) : IEffect;

/// <summary>
/// The same for a state that is immutable: <paramref name="Pack"/> makes the record beside the core's turns, on another thread, and the
/// core goes on. A wish for a newer snapshot takes the place of one that is still being made.
/// </summary>
public sealed record SaveSnapshotOf(Func<JournalRecord> Pack) : IEffect;

/// <summary>
/// Deliver <paramref name="Message"/> to the core after a delay. A timer with an equal key is replaced. Not delayed by the journal.
/// </summary>
/// <param name="Key">Compared with <see cref="object.Equals(object)"/>; a string or a record.</param>
/// <param name="Message">A message of the core's own type; its name says what ran out, for instance <c>OfferTimedOut</c>.</param>
public sealed record StartTimer(object Key, TimeSpan After, object Message) : IEffect;

/// <summary>Forget a timer; unknown keys are ignored.</summary>
public sealed record CancelTimer(object Key) : IEffect;

/// <summary>The effects of one turn, in order.</summary>
public sealed class Effects
{
    private readonly List<IEffect> _list = [];

    public int Count => _list.Count;

    public IEffect this[int index] => _list[index];

    public void Add(IEffect effect) => _list.Add(effect);

    public void Clear() => _list.Clear();
}
