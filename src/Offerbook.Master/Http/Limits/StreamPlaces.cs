using Microsoft.AspNetCore.Http;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http.Limits;

/// <summary>Bounds how many streams of one kind are open.</summary>
/// <param name="readers">Who reads them, in the plural, for the text of the refusal.</param>
/// <param name="most">How many there may be.</param>
internal sealed class StreamPlaces(string readers, int most)
{
    private int _taken;

    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes a place, which <see cref="HoldAsync"/> gives back.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _taken) <= most)
        {
            return true;
        }
        Interlocked.Decrement(ref _taken);
        return false;
    }

    /// <summary>Keeps the place until the exchange has ended.</summary>
    public async Task HoldAsync(Task exchange)
    {
        try
        {
            await exchange;
        }
        finally
        {
            Interlocked.Decrement(ref _taken);
        }
    }

    /// <summary>Answers that all places are taken.</summary>
    public Task RefuseAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "30";
        return context.Response.WriteTextAsync(StatusCodes.Status503ServiceUnavailable,
            $"{most} {readers} are subscribed, which is as many as this master serves. Try again when one has left");
    }
}
