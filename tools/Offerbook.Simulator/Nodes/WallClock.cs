namespace Offerbook.Simulator.Nodes;

/// <summary>What faults have made of a machine's clocks; shared by everything that runs there.</summary>
public sealed class WallClock
{
    /// <summary>How far the wall clock is off.</summary>
    public TimeSpan Offset { get; set; }

    /// <summary>Seconds that the machine's clocks gain in a second; of quartz, some 0.0001.</summary>
    public double Drift { get; set; }
}
