using Offerbook.Actors;
using Offerbook.Coordination.HandOver;

namespace Offerbook.Coordination.Tests.HandOver;

/// <summary>
/// Some candidates, each with a <see cref="HandOverCore"/>, in one line, in virtual time: whoever gives way goes behind all others.
/// Measurements are answered when they are done, so that a slow one overlaps the next look.
/// </summary>
internal sealed class Bench
{
    private readonly HandOverSettings _settings;
    private readonly List<Candidate> _line = [];
    private readonly PriorityQueue<Action, (TimeSpan Due, long Age)> _events = new();
    private long _age;

    /// <param name="commit">What a commit takes a candidate at a time.</param>
    public Bench(int candidates, Func<int, TimeSpan, TimeSpan> commit, HandOverSettings? settings = null)
    {
        _settings = settings ?? new HandOverSettings();
        for (var i = 0; i < candidates; i++)
        {
            _line.Add(new Candidate(this, i, commit));
        }
        _line[0].Tell(new HandOverMessage.Led(true));
        foreach (var candidate in _line.ToList())
        {
            candidate.Tell(new HandOverMessage.Begin());
        }
    }

    public TimeSpan Elapsed { get; private set; }

    /// <summary>From whom to whom, and when.</summary>
    public List<(TimeSpan At, int From, int To)> HandOvers { get; } = [];

    public List<(TimeSpan At, int Who)> LetPast { get; } = [];

    public List<(TimeSpan At, int Who, bool IsSlow)> Alarms { get; } = [];

    /// <summary>What each says of its store, as the others see it.</summary>
    public TimeSpan? WordOf(int host) => _line.Find(candidate => candidate.Host == host)!.Word;

    public IEnumerable<int> Line => _line.Select(static candidate => candidate.Host);

    public void RunUntil(TimeSpan end)
    {
        while (_events.TryPeek(out _, out var order) && order.Due <= end)
        {
            var act = _events.Dequeue();
            Elapsed = order.Due;
            act();
        }
        Elapsed = end;
    }

    private void At(TimeSpan after, Action act) => _events.Enqueue(act, (Elapsed + after, ++_age));

    private void GoBehindAll(Candidate candidate, GiveWay way)
    {
        var led = _line[0] == candidate;
        Assert.That(way.IsHandOver, Is.EqualTo(led));
        _line.Remove(candidate);
        _line.Add(candidate);
        if (led)
        {
            HandOvers.Add((Elapsed, candidate.Host, _line[0].Host));
            candidate.Tell(new HandOverMessage.Led(false));
            _line[0].Tell(new HandOverMessage.Led(true));
        }
        else
        {
            LetPast.Add((Elapsed, candidate.Host));
        }
    }

    private sealed class Candidate(Bench bench, int host, Func<int, TimeSpan, TimeSpan> commit)
    {
        private readonly HandOverCore _core = new(bench._settings);

        public int Host => host;

        public TimeSpan? Word { get; private set; }

        public void Tell(HandOverMessage message)
        {
            var effects = new Effects();
            _core.Handle(message, new Now(bench.Elapsed, DateTimeOffset.UnixEpoch + bench.Elapsed), effects);
            for (var i = 0; i < effects.Count; i++)
            {
                Take(effects[i]);
            }
        }

        private void Take(IEffect effect)
        {
            switch (effect)
            {
                case StartTimer timer:
                    bench.At(timer.After, () => Tell((HandOverMessage)timer.Message));
                    break;
                case MeasureStore:
                    var took = commit(host, bench.Elapsed);
                    bench.At(took, () => Tell(new HandOverMessage.Measured(took)));
                    break;
                case TellOthers told:
                    Word = told.Commit;
                    break;
                case LookAtLine:
                    var line = bench._line.ConvertAll(other => new Contender($"latch-{other.Host:D10}", other == this, other.Word));
                    bench.At(TimeSpan.FromMilliseconds(5), () => Tell(new HandOverMessage.LineHeard(line)));
                    break;
                case GiveWay way:
                    bench.GoBehindAll(this, way);
                    break;
                case StoreJudged judged:
                    bench.Alarms.Add((bench.Elapsed, host, judged.IsSlow));
                    break;
            }
        }
    }
}
