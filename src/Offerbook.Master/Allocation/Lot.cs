using Offerbook.Actors;

namespace Offerbook.Master.Allocation;

/// <summary>Draws by weight.</summary>
internal static class Lot
{
    /// <summary>The index of one, with chances by weight.</summary>
    public static int Draw<T>(ReadOnlySpan<T> competitors, SeededRandom random)
        where T : Competitor
    {
        var sum = 0.0;
        foreach (var competitor in competitors)
        {
            sum += competitor.Weight;
        }

        var drawn = random.NextDouble() * sum;
        for (var i = 0; i < competitors.Length - 1; i++)
        {
            drawn -= competitors[i].Weight;
            if (drawn < 0)
            {
                return i;
            }
        }

        return competitors.Length - 1;
    }
}
