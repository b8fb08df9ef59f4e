namespace Offerbook.Wire.Http.Limits;

/// <summary>Lets through so many calls a second on average, and as many at once as it holds. Safe to use from several threads.</summary>
/// <param name="perSecond">Above 0.</param>
/// <param name="capacity">At least 1.</param>
public sealed class TokenBucket(double perSecond, double capacity, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly double _capacity = capacity;
    private double _tokens = capacity;
    private long _filled = time.GetTimestamp();

    /// <param name="wait">When it is refused: after how long the next one would be let through.</param>
    public bool TryTake(out TimeSpan wait)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(_capacity, _tokens + (time.GetElapsedTime(_filled, now).TotalSeconds * perSecond));
            _filled = now;
            if (_tokens >= 1)
            {
                _tokens--;
                wait = TimeSpan.Zero;
                return true;
            }
            wait = TimeSpan.FromSeconds((1 - _tokens) / perSecond);
            return false;
        }
    }
}
