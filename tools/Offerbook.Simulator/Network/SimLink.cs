using Offerbook.Actors;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Network;

/// <summary>
/// One direction between two machines. What arrives while the link is cut is held back, as TCP would resend it, and comes through
/// after the cut has healed unless its connection has been given up by then.
/// </summary>
public sealed class SimLink(string from, string to, SimWorld world)
{
    private readonly List<Action> _held = [];
    private readonly SeededRandom _chance = world.Seeds.For($"link {from}>{to}");
    private TimeSpan _cutUntil = TimeSpan.MinValue;
    private TimeSpan _clogUntil = TimeSpan.MinValue;

    public string From => from;

    public string To => to;

    /// <summary>Mean of the exponentially distributed delay, on top of <see cref="LeastDelay"/>.</summary>
    public TimeSpan DelayMean { get; set; } = TimeSpan.FromMilliseconds(1);

    public TimeSpan LeastDelay { get; set; } = TimeSpan.FromMicroseconds(100);

    /// <summary>Chance that a frame's connection is reset instead of the frame being delivered.</summary>
    public double ResetRate { get; set; }

    public bool IsCut => world.Elapsed < _cutUntil;

    /// <summary>
    /// Draws when a frame sent now arrives, at the earliest <paramref name="after"/>, which keeps a connection's frames in order.
    /// </summary>
    public TimeSpan Arrival(TimeSpan after)
    {
        var at = world.Elapsed + LeastDelay + _chance.Exponential(DelayMean);
        at = at > _clogUntil ? at : _clogUntil + LeastDelay;
        return at > after ? at : after + TimeSpan.FromTicks(1);
    }

    public bool DrawReset() => ResetRate > 0 && _chance.Chance(ResetRate);

    /// <summary>How long it takes an end to notice that the other is gone without a word.</summary>
    public TimeSpan DrawSilence(TimeSpan most) => _chance.Between(TimeSpan.Zero, most);

    /// <summary>Lets something arrive, or holds it until the link is whole again.</summary>
    public void Deliver(Action arrive)
    {
        if (IsCut)
        {
            _held.Add(arrive);
        }
        else
        {
            arrive();
        }
    }

    /// <summary>Nothing gets through for a while. A second cut while one lasts only makes it longer.</summary>
    public void Cut(TimeSpan duration)
    {
        var until = world.Elapsed + duration;
        if (until <= _cutUntil)
        {
            return;
        }
        _cutUntil = until;
        world.Note($"link {from}>{to} is cut for {duration}");
        world.ScheduleAt(until, null, Heal);
    }

    /// <summary>Everything sent before <paramref name="duration"/> is over arrives after it.</summary>
    public void Clog(TimeSpan duration)
    {
        _clogUntil = world.Elapsed + duration;
        world.Note($"link {from}>{to} is clogged for {duration}");
    }

    /// <summary>Ends a cut and a clog at once.</summary>
    public void Mend()
    {
        _clogUntil = TimeSpan.MinValue;
        if (IsCut)
        {
            _cutUntil = world.Elapsed;
            Heal();
        }
    }

    private void Heal()
    {
        if (IsCut)
        {
            return;
        }
        var held = _held.ToArray();
        _held.Clear();
        world.Note($"link {from}>{to} is whole, {held.Length} frames come through");
        foreach (var arrive in held)
        {
            Deliver(arrive);
        }
    }
}
