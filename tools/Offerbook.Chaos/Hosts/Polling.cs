namespace Offerbook.Chaos.Hosts;

/// <summary>Asks again and again what cannot be awaited, since other programs know it.</summary>
internal static class Polling
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    /// <returns>Whether it held within the time; it is asked once at least, and once more when the time is over.</returns>
    public static async Task<bool> HoldsAsync(Func<Task<bool>> holds, TimeSpan patience, CancellationToken stop = default)
    {
        using var limit = new CancellationTokenSource(patience);
        using var pace = new PeriodicTimer(Pace);
        while (!await holds())
        {
            if (limit.IsCancellationRequested)
            {
                return false;
            }
            await pace.WaitForNextTickAsync(stop);
        }
        return true;
    }
}
