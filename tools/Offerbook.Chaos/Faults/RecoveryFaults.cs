using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Faults;

/// <summary>Half of all agents vanish at once, and process ids that come back with strangers behind them.</summary>
internal static class RecoveryFaults
{
    private const string LastId = "/proc/sys/kernel/ns_last_pid";
    private const int Trials = 30;

    private static readonly TimeSpan ReapPatience = TimeSpan.FromSeconds(8);

    /// <summary>The new leader's patience with agents that it knows from the registry, and some time in which it could give them
    /// up.</summary>
    private static readonly TimeSpan PastReturn = Timing.Session + Timing.AgentLoss + TimeSpan.FromSeconds(12);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("half-of-agents-vanish", [1, 10], PastReturn, _ => true, VanishAsync),
        new("process-ids-reused", [18, 20], TimeSpan.FromSeconds(6), CanReuse, ReuseAsync),
    ];

    /// <summary>
    /// With the leader: the next one knows the agents from the registry only. More than the limit are missing then, so none may be given
    /// up, and nothing that becomes of their tasks is excused.
    /// </summary>
    private static async Task<MadeFault> VanishAsync(FaultSetting setting)
    {
        var (cluster, leader) = (setting.Cluster, await setting.MasterAsync());
        var agents = cluster.Agents.ToArray();
        setting.Random.Shuffle(agents);
        var away = agents[..((agents.Length + 1) / 2)];
        await leader.KillAsync();
        var names = string.Join(", ", away.Select(agent => agent.Name));
        var cut = await Cuts.MakeAsync($"kill -9 {leader.Name}, and {names} cut off from the masters",
            Cuts.Between(away.Select(agent => agent.Machine), cluster.Masters.Select(master => master.Machine)));
        await leader.StartAsync();
        return cut;
    }

    /// <summary>Where the kernel lets us say which id the next process gets.</summary>
    private static bool CanReuse(ChaosCluster cluster)
    {
        try
        {
            using var file = new FileStream(LastId, FileMode.Open, FileAccess.Write);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// While an agent is down, one of its containers ends, and its ids are given to processes that have nothing to do with it. They must
    /// be neither taken for the task nor killed.
    /// </summary>
    private static async Task<MadeFault> ReuseAsync(FaultSetting setting)
    {
        var agent = setting.Any(setting.Cluster.Agents);
        await agent.KillAsync();
        var there = (await Site.ProcessesAsync(agent.Machine.Space)).Select(ProcessLook.Of).OfType<ProcessLook>().ToList();
        var engines = there.Where(process => process.IsOfEngine).Select(process => process.Id).ToHashSet();
        var tasks = there.Where(process => process.IsTask && !engines.Contains(process.Parent)).ToList();
        if (tasks.Count == 0)
        {
            return new MadeFault($"kill -9 {agent.Name}, where no task ran", agent.StartAsync) { LostHosts = [agent.Machine.Name] };
        }
        var task = setting.Any(tasks);
        // The task, what it has started, and what keeps it: all that has its session, and its parents up to the first that is not there.
        var family = there.Where(process => process.Session == task.Session || process.Id == task.Parent || process.Id == task.Session)
            .Select(process => process.Id).Distinct().ToList();
        family.ForEach(process => Signals.Send(process, Signals.Kill));
        var strangers = new List<int>();
        foreach (var id in family)
        {
            if (await TakeAsync(id))
            {
                strangers.Add(id);
            }
        }
        await agent.StartAsync();
        var what = $"kill -9 {agent.Name} and {task.CommandLine} with {family.Count} processes; strangers got "
            + string.Join(", ", strangers);
        return new MadeFault(what, () =>
        {
            strangers.ForEach(stranger => Signals.Send(stranger, Signals.Kill));
            return Task.CompletedTask;
        })
        {
            LostHosts = [agent.Machine.Name],
            EndedProcesses = family,
            JudgeAsync = () => Task.FromResult<IReadOnlyList<string>>(
                [.. strangers.Where(stranger => ProcessLook.Of(stranger) is not { IsStranger: true })
                    .Select(stranger => $"process {stranger}, a stranger to it, was killed after {agent.Name} had started again")]),
        };
    }

    /// <summary>Makes a process with that id; somebody else may always be quicker.</summary>
    private static async Task<bool> TakeAsync(int id)
    {
        // Whoever is now its parent may take a while until it hears of its end.
        await Polling.HoldsAsync(() => Task.FromResult(!Directory.Exists($"/proc/{id}")), ReapPatience);
        // A session of its own, since that is what the task was: a signal for all of the session would reach it.
        var script = $"for i in $(seq {Trials}); do echo {id - 1} > {LastId}; setsid {ProcessLook.Stranger} < /dev/null > /dev/null 2>&1 & "
            + $"[ $! = {id} ] && exit 0; kill $!; done; exit 1";
        return (await Command.TryAsync("sh", "-c", script)).Status == 0;
    }
}
