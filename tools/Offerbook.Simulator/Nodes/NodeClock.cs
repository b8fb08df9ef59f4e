using Offerbook.Actors;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Nodes;

/// <summary>
/// A machine's clocks. The monotonic one starts somewhere at every boot of the process and runs with virtual time, a little faster or
/// slower while the machine's clock drifts; the wall clock is off by what faults made of it. Stepping the wall moves no timer.
/// </summary>
public sealed class NodeClock(SimWorld world, WallClock wall)
{
    private TimeSpan _world;
    private TimeSpan _shown;
    private double _rate = 1;

    public TimeSpan WallOffset
    {
        get => wall.Offset;
        set => wall.Offset = value;
    }

    public double Drift
    {
        get => wall.Drift;
        set => wall.Drift = value;
    }

    public Now Now => new(Elapsed, world.Wall + wall.Offset);

    private TimeSpan Elapsed
    {
        get
        {
            if (_rate != 1 + wall.Drift)
            {
                Rebase(Shown(), 1 + wall.Drift);
            }
            return Shown();
        }
    }

    public void StartProcess(TimeSpan uptime) => Rebase(uptime, 1 + wall.Drift);

    /// <summary>
    /// When in virtual time the monotonic clock shows <paramref name="elapsed"/>, if its pace stays what it is; never too early.
    /// </summary>
    public TimeSpan ToWorld(TimeSpan elapsed)
    {
        var ahead = elapsed - Elapsed;
        return world.Elapsed + (_rate == 1 ? ahead : TimeSpan.FromTicks((long)Math.Ceiling(ahead.Ticks / _rate) + 1));
    }

    private TimeSpan Shown() => _shown + (_rate == 1 ? world.Elapsed - _world : (world.Elapsed - _world) * _rate);

    private void Rebase(TimeSpan shown, double rate) => (_world, _shown, _rate) = (world.Elapsed, shown, rate);
}
