using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Faults;

/// <summary>Agents that are killed, paused or cut off, shorter and longer than the master waits for them.</summary>
internal static class AgentFaults
{
    private static readonly TimeSpan Short = Timing.AgentLoss - TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Long = Timing.AgentLoss + TimeSpan.FromSeconds(10);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("agent-cut-short", [8], Short, _ => true, setting => CutAsync(setting, setting.Any(setting.Cluster.Agents))),
        new("agent-cut-long", [9], Long, _ => true, setting => CutAsync(setting, setting.Any(setting.Cluster.Agents))),
        new("agent-deaf", [9], Long, _ => true, setting =>
        {
            var agent = setting.Any(setting.Cluster.Agents);
            return Cuts.MakeAsync($"{agent.Name} does not hear the masters, which hear it", Cuts.OneWay(Masters(setting), [agent.Machine]),
                [agent.Machine]);
        }),
        new("agent-killed", [18], TimeSpan.FromSeconds(3), _ =>
            true, async setting => await KillAsync(setting.Any(setting.Cluster.Agents))),
        new("agents-killed", [18], TimeSpan.FromSeconds(3), _ => true, async setting => await KillAsync([.. setting.Cluster.Agents])),
        new("agent-terminated", [18], TimeSpan.FromSeconds(2), _ => true, async setting =>
        {
            var agent = setting.Any(setting.Cluster.Agents);
            var clean = await agent.StopAsync(TimeSpan.FromSeconds(20));
            return new MadeFault($"SIGTERM to {agent.Name}, which {(clean ? "ended with status 0" : "DID NOT END WELL")}",
                agent.StartAsync) { LostHosts = [agent.Machine.Name] };
        }),
        new("agent-paused", [8], Short, _ => true, setting =>
        {
            var agent = setting.Any(setting.Cluster.Agents);
            agent.Pause();
            return Task.FromResult(new MadeFault($"SIGSTOP to {agent.Name}", () =>
            {
                agent.Continue();
                return Task.CompletedTask;
            }) { LostHosts = [agent.Machine.Name] });
        }),
        new("agent-machine-lost", [19, 21], TimeSpan.FromSeconds(5), _ => true, LoseMachineAsync),
    ];

    private static IEnumerable<Machine> Masters(FaultSetting setting) => setting.Cluster.Masters.Select(master => master.Machine);

    private static Task<MadeFault> CutAsync(FaultSetting setting, Part agent) =>
        Cuts.MakeAsync($"{agent.Name} cut off from the masters", Cuts.Between([agent.Machine], Masters(setting)), [agent.Machine]);

    private static async Task<MadeFault> KillAsync(params Part[] agents)
    {
        await Task.WhenAll(agents.Select(agent => agent.KillAsync()));
        return new MadeFault($"kill -9 {string.Join(", ", agents.Select(agent => agent.Name))}", () =>
            Task.WhenAll(agents.Select(agent => agent.StartAsync())))
        {
            LostHosts = [.. agents.Select(agent => agent.Machine.Name)],
        };
    }

    /// <summary>The agent, its tasks and what keeps them all die at once. The kernel's boot id stays, which a real restart would
    /// change.</summary>
    private static async Task<MadeFault> LoseMachineAsync(FaultSetting setting)
    {
        var agent = setting.Any(setting.Cluster.Agents);
        await agent.KillAsync();
        var engine = setting.Cluster.Engines.FirstOrDefault(engine => engine.Machine == agent.Machine);
        await (engine?.KillAsync() ?? Task.CompletedTask);
        for (var processes = await Site.ProcessesAsync(agent.Machine.Space); processes.Count > 0; processes = await Site.ProcessesAsync(
            agent.Machine.Space))
        {
            foreach (var process in processes)
            {
                Signals.Send(process, Signals.Kill);
            }
        }
        return new MadeFault($"every process on {agent.Name} killed, tasks too", async () =>
        {
            await (engine?.StartAsync() ?? Task.CompletedTask);
            await agent.StartAsync();
        }) { LostHosts = [agent.Machine.Name],
            EndsTasks = true };
    }
}
