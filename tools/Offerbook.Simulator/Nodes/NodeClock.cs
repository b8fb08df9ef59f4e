using Offerbook.Actors;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Nodes;

/// <summary>
/// A machine's clocks. The monotonic one starts somewhere at every boot of the process and runs with virtual time; the wall clock is
/// off by what faults made of it. Stepping the wall moves no timer.
/// </summary>
public sealed class NodeClock(SimWorld world)
{
    private TimeSpan _origin = TimeSpan.Zero;

    public TimeSpan WallOffset { get; set; }

    public Now Now => new(world.Elapsed - _origin, world.Wall + WallOffset);

    public void StartProcess(TimeSpan uptime) => _origin = world.Elapsed - uptime;

    /// <summary>When in virtual time the monotonic clock shows <paramref name="elapsed"/>.</summary>
    public TimeSpan ToWorld(TimeSpan elapsed) => elapsed + _origin;
}
