using Offerbook.Simulator;
using Offerbook.Simulator.Scenarios;

namespace Offerbook.Simulation.Tests;

public sealed class ScenarioTests
{
    private static IEnumerable<string> Names() => ScenarioCatalog.All.Select(scenario => scenario.Name);

    [TestCaseSource(nameof(Names))]
    public void Scenario(string name)
    {
        var play = ScenarioCatalog.Find(name)!;
        for (var seed = 1UL; seed <= 5; seed++)
        {
            var (hash, violation, events) = ScenarioRunner.Play(play, seed);
            Assert.That(violation, Is.Null, () => $"seed {seed}:\n{string.Join('\n', events)}\n{violation}");
            if (seed == 1)
            {
                Assert.That(ScenarioRunner.Play(play, seed).Hash, Is.EqualTo(hash), "the same story ends in the same hash");
            }
        }
    }

    [Test]
    public void Catalog_UnknownName_FindsNothing() => Assert.That(ScenarioCatalog.Find("no_such_story"), Is.Null);

    [Test]
    public async Task Program_UnknownScenario_SaysHowToListThem()
    {
        await using var output = new StringWriter();
        var code = await SimulatorProgram.RunAsync(new SimulatorOptions { Scenario = "no_such_story" }, output, default);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(output.ToString(), Does.Contain("--scenario list"));
    }

    [TestCase(0, 10)]
    [TestCase(10, -1)]
    public async Task Program_NothingToRun_SaysSo(int seeds, int minutes)
    {
        await using var output = new StringWriter();
        Assert.That(await SimulatorProgram.RunAsync(new SimulatorOptions { Seeds = seeds, Minutes = minutes }, output, default),
            Is.EqualTo(2));
        Assert.That(output.ToString(), Does.Contain($"not {seeds} seeds of {minutes} minutes"));
    }

    [Test]
    public async Task Program_OneSeed_PrintsItsEventsAndASummary()
    {
        await using var output = new StringWriter();
        Assert.That(await SimulatorProgram.RunAsync(new SimulatorOptions { Seed = 5, Minutes = 1, Twice = true }, output, default),
            Is.Zero);
        Assert.That(output.ToString(), Does.Contain("master starts, life 1").And.Contain("seed 0x5:").And.Contain("converged"));
    }

    [Test]
    public async Task Program_ListOfScenarios_NamesThemAll()
    {
        await using var output = new StringWriter();
        Assert.That(await SimulatorProgram.RunAsync(new SimulatorOptions { Scenario = "list" }, output, default), Is.Zero);
        Assert.That(output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(Names()));
    }
}
