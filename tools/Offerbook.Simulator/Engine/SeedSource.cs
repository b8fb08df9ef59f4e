using Offerbook.Actors;

namespace Offerbook.Simulator.Engine;

/// <summary>
/// Hands out one stream of chance for each purpose ("network master>agent-1", "faults", …). A stream depends on the seed and the
/// purpose's name only, so that an extra draw for one purpose leaves the draws of all others as they were.
/// </summary>
public sealed class SeedSource(ulong seed)
{
    public ulong Seed => seed;

    public SeededRandom For(string purpose)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in purpose)
        {
            hash = (hash ^ c) * 1099511628211;
        }
        return new SeededRandom(new SeededRandom(seed ^ hash).NextUInt64());
    }
}
