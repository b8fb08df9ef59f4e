using System.Diagnostics;
using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests.Chaos;

/// <summary>
/// Real processes: an agent that is killed again and again while a framework launches and kills tasks of every kind. Whatever was
/// reported must be a life that a task can have, and what the tasks themselves have seen; and nothing may be left.
/// </summary>
[TestFixture]
internal sealed class AgentChaosTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(40);

    [Test]
    public async Task Agent_KilledAgainAndAgain_TellsTheTruthAboutEveryTaskAndLeavesNothing()
    {
        var options = ChaosOptions.FromEnvironment();
        var clock = Stopwatch.StartNew();
        var directory = Directory.CreateTempSubdirectory("offerbook-chaos-").FullName;
        var plan = new ChaosPlan(options, directory);
        var masterUrl = new Uri($"http://127.0.0.1:{Harness.Cluster.FreePorts(1)[0]}");
        var master = OfferbookProcess.Start(["master", "--port", $"{masterUrl.Port}", "--data-dir", Path.Combine(directory, "master")]);
        using var agent = new MortalAgent(Path.Combine(directory, "agent"), masterUrl,
            ["--containerizers", "docker,mesos", "--docker_socket", Path.Combine(directory, "docker", "s")]);
        ChaosEngine? engine = null;
        try
        {
            await master.WaitForLineAsync(line => line.Contains("ready", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
            engine = await ChaosEngine.StartAsync(Path.Combine(directory, "docker"));
            await using var framework = new ChaosFramework(masterUrl, plan, new Random(options.Seed + 1));
            await RunAsync(options, plan, agent, framework);

            var wrong = framework.Violations.Concat(
                plan.Tasks.Select(task => task.Judge() is { } untrue ? $"{untrue}: {task}" : null).OfType<string>()).ToList();
            Assert.That(wrong, Is.Empty, () => Explain(options, agent));
            Assert.That(agent.Kills, Is.EqualTo(options.Kills));
            await NothingIsLeftAsync(options, plan, agent, engine);
            await MasterHasNothingAsync(masterUrl, framework.FrameworkId);
            Assert.That(await agent.StopAsync(), Is.Zero);
            await TestContext.Out.WriteLineAsync(
                $"{options}: {agent.Kills} kills, {plan.Tasks.Count} tasks in {clock.Elapsed.TotalSeconds:0} s: {Summary(plan)}");
        }
        finally
        {
            agent.Dispose();
            await MarkedProcesses.EndAllAsync(plan.Run);
            master.Dispose();
            if (engine is not null)
            {
                await engine.DisposeAsync();
            }
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task RunAsync(ChaosOptions options, ChaosPlan plan, MortalAgent agent, ChaosFramework framework)
    {
        var lives = new Random(options.Seed);
        for (var life = 1; life <= options.Kills; life++)
        {
            framework.Allow((double)life / options.Kills);
            await agent.LiveAndDieAsync(lives);
        }
        framework.Allow(1);
        await agent.LiveAsync();
        try
        {
            await framework.AllEnded.WaitAsync(options.Patience);
        }
        catch (TimeoutException)
        {
            var open = plan.Tasks.Where(task => !task.IsSettled).ToList();
            throw new AssertionException(
                $"not within {options.Patience.TotalSeconds:0} s: {open.Count} tasks end\n{string.Join('\n', open)}\n{Explain(options, agent)}");
        }
    }

    /// <summary>The last acknowledgement is on its way when the framework is done; the agent tidies up when it has it.</summary>
    private static async Task NothingIsLeftAsync(ChaosOptions options, ChaosPlan plan, MortalAgent agent, ChaosEngine engine)
    {
        IReadOnlyList<string> left = [];
        await Eventually.HoldsAsync(async () =>
        {
            left = [.. Litter.Of(plan.Run, agent.Directory, plan.Tasks.SelectMany(task => task.Containers)),
                .. await engine.ContainersAsync()];
            return left.Count == 0;
        }, "nothing of the tasks is left", Soon, () => Task.FromResult($"{string.Join('\n', left)}\n{Explain(options, agent)}"));
    }

    private static async Task MasterHasNothingAsync(Uri master, string framework)
    {
        using var http = new HttpClient { BaseAddress = master };
        await Eventually.HoldsAsync(async () => JObject.Parse(await http.GetStringAsync("/state"))["frameworks"]!
            .Single(known => (string?)known["id"] == framework) is var known && !known["tasks"]!.HasValues
            && !known["unreachable_tasks"]!.HasValues,
            "the master counts no task any more", Soon);
    }

    private static string Explain(ChaosOptions options, MortalAgent agent) =>
        $"again: {options} ./test Cluster\nthe agent said:\n{agent.Output}";

    private static string Summary(ChaosPlan plan) => string.Join(", ", plan.Tasks
        .GroupBy(task => $"{task.Kind.Name} {task.Last!.State.ToString()["Task".Length..].ToLowerInvariant()}")
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => $"{group.Count()} {group.Key}"));
}
