using System.Diagnostics;
using Offerbook.Bench.Harness;

namespace Offerbook.Bench.Apps;

/// <summary>
/// Many apps with many instances: what they take in memory, what a change costs beside them, and how soon Apps is back after a restart.
/// </summary>
internal static class HeldWorkload
{
    private const int AppsPerGroup = 1_000;

    public static async Task RunAsync(BenchRun run, AppsCluster cluster, AppsLoad load, CancellationToken cancellation)
    {
        var (apps, instances) = (run.Int("held-apps"), run.Int("held-instances"));
        var began = Stopwatch.GetTimestamp();
        for (var first = 0; first < apps; first += AppsPerGroup)
        {
            var id = $"/held/group-{first / AppsPerGroup:d3}";
            await load.DeployAsync(HttpMethod.Put, "/v2/groups/" + id,
                DeployWorkloads.GroupOf(id, Math.Min(AppsPerGroup, apps - first), instances), cancellation);
            run.Progress($"{first + AppsPerGroup:N0} apps after {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
        }
        run.Report("held_deploy", Stopwatch.GetElapsedTime(began).TotalSeconds, "s",
            $"{apps:N0} apps of {instances} instances, in groups of {AppsPerGroup:N0}");
        run.Report("held_resident", cluster.AppsResidentMiB, "MiB", "of Apps after that");
        run.Report("held_journal", cluster.JournalMiB, "MiB", "of disk");
        var one = await load.DeployAsync(HttpMethod.Post, "/v2/apps", AppsLoad.App("/beside", 1), cancellation);
        run.Report("held_post", one.TotalMilliseconds, "ms", "one more app, POST to deployment_success");

        run.Progress("restarting");
        await cluster.StopAppsAsync();
        began = Stopwatch.GetTimestamp();
        await cluster.StartAppsAsync(cancellation);
        run.Report("held_restart", Stopwatch.GetElapsedTime(began).TotalSeconds, "s",
            "from the start of the process until it serves with all of it");
        using var after = new AppsLoad(cluster.Address);
        await after.FollowAsync(cancellation);
        await after.DeployAsync(HttpMethod.Post, "/v2/apps", AppsLoad.App("/after", 1), cancellation);
        run.Report("held_restart_deployed", Stopwatch.GetElapsedTime(began).TotalSeconds, "s", "and until the next app is deployed");
        run.Report("held_resident_restarted", cluster.AppsResidentMiB, "MiB", "of Apps after the restart");
    }
}
