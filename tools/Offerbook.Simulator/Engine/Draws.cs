using Offerbook.Actors;

namespace Offerbook.Simulator.Engine;

/// <summary>Draws that a simulation needs beyond the plain ones.</summary>
public static class Draws
{
    public static TimeSpan Between(this SeededRandom random, TimeSpan least, TimeSpan most) =>
        TimeSpan.FromTicks(least.Ticks + (long)(random.NextDouble() * (most.Ticks - least.Ticks)));

    /// <summary>Exponentially distributed, cut at ten times the mean.</summary>
    public static TimeSpan Exponential(this SeededRandom random, TimeSpan mean) =>
        TimeSpan.FromTicks((long)(mean.Ticks * Math.Min(10, -Math.Log(1 - random.NextDouble()))));

    public static T Pick<T>(this SeededRandom random, IReadOnlyList<T> list) => list[random.Next(list.Count)];

    /// <summary>A whole number in [<paramref name="least"/>, <paramref name="most"/>].</summary>
    public static int Between(this SeededRandom random, int least, int most) => least + random.Next(most - least + 1);
}
