using Offerbook.Actors;

namespace Offerbook.Coordination.Election;

/// <summary>
/// Waits that double from <paramref name="first"/> up to <paramref name="most"/>, each cut by up to a half at random, so that many who
/// failed together do not come back together.
/// </summary>
internal sealed class Backoff(TimeSpan first, TimeSpan most, SeededRandom random)
{
    private int _doublings;

    public TimeSpan Next()
    {
        var wait = first * (1 << _doublings);
        if (wait < most)
        {
            _doublings++;
        }
        return (wait < most ? wait : most) * (0.5 + random.NextDouble() / 2);
    }

    public void Reset() => _doublings = 0;
}
