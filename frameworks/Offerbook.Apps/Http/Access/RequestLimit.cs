using System.Globalization;

namespace Offerbook.Apps.Http.Access;

/// <summary>At most so many requests at once.</summary>
/// <param name="max">Null: as many as come.</param>
internal sealed class RequestLimit(int? max)
{
    private int _running;

    public bool TryEnter()
    {
        if (max is null || Interlocked.Increment(ref _running) <= max)
        {
            return true;
        }
        Interlocked.Decrement(ref _running);
        return false;
    }

    public void Leave()
    {
        if (max is not null)
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public ApiResponse Refusal { get; } =
        ApiResponse.Error(503, string.Create(CultureInfo.InvariantCulture, $"Too many concurrent requests! Allowed: {max}."));
}
