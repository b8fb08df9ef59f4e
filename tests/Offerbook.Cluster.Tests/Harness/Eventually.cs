namespace Offerbook.Cluster.Tests.Harness;

/// <summary>Waits for something to become true of processes that can only be watched from outside.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan timeout, Func<Task<string>>? describe = null)
    {
        using var limit = new CancellationTokenSource(timeout);
        using var pace = new PeriodicTimer(Pace);
        while (!await condition())
        {
            try
            {
                await pace.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new AssertionException(
                    $"not within {timeout.TotalSeconds:0} s: {what}\n{(describe is null ? "" : await describe())}");
            }
        }
    }
}
