using System.Diagnostics;

namespace Offerbook.Coordination.Tests.Hosting.ZooKeeper;

/// <summary>Another client, in another language: Python's kazoo.</summary>
internal static class Outside
{
    /// <returns>What it prints.</returns>
    public static async Task<string> AskAsync(string verb, string path)
    {
        var hosts = string.Join(',', Ensemble.Shared.Servers.Select(static server => $"127.0.0.1:{server.Port}"));
        var script = Path.Combine(TestContext.CurrentContext.TestDirectory, "Hosting", "ZooKeeper", "outside.py");
        var start = new ProcessStartInfo("/usr/bin/python3", [script, verb, hosts, path]) { RedirectStandardOutput = true,
            RedirectStandardError = true };
        using var python = Process.Start(start)!;
        var output = python.StandardOutput.ReadToEndAsync(Ensemble.Patience);
        var errors = await python.StandardError.ReadToEndAsync(Ensemble.Patience);
        await python.WaitForExitAsync(Ensemble.Patience);
        Assert.That(python.ExitCode, Is.Zero, errors);
        return (await output).Trim();
    }
}
