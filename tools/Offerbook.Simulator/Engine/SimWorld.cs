using Offerbook.Actors;

namespace Offerbook.Simulator.Engine;

/// <summary>
/// Virtual time. Everything that happens is an event in one heap, ordered by (time, a seeded tie-break, age); taking the next event
/// moves the clock to it. Nothing else moves the clock, and nothing runs outside an event. Single-threaded.
/// </summary>
public sealed class SimWorld
{
    /// <summary>What walls show at the start of every run.</summary>
    public static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Entry, (TimeSpan At, ulong TieBreak, long Age)> _heap = new();
    private readonly SeededRandom _tieBreak;
    private long _age;

    public SimWorld(ulong seed)
    {
        Seeds = new SeedSource(seed);
        _tieBreak = Seeds.For("tie-break");
    }

    public SeedSource Seeds { get; }

    public EventHash Hash { get; } = new();

    public EventTrace Trace { get; } = new();

    /// <summary>Virtual time since the start of the run.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>True (undisturbed) wall time.</summary>
    public DateTimeOffset Wall => Epoch + Elapsed;

    public long EventsRun { get; private set; }

    public int Pending => _heap.Count;

    /// <summary>Lets something happen later. Of two events at one instant a seeded draw says which is first.</summary>
    /// <param name="what">A stable description; null for housekeeping that would only blur the trace.</param>
    public void Schedule(TimeSpan after, string? what, Action happen) => ScheduleAt(Elapsed + after, what, happen);

    public void ScheduleAt(TimeSpan at, string? what, Action happen)
    {
        Invariant.Check(at >= Elapsed, "an event cannot be scheduled in the past");
        _heap.Enqueue(new Entry(what, happen), (at, _tieBreak.NextUInt64(), ++_age));
    }

    /// <summary>Notes something that happened inside the current event.</summary>
    public void Note(string what)
    {
        Hash.Add(Elapsed.Ticks);
        Hash.Add(what);
        Trace.Add(Elapsed, what);
    }

    /// <summary>
    /// Runs the next event unless it is after <paramref name="until"/>; then the clock stands at <paramref name="until"/>.
    /// </summary>
    /// <returns>Whether an event ran.</returns>
    public bool Step(TimeSpan until)
    {
        if (!_heap.TryPeek(out _, out var next) || next.At > until)
        {
            Elapsed = until;
            return false;
        }
        var entry = _heap.Dequeue();
        Elapsed = next.At;
        EventsRun++;
        if (entry.What is not null)
        {
            Note(entry.What);
        }
        entry.Happen();
        return true;
    }

    private readonly record struct Entry(string? What, Action Happen);
}
