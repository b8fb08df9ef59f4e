using System.Globalization;
using Offerbook.Actors;

namespace Offerbook.Coordination.HandOver;

/// <summary>
/// Decides when a leader whose store has become slow hands over to a candidate whose way to the same store is better, and when a
/// candidate that would be next, and is no better, lets others past. Every candidate has one, for as long as its process lives.
/// <code>
/// every 5 s:  measures a small commit, beside those of the journal ─▶ median of 30 s ─▶ tells the others, rounded up
///             slow ─▶ asks for the line ─┬─ leads, and the next is well and four times as fast ─▶ hands over
///                                        └─ follows, and one behind it is so ─▶ stands again, behind all
/// </code>
/// Invariants: nobody hands over before it has led for <see cref="HandOverSettings.Tenure"/>, nor lets others past again within it; nobody
/// gives way to one that has not said that it is well. A store that is as slow for all of them, as one database with a bad disk is,
/// changes nothing.
///
/// Cost: one small write in 5 s and candidate; the election is asked only while the store is slow.
/// </summary>
public sealed class HandOverCore(HandOverSettings settings) : ICore<HandOverMessage>
{
    /// <summary>
    /// What is told is rounded up to one of these, so that the election is not written to whenever a millisecond changes.
    /// </summary>
    private static readonly int[] Marks = [16, 63, 250, 1_000, 4_000, 16_000];

    private readonly CommitWindow _window = new(settings.Looks, settings.LeastLooks);
    private TimeSpan? _commit;
    private TimeSpan? _told;
    private TimeSpan? _measuringSince;
    private TimeSpan? _notBefore;
    private bool _isAsking;
    private bool _leads;
    private bool _isSlow;

    public void Handle(HandOverMessage message, Now now, Effects effects)
    {
        switch (message)
        {
            case HandOverMessage.Begin:
                Measure(now, effects);
                break;
            case HandOverMessage.Committed committed:
                _window.Add(committed.Count, committed.Together);
                break;
            case HandOverMessage.Measured measured:
                _measuringSince = null;
                _window.Add(measured.Took is null ? 0 : 1, measured.Took ?? TimeSpan.Zero);
                break;
            case HandOverMessage.Led led when led.Leads != _leads:
                _leads = led.Leads;
                _notBefore = now.Elapsed + settings.Tenure;
                break;
            case HandOverMessage.LineHeard heard:
                _isAsking = false;
                Judge(heard.Line, now, effects);
                break;
            case HandOverMessage.LookDue:
                Look(now, effects);
                Measure(now, effects);
                break;
        }
    }

    private bool MayGiveWay(Now now) => _isSlow && (_notBefore is not { } earliest || now.Elapsed >= earliest);

    private void Measure(Now now, Effects effects)
    {
        effects.Add(new StartTimer(nameof(HandOverMessage.LookDue), settings.Look, new HandOverMessage.LookDue()));
        if (_measuringSince is null)
        {
            _measuringSince = now.Elapsed;
            effects.Add(new MeasureStore());
        }
    }

    private void Look(Now now, Effects effects)
    {
        if (_measuringSince is { } since && now.Elapsed - since >= settings.Slow)
        {
            // Still under way: so long at least.
            _window.Add(1, now.Elapsed - since);
        }
        _window.Close();
        _commit = _window.Median();
        effects.Add(new StoreMeasured(_commit));
        JudgeStore(effects);
        if (RoundUp(_commit) is var told && told != _told)
        {
            _told = told;
            effects.Add(new TellOthers(told));
        }
        if (MayGiveWay(now) && !_isAsking)
        {
            _isAsking = true;
            effects.Add(new LookAtLine());
        }
    }

    private void JudgeStore(Effects effects)
    {
        if (!_isSlow && _commit >= settings.Slow)
        {
            _isSlow = true;
            effects.Add(
                new StoreJudged(true,
                    $"The store is slow: a commit has taken {Ms(_commit)} of late, and everything that is acknowledged waits for one. "
                    + "Look at the database, its disk, and the network between here and there; "
                    + "a leader hands over to a candidate whose way there is better"));
        }
        else if (_isSlow && !(_commit > settings.Well))
        {
            _isSlow = false;
            effects.Add(
                new StoreJudged(false, _commit is null
                    ? "The store is not measured any more" : $"The store is not slow any more: a commit takes {Ms(_commit)}"));
        }
    }

    private void Judge(IReadOnlyList<Contender>? line, Now now, Effects effects)
    {
        if (line is null || !MayGiveWay(now) || _commit is not { } own)
        {
            return;
        }
        var self = 0;
        while (self < line.Count && !line[self].IsSelf)
        {
            self++;
        }
        if (_leads != (self == 0))
        {
            // The election has gone on meanwhile.
            return;
        }
        for (var i = self + 1; i < line.Count; i++)
        {
            if (IsBetter(line[i].Commit, own))
            {
                _notBefore = now.Elapsed + settings.Tenure;
                effects.Add(new GiveWay(_leads, Reason(line[i], own)));
                return;
            }
            if (_leads)
            {
                // Whoever is next would lead; it lets others past by itself, if it is no better.
                return;
            }
        }
    }

    private bool IsBetter(TimeSpan? commit, TimeSpan than) => commit <= settings.Well && commit * settings.Factor <= than;

    private string Reason(Contender better, TimeSpan own) =>
        $"{(_leads ? "It hands its leadership over" : "It stands again, behind all others")}, because the store is slow from here: "
        + $"a commit takes {Ms(own)}, and for {better.Name} at most {Ms(better.Commit)}";

    private static TimeSpan? RoundUp(TimeSpan? commit)
    {
        if (commit is not { } exact)
        {
            return null;
        }
        foreach (var mark in Marks)
        {
            if (exact.TotalMilliseconds <= mark)
            {
                return TimeSpan.FromMilliseconds(mark);
            }
        }
        return TimeSpan.FromMilliseconds(Marks[^1]);
    }

    private static string Ms(TimeSpan? time) =>
        time is { } known ? known.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + " ms" : "an unknown time";
}
