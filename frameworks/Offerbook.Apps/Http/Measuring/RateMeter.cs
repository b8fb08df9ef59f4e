namespace Offerbook.Apps.Http.Measuring;

/// <param name="Mean">Since the start, a second; the others over the last 1, 5 and 15 minutes, of which older parts count less.</param>
internal readonly record struct Rates(long Count, double Mean, double M1, double M5, double M15);

/// <summary>How often something happens. Safe to use from several threads.</summary>
internal sealed class RateMeter
{
    private const double TickSeconds = 5;

    /// <summary>Ticks after which nothing of the past is left to see: three hours.</summary>
    private const long MaxTicks = 3 * 3600 / 5;

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly long _start;
    private long _ticked;
    private long _count;
    private long _sinceTick;
    private double? _m1;
    private double _m5;
    private double _m15;

    public RateMeter(TimeProvider time) => (_time, _start, _ticked) = (time, time.GetTimestamp(), time.GetTimestamp());

    public void Mark()
    {
        lock (_lock)
        {
            Tick();
            _count++;
            _sinceTick++;
        }
    }

    public Rates Read()
    {
        lock (_lock)
        {
            Tick();
            var seconds = _time.GetElapsedTime(_start).TotalSeconds;
            return new Rates(_count, seconds > 0 ? _count / seconds : 0, _m1 ?? 0, _m5, _m15);
        }
    }

    private void Tick()
    {
        var ticks = (long)(_time.GetElapsedTime(_ticked).TotalSeconds / TickSeconds);
        _ticked += (long)(ticks * TickSeconds * _time.TimestampFrequency);
        for (ticks = Math.Min(ticks, MaxTicks); ticks > 0; ticks--)
        {
            var rate = _sinceTick / TickSeconds;
            _sinceTick = 0;
            if (_m1 is not { } m1)
            {
                (_m1, _m5, _m15) = (rate, rate, rate);
                continue;
            }
            (_m1, _m5, _m15) = (m1 + Weight(1) * (rate - m1), _m5 + Weight(5) * (rate - _m5), _m15 + Weight(15) * (rate - _m15));
        }
    }

    private static double Weight(int minutes) => 1 - Math.Exp(-TickSeconds / 60 / minutes);
}
