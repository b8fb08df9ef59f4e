using System.Diagnostics;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

[TestFixture]
internal sealed class ShellSchedulerTests
{
    /// <summary>docs/examples/scheduler.sh, as the guide runs it.</summary>
    [Test]
    public async Task ShellScheduler_AgainstTheCluster_SeesItsTaskRunAndFinish()
    {
        await using var cluster = await Harness.Cluster.StartAsync("--stop-tasks");
        using var script = Process.Start(new ProcessStartInfo("bash",
            [Path.Combine(Harness.Cluster.RepositoryRoot, "docs/examples/scheduler.sh"), cluster.MasterUrl, "echo hello"])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        var output = script.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = script.StandardError.ReadToEndAsync(limit.Token);
        await script.WaitForExitAsync(limit.Token);

        Assert.That(script.ExitCode, Is.Zero, await output + await errors);
        Assert.That(await output, Does.Contain("subscribed as").And.Contain("TASK_RUNNING").And.Contain("TASK_FINISHED"));
    }
}
