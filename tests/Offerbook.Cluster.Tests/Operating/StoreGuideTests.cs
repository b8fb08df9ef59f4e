using System.Text.RegularExpressions;
using Offerbook.Cluster.Tests.Harness;
using Offerbook.Testing.Postgres;

namespace Offerbook.Cluster.Tests.Operating;

/// <summary>
/// The guide to stores, tried as written: a database is set up, a master that serves is backed up, and the backup is restored into its
/// file and into the database. Only numbers may be others than it shows.
/// </summary>
[TestFixture]
internal sealed partial class StoreGuideTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("offerbook-store-guide-").FullName;
    private PostgresServer _database = null!;
    private GuideMachine _machine = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _database = await PostgresServer.StartAsync("fsync=off");
        _machine = new GuideMachine(1, Path.Combine(_folder, "m1"), static _ => "127.0.0.1", _database);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _machine.Dispose();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Guide_OfStores_DoesWhatItShows()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(Harness.Cluster.RepositoryRoot, "docs/operating/store.md"));
        var steps = Block.Matches(guide).Select(match =>
            (Head: match.Groups[1].Value, Text: match.Groups[2].Value, Shown: match.Groups[3].Value)).ToList();
        Assert.That(steps, Has.Count.EqualTo(4), "the guide has its steps");

        var directory = _machine.Here("/var/lib/offerbook/master");
        using (var master = OfferbookProcess.Start(["master", "--port", "0", "--data-dir", directory]))
        {
            await master.WaitForLineAsync(static line => line.Contains("master ready", StringComparison.Ordinal), Patience);
            foreach (var step in steps[..^1])
            {
                await RunAsync(step.Head, step.Text, step.Shown);
            }
            master.Signal(Signals.Terminate);
            Assert.That(await master.WaitForExitAsync(Patience), Is.Zero, master.Output);
        }
        await RunAsync(steps[^1].Head, steps[^1].Text, steps[^1].Shown);
    }

    private async Task RunAsync(string head, string text, string shown)
    {
        var (status, output) = await _machine.RunAsync(text, text.Contains("--pwprompt", StringComparison.Ordinal)
            ? "ITS-PASSWORD\nITS-PASSWORD\n" : null);
        Assert.That(status, Is.Zero, $"{head}\n{text}\n{output}");
        if (shown.Length > 0)
        {
            Assert.That(Numbers.Replace(output.Trim(), "N"), Is.EqualTo(Numbers.Replace(_machine.Here(shown).Trim(), "N")), head);
        }
    }

    [GeneratedRegex(@"^```sh\n# ([^\n]*)\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block { get; }

    [GeneratedRegex(@"\d+(\.\d+)*")]
    private static partial Regex Numbers { get; }
}
