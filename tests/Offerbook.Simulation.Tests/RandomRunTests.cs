using Offerbook.Simulator;
using Offerbook.Simulator.Hosting;

namespace Offerbook.Simulation.Tests;

/// <summary>Random clusters, clients and faults. A failure names the seed; rerun it with <c>./offerbook simulate --seed</c>.</summary>
public sealed class RandomRunTests
{
    /// <summary>Shorter runs than the program's, and more of them: most of what goes wrong does so in the first minutes.</summary>
    private static readonly SimulationOptions Short = SimulationOptions.Default with
    {
        Duration = TimeSpan.FromMinutes(3),
        DeepCheckInterval = TimeSpan.FromSeconds(20),
        Trees = false,
        Kinds = false,
    };

    internal static readonly SimulationOptions OfOtherKinds = Short.Of(Mixture.Kinds) with { PodsWithVolumes = false, Looks = false };

    [Test]
    public async Task Simulation_ManySeeds_NoInvariantIsViolated()
    {
        var failed = new List<string>();
        var totals = new SimulationTotals();
        var seeds = Enumerable.Range(1, 120).Select(seed => (ulong)seed).ToList();
        await SimulatorRunner.RunAsync(seeds, Short, twice: false, threads: 2, report =>
        {
            totals.Add(report);
            if (!report.Passed)
            {
                failed.Add($"seed 0x{report.Seed:x} with --minutes 3: {report.Violation}");
            }
        }, TestContext.CurrentContext.CancellationToken);
        await using var summary = new StringWriter();
        totals.WriteTo(summary);
        TestContext.Out.WriteLine(summary.ToString());
        Assert.That(failed, Is.Empty);
        Assert.That(totals.Runs, Is.EqualTo(seeds.Count));
    }

    /// <summary>Clients of Apps only: groups of every shape, limits, pauses, roll-backs, pods, while everything below them fails.</summary>
    [Test]
    public async Task Simulation_GroupsOfEveryShape_KeepEveryPromise()
    {
        var (deployments, pods) = (0L, 0L);
        var options = Short.Of(Mixture.Trees);
        var failed = await FailuresAsync(1, 80, options, report =>
        {
            deployments += report.Counts.DeploymentsFinished;
            pods += report.Counts.PodsStarted;
        });
        Assert.That(failed, Is.Empty);
        Assert.That(deployments, Is.GreaterThan(500));
        Assert.That(pods, Is.GreaterThan(100));
    }

    /// <summary>Apps with volumes, daemons, apps that run once, apps with preferences, while everything below them fails.</summary>
    [Test]
    public async Task Simulation_AppsOfEveryKind_KeepEveryPromise()
    {
        var (returns, done) = (0L, 0L);
        var failed = await FailuresAsync(1, 25, OfOtherKinds with { Elections = true }, report =>
        {
            returns += report.Counts.ReturnsToVolumes;
            done += report.Counts.RunsDone;
        });
        Assert.That(failed, Is.Empty);
        Assert.That(returns, Is.GreaterThan(30));
        Assert.That(done, Is.GreaterThan(30));
    }

    /// <summary>Besides, pods whose instances have volumes, and clients who look around before they ask.</summary>
    [Test]
    public async Task Simulation_PodsWithVolumesAndClientsWhoLookAround_KeepEveryPromise()
    {
        var (returns, looks, moves) = (0L, 0L, 0L);
        var failed = await FailuresAsync(1, 25, OfOtherKinds with { PodsWithVolumes = true, Looks = true, Elections = false }, report =>
        {
            returns += report.Counts.PodReturnsToVolumes;
            looks += report.Counts.Looks;
            moves += report.Counts.Moves;
        });
        Assert.That(failed, Is.Empty);
        Assert.That(returns, Is.GreaterThan(20));
        Assert.That(looks, Is.GreaterThan(50));
        Assert.That(moves, Is.GreaterThan(0));
    }

    [Test]
    public async Task Simulation_SchedulersThatDoWhateverTheApiAllows_BreakNothing()
    {
        var (pods, broken) = (0L, 0L);
        var options = Short.Of(Mixture.Wild);
        var failed = await FailuresAsync(10_001, 60, options, report =>
        {
            pods += report.Counts.PodsStarted;
            broken += report.Counts.PodsBroken;
        });
        Assert.That(failed, Is.Empty);
        Assert.That(broken, Is.GreaterThan(20), $"of {pods} task groups enough came apart to learn from");
    }

    [Test]
    public async Task Simulation_OperatorsThatChangeEverything_BreakNoPromise()
    {
        var options = Short.Of(Mixture.Operators);
        var failed = await FailuresAsync(20_001, 60, options);
        Assert.That(failed, Is.Empty);
    }

    [Test]
    public async Task Simulation_OfTwoBuildsThatReplaceEachOther_KeepsEveryPromise()
    {
        var (replacements, upgrades) = (0L, 0L);
        var failed = await FailuresAsync(30_001, 20, Short with { Builds = true, Elections = true }, report =>
        {
            replacements += report.Counts.Replacements;
            upgrades += report.Counts.Upgrades;
        });
        Assert.That(failed, Is.Empty);
        Assert.That(replacements, Is.GreaterThan(100));
        Assert.That(upgrades, Is.InRange(3, 17), "some are finished, some are not");
    }

    [TestCase(7ul)]
    [TestCase(21ul)]
    [TestCase(99ul)]
    public void Simulation_SameSeedTwice_GivesTheSameHash(ulong seed)
    {
        var (first, second) = (Simulator.Simulation.Run(seed, Short), Simulator.Simulation.Run(seed, Short));
        Assert.That(second.Hash, Is.EqualTo(first.Hash));
        Assert.That(second.Counts, Is.EqualTo(first.Counts));
    }

    [Test]
    public void Simulation_AnotherSeed_GivesAnotherHash() =>
        Assert.That(Simulator.Simulation.Run(7, Short).Hash, Is.Not.EqualTo(Simulator.Simulation.Run(8, Short).Hash));

    [Test]
    public void Simulation_OfASeed_DoesRealWork()
    {
        var counts = Simulator.Simulation.Run(2, Short).Counts;
        Assert.That(counts.Launches, Is.GreaterThan(20));
        Assert.That(counts.ContainersStarted, Is.GreaterThan(20));
        Assert.That(counts.RequestsAcknowledged, Is.GreaterThan(5));
    }

    /// <summary>Runs the seeds, two at a time.</summary>
    /// <returns>Those that broke a promise, and which.</returns>
    private static async Task<List<string>> FailuresAsync(
        int first, int count, SimulationOptions options, Action<SimulationReport>? look = null)
    {
        var failed = new List<string>();
        var seeds = Enumerable.Range(first, count).Select(seed => (ulong)seed).ToList();
        await SimulatorRunner.RunAsync(seeds, options, twice: false, threads: 2, report =>
        {
            look?.Invoke(report);
            if (!report.Passed)
            {
                failed.Add($"seed 0x{report.Seed:x}: {report.Violation}");
            }
        }, TestContext.CurrentContext.CancellationToken);
        return failed;
    }
}
