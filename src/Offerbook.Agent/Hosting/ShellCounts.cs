using Offerbook.Agent.Hosting.Fetcher;

namespace Offerbook.Agent.Hosting;

/// <summary>What the parts around the core have done since the process started.</summary>
/// <param name="RemovalsPending">Sandboxes that are to be deleted.</param>
internal readonly record struct ShellCounts(FetchCounts Fetches, long RemovalsPending, long RemovalsSucceeded, long RemovalsFailed)
{
    public static ShellCounts Of(Fetches fetches, SandboxCollector collector)
    {
        var (pending, succeeded, failed) = collector.Counts;
        return new ShellCounts(fetches.Counts, pending, succeeded, failed);
    }
}
