using System.Diagnostics;
using System.Text.RegularExpressions;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>
/// A guide's commands do what the guide says. Its <c>sh</c> blocks are run one after the other against a real cluster, and what a
/// <c>text</c> block right after one shows must come, line by line and in that order; <c>…</c> stands for anything, spacing does not
/// matter.
/// </summary>
[TestFixture]
internal sealed partial class GuideTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Addresses as the guide writes them.</summary>
    private const string AppsUrl = "http://127.0.0.1:8080";

    [TestCase("apps", 10)]
    [TestCase("placement", 3)]
    [TestCase("apps-pods-and-volumes", 3)]
    public async Task Guide_OfApps_DoesWhatItShows(string name, int atLeast)
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(Harness.Cluster.RepositoryRoot, $"docs/using/{name}.md"));
        var blocks = Block.Matches(guide).Select(match => (Command: match.Groups[1].Value, Shown: match.Groups[2].Value)).ToList();
        Assert.That(blocks, Has.Count.GreaterThan(atLeast), "the guide has examples");
        Assert.That(blocks[0].Command, Does.StartWith("offerbook local"), "it starts the cluster that is started here");
        var options = Word.Matches(blocks[0].Command.Trim()).Select(word => word.Value.Trim('\'')).Skip(2);
        await using var cluster = await Harness.Cluster.StartAsync([.. options, "--stop-tasks"]);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        foreach (var (command, shown) in blocks.Skip(1))
        {
            var (status, output) = await RunAsync(cluster, command, limit.Token);
            TestContext.Out.WriteLine($"$ {command}{output}");
            if (shown.Length == 0)
            {
                Assert.That(status, Is.Zero, $"{command}\n{output}");
            }
            Assert.That(Missing(shown, output), Is.Null, $"{command}\n{output}\n{await cluster.DescribeAsync()}");
        }
    }

    /// <summary>The first line that is shown and did not come.</summary>
    private static string? Missing(string shown, string output)
    {
        var came = output.Split('\n');
        var at = 0;
        foreach (var line in shown.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(word => Regex.Escape(word).Replace("…", ".*", StringComparison.Ordinal));
            var wanted = new Regex(@"^\s*" + string.Join(@"\s+", words) + @"\s*$");
            at = Array.FindIndex(came, at, wanted.IsMatch) + 1;
            if (at == 0)
            {
                return line;
            }
        }
        return null;
    }

    private static async Task<(int Status, string Output)> RunAsync(Harness.Cluster cluster, string command, CancellationToken cancellation)
    {
        var directory = Directory.CreateDirectory(Path.Combine(cluster.DataDirectory, "guide")).FullName;
        var start = new ProcessStartInfo("bash",
            ["-c", "exec 2>&1\n" + command.Replace(AppsUrl, cluster.AppsUrl, StringComparison.Ordinal)])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = AppContext.BaseDirectory + ":" + start.Environment["PATH"];
        start.Environment["OFFERBOOK_APPS_URL"] = cluster.AppsUrl;
        start.Environment["OFFERBOOK_MASTER_URL"] = cluster.MasterUrl;
        using var shell = Process.Start(start)!;
        shell.StandardInput.Close();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            var output = await shell.StandardOutput.ReadToEndAsync(patience.Token);
            await shell.WaitForExitAsync(patience.Token);
            return (shell.ExitCode, output);
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
            throw new AssertionException($"this did not end:\n{command}\n{await cluster.DescribeAsync()}");
        }
    }

    /// <summary>Of a command line, as a shell parts them.</summary>
    [GeneratedRegex(@"'[^']*'|\S+")]
    private static partial Regex Word { get; }

    [GeneratedRegex(@"^```sh\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block { get; }
}
