using System.Diagnostics;

namespace Offerbook.Cluster.Tests.Upgrades;

/// <summary>The program of this checkout, and that of the minor version before it, built from the clone's history.</summary>
internal sealed record Builds(string Previous, string Present)
{
    /// <summary>Restoring and compiling thirteen projects on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    public static async Task<Builds> MakeAsync()
    {
        var script = Path.Combine(Harness.Cluster.RepositoryRoot, "tools/upgrade/build-previous");
        using var process = Process.Start(new ProcessStartInfo(script) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = new CancellationTokenSource(Patience);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        Assert.That(process.ExitCode, Is.Zero, await errors);
        TestContext.Out.Write(await errors);
        return new Builds((await output).Trim(), Path.Combine(AppContext.BaseDirectory, "offerbook"));
    }
}
