using System.Diagnostics;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

[TestFixture]
internal sealed class MarathonClientTests
{
    /// <summary>A client library written by others (Debian's python3-marathon) creates, scales, watches and deletes an app.</summary>
    [Test]
    public async Task PythonMarathon_FullRound_WorksUnmodified()
    {
        await using var cluster = await Harness.Cluster.StartAsync("--stop-tasks");
        var script = Path.Combine(Harness.Cluster.RepositoryRoot, "tests/Offerbook.Cluster.Tests/marathon_client.py");
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [script, cluster.AppsUrl])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(170));
        var output = python.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = python.StandardError.ReadToEndAsync(limit.Token);
        await python.WaitForExitAsync(limit.Token);
        Assert.That(python.ExitCode, Is.Zero, await output + await errors);
        TestContext.Out.WriteLine(await output);
    }
}
