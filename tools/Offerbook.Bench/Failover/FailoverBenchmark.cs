using System.Diagnostics;
using System.Globalization;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Programs;
using Offerbook.Bench.SimulatedAgents;

namespace Offerbook.Bench.Failover;

/// <summary>
/// How long nobody leads: three real masters with a real ensemble and a real database lose their leader, told to go (SIGTERM), killed
/// (SIGKILL), or stopped for longer than its session (SIGSTOP). With agents, how long after the new leader's first answer all of them
/// and their tasks are known again.
/// </summary>
public sealed class FailoverBenchmark : IBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public string Name => "failover";

    public string Summary => "three masters, ZooKeeper and PostgreSQL lose their leader: told to go, killed, stopped";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("session", "10000", "milliseconds of the ZooKeeper session"),
        new("runs", "3", "times of each whose median is told"),
        new("agents", "0", "simulated agents that return after a kill; 0: none"),
        new("tasks", "0", "tasks on all agents together"),
        new("frameworks", "5", "frameworks to whom the tasks belong"),
    ];

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var agents = run.Int("agents");
        if (agents > 0)
        {
            FileLimit.Require(agents + 256, $"{agents} agents");
        }
        run.Progress("three masters, three ZooKeeper servers, PostgreSQL");
        var session = TimeSpan.FromMilliseconds(run.Int("session"));
        await using var masters = await MastersUnderTest.StartAsync(session, cancellation);
        await using var watch = new LeaderWatch(masters.Addresses);
        var (leader, _) = await watch.FirstAsync(except: -1, Patience);
        var (planned, killed, stopped) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < run.Int("runs"); i++)
        {
            run.Progress($"round {i + 1}: told to go, killed, stopped");
            (leader, var gap, _) = await LoseAsync(masters, watch, leader, "TERM", cancellation);
            planned.Add(gap);
            (leader, _, var since) = await LoseAsync(masters, watch, leader, "KILL", cancellation);
            killed.Add(since);
            (leader, _, since) = await LoseAsync(masters, watch, leader, "STOP", cancellation);
            stopped.Add(since);
        }
        Report(run, "planned_ms", planned, "from the old leader's last answer to the new one's first, after SIGTERM");
        Report(run, "killed_ms", killed, $"from kill -9 to the new leader's first answer, session {session.TotalSeconds:0.#} s");
        Report(run, "session_ms", stopped, "from SIGSTOP to the new leader's first answer");
        if (agents > 0)
        {
            await ReturnAsync(run, masters, watch, leader, agents, cancellation);
        }
    }

    /// <returns>The new leader; milliseconds from the old one's last answer, and from the signal, to its first.</returns>
    private static async Task<(int Leader, double Gap, double Since)> LoseAsync(MastersUnderTest masters, LeaderWatch watch, int leader,
        string signal, CancellationToken cancellation)
    {
        watch.Mark();
        var began = Stopwatch.GetTimestamp();
        await masters.SignalAsync(leader, signal);
        var (next, at) = await watch.FirstAsync(leader, Patience);
        var gap = Stopwatch.GetElapsedTime(watch.LastOf(leader), at).TotalMilliseconds;
        if (signal == "STOP")
        {
            await masters.SignalAsync(leader, "CONT");
        }
        else
        {
            await masters.EndedAsync(leader);
            await masters.StartAsync(leader, cancellation);
        }
        return (next, gap, Stopwatch.GetElapsedTime(began, at).TotalMilliseconds);
    }

    private static async Task ReturnAsync(BenchRun run, MastersUnderTest masters, LeaderWatch watch, int leader, int agents,
        CancellationToken cancellation)
    {
        var tasks = run.Int("tasks") / agents;
        run.Progress($"{agents} agents with {tasks} tasks each");
        await using var fleet =
            FleetProcess.Start(new FleetOptions(masters.Addresses, agents, tasks, run.Int("frameworks"), 1000, TimeSpan.Zero, 64,
            "cpus:16;mem:65536;disk:1000000;ports:31000-32000"));
        await fleet.WaitForAllAsync(TimeSpan.FromMinutes(5), cancellation);
        run.Progress("killed");
        watch.Mark();
        watch.RestOnceAnswered(except: leader);
        var began = Stopwatch.GetTimestamp();
        await masters.SignalAsync(leader, "KILL");
        var (next, at) = await watch.FirstAsync(leader, Patience);
        var (masterCpu, fleetCpu) = (ProcessMemory.CpuSeconds(masters.IdOf(next)), ProcessMemory.CpuSeconds(fleet.Id));
        await fleet.WaitForAllAsync(TimeSpan.FromMinutes(5), cancellation);
        var back = Stopwatch.GetTimestamp();
        (masterCpu, fleetCpu) = (ProcessMemory.CpuSeconds(masters.IdOf(next)) - masterCpu, ProcessMemory.CpuSeconds(fleet.Id) - fleetCpu);
        run.Report("killed_with_agents_ms", Stopwatch.GetElapsedTime(began, at).TotalMilliseconds, "ms",
            $"as killed_ms, with {agents} agents on the leader");
        run.Report("agents_back_s", Stopwatch.GetElapsedTime(at, back).TotalSeconds, "s",
            $"from the new leader's first answer to the last of {agents} SUBSCRIBED");
        run.Report("agents_back_cpu", masterCpu / agents * 1e6, "µs", "processor time of the new leader for one agent");
        run.Report("agents_back_agents_cpu", fleetCpu / agents * 1e6, "µs", "of the simulated agent itself, on the same machine");
        run.Report("agents_back_paused", await MetricAsync(masters, next, "process/heap_pause_ms", cancellation), "ms",
            "for which the new leader stood still for collections since its start");
        run.Report("tasks_known", await MetricAsync(masters, next, "master/tasks_running", cancellation), "tasks",
            "that the new leader shows then");
    }

    private static async Task<double> MetricAsync(MastersUnderTest masters, int leader, string name, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        using var metrics = System.Text.Json.JsonDocument.Parse(
            await http.GetStringAsync(new Uri($"http://{masters.Addresses[leader]}/metrics/snapshot"), cancellation));
        return metrics.RootElement.GetProperty(name).GetDouble();
    }

    private static void Report(BenchRun run, string name, List<double> times, string note)
    {
        if (times.Count > 0)
        {
            times.Sort();
            run.Report(name, times[times.Count / 2], "ms",
                string.Create(CultureInfo.InvariantCulture, $"{note}; median of {times.Count}, worst {times[^1]:0}"));
        }
    }
}
