using System.Globalization;
using System.Text.RegularExpressions;
using Offerbook.Cluster.Tests.Harness;
using Offerbook.Testing.Postgres;

namespace Offerbook.Cluster.Tests.Operating;

/// <summary>
/// The guide to installing three masters, tried as written: its commands are run on three machines, its units are checked by systemd's own
/// tool and their programs run as their users, and what it shows must come. See <see cref="GuideMachine"/> for what is another.
/// </summary>
[TestFixture]
internal sealed partial class OperatingGuideTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("offerbook-guide-").FullName;
    private readonly List<GuideMachine> _machines = [];
    private List<Step> _steps = null!;
    private PostgresServer _database = null!;

    /// <param name="Head">The first line of a block, in which it says where it belongs.</param>
    /// <param name="Shown">What the guide says that comes of it; empty: nothing.</param>
    private sealed record Step(bool IsUnit, string Head, string Text, string Shown);

    [SetUp]
    public async Task StartAsync()
    {
        _database = await PostgresServer.StartAsync("fsync=off");
        // The units' users must come through.
        File.SetUnixFileMode(_folder,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        // Addresses that no other test has: 16 bits of the process's number and of loopback's.
        var net = string.Create(CultureInfo.InvariantCulture,
            $"127.{1 + (Environment.ProcessId >> 8) % 250}.{Environment.ProcessId % 250}");
        for (var number = 1; number <= 3; number++)
        {
            _machines.Add(new GuideMachine(number, Path.Combine(_folder, $"m{number}"), other => $"{net}.{other}", _database));
        }
        var guide = await File.ReadAllTextAsync(Path.Combine(Harness.Cluster.RepositoryRoot, "docs/operating/several-masters.md"));
        _steps = [.. Block.Matches(guide).Select(match =>
            new Step(match.Groups[1].Value == "ini", match.Groups[2].Value, match.Groups[3].Value, match.Groups[4].Value))];
    }

    [TearDown]
    public async Task StopAsync()
    {
        _machines.ForEach(static machine => machine.Dispose());
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Guide_OfThreeMasters_DoesWhatItShows()
    {
        Assert.That(_steps, Has.Count.GreaterThanOrEqualTo(7), "the guide has its steps");
        foreach (var step in _steps)
        {
            if (step.IsUnit)
            {
                await InstallAsync(step);
            }
            else if (step.Head.StartsWith("on each machine", StringComparison.Ordinal))
            {
                foreach (var machine in _machines)
                {
                    await RunAsync(machine, step);
                }
            }
            else
            {
                await RunAsync(_machines[0], step);
            }
        }
        await HandOverAsync();
    }

    private async Task InstallAsync(Step step)
    {
        foreach (var machine in _machines)
        {
            var file = machine.Install(step.Head, step.Text);
            using var verify = OfferbookProcess.StartOther("systemd-analyze", ["verify", file]);
            Assert.That((await verify.WaitForExitAsync(Patience), verify.Output), Is.EqualTo((0, "")), step.Head);
            machine.Start(file);
        }
        if (step.Head.Contains("offerbook-master", StringComparison.Ordinal))
        {
            await Task.WhenAll(
                _machines.Select(machine =>
                    machine.Unit("offerbook-master")
                        .WaitForLineAsync(line => line.Contains("master ready", StringComparison.Ordinal), Patience)));
        }
    }

    /// <summary>What looks at the cluster may have to look again, as an operator would; everything else must do at once.</summary>
    private async Task RunAsync(GuideMachine machine, Step step)
    {
        var (status, output) = (0, "");
        await Eventually.HoldsAsync(async () =>
        {
            (status, output) = await machine.RunAsync(step.Text, step.Text.Contains("--pwprompt", StringComparison.Ordinal)
                ? "ITS-PASSWORD\nITS-PASSWORD\n" : null);
            return step.Shown.Length == 0 || output.Trim() == step.Shown.Trim();
        }, step.Text + "\nshows\n" + step.Shown, step.Shown.Length == 0 ? TimeSpan.FromSeconds(1) : Patience,
            () => Task.FromResult($"{output}\n{Describe()}"));
        Assert.That(status, Is.Zero, $"{step.Text}\n{output}");
    }

    /// <summary>The last step: a restart of the leader's unit is a hand-over.</summary>
    private async Task HandOverAsync()
    {
        var leader = _machines.Single(machine =>
            machine.Unit("offerbook-master").Output.Contains("leads and serves", StringComparison.Ordinal));
        leader.Unit("offerbook-master").Signal(Signals.Terminate);
        Assert.That(await leader.Unit("offerbook-master").WaitForExitAsync(Patience), Is.Zero, Describe());

        var others = _machines.Where(machine => machine != leader).ToList();
        await Eventually.HoldsAsync(() =>
            Task.FromResult(
                others.Count(machine =>
                    machine.Unit("offerbook-master").Output.Contains("leads and serves", StringComparison.Ordinal)) == 1),
            "another leads", Patience, () => Task.FromResult(Describe()));
    }

    private string Describe() => string.Join("\n", _machines.Select(machine => $"--- m{machine.Number}\n{machine.Units}"));

    [GeneratedRegex(@"^```(sh|ini)\n# ([^\n]*)\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block { get; }
}
