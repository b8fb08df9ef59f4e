using Offerbook.Coordination;

namespace Offerbook.Client.Hosting;

/// <summary>A detector that is still being made. Whoever waits hears of it when that fails.</summary>
internal sealed class DeferredDetector(Task<ILeaderDetector> making) : ILeaderDetector
{
    public LeaderInfo? Leader => making.IsCompletedSuccessfully ? making.Result.Leader : null;

    public async ValueTask<LeaderInfo?> ChangedAsync(LeaderInfo? known, CancellationToken cancellation) =>
        await (await making.WaitAsync(cancellation)).ChangedAsync(known, cancellation);

    public async ValueTask DisposeAsync()
    {
        await ((Task)making).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (making.IsCompletedSuccessfully)
        {
            await making.Result.DisposeAsync();
        }
    }
}
