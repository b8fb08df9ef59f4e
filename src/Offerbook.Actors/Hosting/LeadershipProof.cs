namespace Offerbook.Actors.Hosting;

/// <summary>
/// Says whether what a leader has decided may leave. It may while leadership is proven: while the election says so for certain and
/// the process was not paused, or for <see cref="Lasts"/> after the store has confirmed it.
/// <code>
/// certain, looked at in time ─────────────────────────────▶ effects leave
/// not certain (connection lost, session unknown) ──▶ ask the store ──▶ effects leave for a second
/// a gap between two looks: the process stood still ─▶ ask the store ──▶ effects leave
/// </code>
/// A leader that was stopped for longer than its session learns that from the election only some time after it goes on; the gap it
/// sees at once. What stays open is the moment between the look and the socket: orders that slip through it carry an old epoch,
/// which agents refuse, and what was decided is refused by the journal.
/// <para>The clock does not run while a whole machine is suspended; then the store and the agents are what is left.</para>
/// Safe to use from several threads. Costs a look at the clock and at the election for each effect.
/// </summary>
public sealed class LeadershipProof : IDisposable
{
    /// <summary>
    /// How long a confirmation counts while the election is not certain, and how long the process may seem to stand still.
    /// </summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromSeconds(1);

    /// <summary>Four looks in the time after which one is missed: a busy machine must not look like a paused one.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly Func<bool> _isCertain;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private TimeSpan _looked;
    private TimeSpan? _confirmed;
    private long _gaps;
    private bool _doubted;

    /// <param name="isCertain">Whether the election says, over a connection that stands, that this term leads. Asked on the threads that
    /// let effects out; must not block.</param>
    public LeadershipProof(Func<bool> isCertain, TimeProvider time)
    {
        _isCertain = isCertain;
        _time = time;
        _looked = Elapsed;
        _timer = time.CreateTimer(_ => LookOut(), null, Interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How often the process was seen to have stood still.</summary>
    public long Gaps
    {
        get
        {
            lock (_lock)
            {
                return _gaps;
            }
        }
    }

    private TimeSpan Elapsed => _time.GetElapsedTime(0);

    /// <summary>Whether an effect may leave now. If not, the store is to be asked.</summary>
    public bool Holds()
    {
        lock (_lock)
        {
            var now = Look();
            return !_doubted && (_isCertain() || now - _confirmed <= Lasts);
        }
    }

    /// <summary>To be called before the store is asked, or written to.</summary>
    /// <returns>What <see cref="Confirmed"/> wants back.</returns>
    public Question Ask()
    {
        lock (_lock)
        {
            return new Question(Look(), _gaps);
        }
    }

    /// <summary>The store has answered that nobody else has taken over, some time after <see cref="Ask"/>.</summary>
    public void Confirmed(Question question)
    {
        lock (_lock)
        {
            Look();
            _confirmed = question.Asked;
            // Had it stood still while it waited, the answer may be older than the pause.
            _doubted &= question.Gaps != _gaps;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void LookOut()
    {
        lock (_lock)
        {
            Look();
        }
        _timer.Change(Interval, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Look()
    {
        var now = Elapsed;
        if (now - _looked > Lasts)
        {
            _gaps++;
            _doubted = true;
        }
        _looked = now;
        return now;
    }

    /// <param name="Asked">On the proof's clock.</param>
    /// <param name="Gaps">Pauses noticed until then.</param>
    public readonly record struct Question(TimeSpan Asked, long Gaps);
}
