using System.Diagnostics;
using System.Globalization;
using Mesos.V1;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Programs;
using Offerbook.Bench.Tasks;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Bench.Agents;

/// <summary>
/// One real agent and its processes, behind a real master: how many tasks a second, how soon they run, what an idle one takes, and how
/// soon an agent that was killed has them all back.
/// </summary>
public sealed class AgentProcessesBenchmark : IBenchmark
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private const int LivingInFlight = 10;

    /// <summary>Some six seconds of tasks that live for a tenth of one.</summary>
    private const int LivingTasks = 500;

    public string Name => "agent-processes";

    public string Summary => "one real agent: tasks a second, ACCEPT to RUNNING, memory of idle tasks, taking them over after a kill";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("count", "2000", "tasks to run at each level"),
        new("warm-up", "2000", "tasks to run before, until what is used has been compiled"),
        new("in-flight", "1,10,100", "tasks kept in flight, a level each"),
        new("life", "0.1",
            "seconds that the tasks of one more level live, ten in flight: what a launch takes while the machine is not saturated; "
            + "0: no such level"),
        new("idle", "2000", "idle tasks whose memory is measured"),
        new("readopt", "1000", "idle tasks over which the agent is killed"),
        new("settle", "20", "seconds until the idle agent's processor time is measured"),
        new("isolation", "", "the agent's --isolation; empty: what there is"),
    ];

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var directory = Directory.CreateTempSubdirectory("offerbook-bench-").FullName;
        var ports = OfferbookProgram.FreePorts(2);
        var masterAddress = new Uri($"http://127.0.0.1:{ports[0]}");
        var agentUri = new Uri($"http://127.0.0.1:{ports[1]}");
        string[] agentFlags =
        [
            "agent", "--port", $"{ports[1]}", "--master", masterAddress.ToString(), "--work-dir", Path.Combine(directory, "agent"),
            "--resources", "cpus:64;mem:65536;disk:65536;ports:[31000-32000]",
            .. run.Text("isolation") is { Length: > 0 } isolation ? new[] { "--isolation", isolation } : [],
        ];
        await using var master = OfferbookProgram.Start("master", "--port", $"{ports[0]}", "--data-dir", Path.Combine(directory, "master"));
        await master.WaitForLineAsync("ready", StartTimeout, cancellation);
        var agent = OfferbookProgram.Start(agentFlags);
        try
        {
            await agent.WaitForLineAsync("ready", StartTimeout, cancellation);
            using var feed = new TaskFeed(masterAddress);
            await feed.SubscribeAsync(cancellation);
            run.Progress("warming up");
            await feed.RunAsync("true", run.Int("warm-up"), 50, TaskState.TaskFinished, cancellation);
            foreach (var level in run.Ints("in-flight"))
            {
                await LevelAsync(run, feed, (master.Id, agent.Id), level, cancellation);
            }
            if (run.Number("life") is > 0 and var life)
            {
                await LivingAsync(run, feed, (master.Id, agent.Id), life, cancellation);
            }
            var adopted = run.Int("readopt");
            run.Progress($"{adopted} idle tasks");
            await feed.RunAsync("exec sleep 100000", adopted, 100, TaskState.TaskRunning, cancellation);
            await KillAsync(agent.Id);
            await agent.DisposeAsync();
            var clock = Stopwatch.StartNew();
            agent = OfferbookProgram.Start(agentFlags);
            await WaitForTasksAsync(agentUri, adopted, cancellation);
            run.Report("readopted", clock.Elapsed.TotalSeconds, "s",
                $"from the start of an agent's process until it has all {adopted} tasks running again");
            await IdleAsync(run, feed, agent.Id, directory, adopted, cancellation);
            await feed.TearDownAsync(cancellation);
            run.Progress("waiting for the last task to end");
            await WaitForTasksAsync(agentUri, 0, cancellation);
        }
        finally
        {
            await agent.DisposeAsync();
        }
        Directory.Delete(directory, recursive: true);
    }

    private static Task LevelAsync(BenchRun run, TaskFeed feed, (int Master, int Agent) processes, int level,
        CancellationToken cancellation) =>
        LevelAsync(run, feed, processes, $"in_flight_{level}", "true", Math.Max(50, Math.Min(run.Int("count"), level * 100)), level,
            cancellation);

    /// <summary>
    /// As many tasks as a cluster has that is not full of work: each lives for a while, so that the processors are not busy all the time.
    /// </summary>
    private static Task LivingAsync(BenchRun run, TaskFeed feed, (int Master, int Agent) processes, double life,
        CancellationToken cancellation)
    {
        var command = string.Create(CultureInfo.InvariantCulture, $"exec sleep {life}");
        return LevelAsync(run, feed, processes, $"living_{LivingInFlight}", command, Math.Min(run.Int("count"), LivingTasks),
            LivingInFlight, cancellation);
    }

    private static async Task LevelAsync(BenchRun run, TaskFeed feed, (int Master, int Agent) processes, string name, string command,
        int count, int level,
        CancellationToken cancellation)
    {
        run.Progress($"{level} × {command} in flight");
        var (master, agent) = (ProcessMemory.CpuSeconds(processes.Master), ProcessMemory.CpuSeconds(processes.Agent));
        var busy = Machine.BusySeconds();
        var times = await feed.RunAsync(command, count, level, TaskState.TaskFinished, cancellation);
        run.Report($"{name}_tasks", times.PerSecond, "tasks/s", $"{count} × {command}, launched to TASK_FINISHED");
        run.Report($"{name}_running_p50", times.RunningMs(0.5), "ms", "ACCEPT to TASK_RUNNING");
        run.Report($"{name}_running_p99", times.RunningMs(0.99), "ms");
        run.Report($"{name}_agent_cpu", (ProcessMemory.CpuSeconds(processes.Agent) - agent) / count * 1e3, "ms",
            "of the agent's processor time, a task");
        run.Report($"{name}_master_cpu", (ProcessMemory.CpuSeconds(processes.Master) - master) / count * 1e3, "ms",
            "of the master's, a task");
        run.Report($"{name}_machine_busy",
            (Machine.BusySeconds() - busy) / times.Elapsed.TotalSeconds / System.Environment.ProcessorCount * 100, "%",
            "of the machine's processors, by everything that runs on it");
    }

    private static async Task IdleAsync(BenchRun run, TaskFeed feed, int agent, string directory, int running,
        CancellationToken cancellation)
    {
        var more = run.Int("idle") - running;
        var before = AvailableMiB();
        if (more > 0)
        {
            run.Progress($"{more} more idle tasks");
            await feed.RunAsync("exec sleep 100000", more, 100, TaskState.TaskRunning, cancellation);
            run.Report("idle_task_of_the_machine", (before - AvailableMiB()) / more, "MiB",
                "by what the machine has left, the kernel's part and page cache included");
        }
        var idle = running + Math.Max(0, more);
        var supervisors = ProcessMemory.Find(Path.Combine(directory, "agent", "meta", "containers"));
        var sleepers = ProcessMemory.Find("sleep 100000").Except(supervisors).ToList();
        run.Report("idle_task_resident", (supervisors.Sum(ProcessMemory.ResidentMiB) + sleepers.Sum(ProcessMemory.ResidentMiB)) / idle,
            "MiB",
            $"supervisor and sleep, resident sets added, {idle} tasks");
        run.Report("idle_task_proportional",
            (supervisors.Sum(ProcessMemory.ProportionalMiB) + sleepers.Sum(ProcessMemory.ProportionalMiB)) / idle, "MiB",
            "the same, shared pages counted once");
        run.Report("agent_resident", ProcessMemory.ResidentMiB(agent), "MiB", $"with {idle} idle tasks");
        // What starting or taking over so many has left to do is done by then.
        await Task.Delay(TimeSpan.FromSeconds(run.Int("settle")), cancellation);
        var used = ProcessMemory.CpuSeconds(agent);
        await Task.Delay(TimeSpan.FromSeconds(10), cancellation);
        run.Report("agent_idle_cpu", (ProcessMemory.CpuSeconds(agent) - used) * 10, "%",
            $"of a processor, with {idle} idle tasks, over 10 s");
    }

    private static double AvailableMiB() => double.Parse(
        File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemAvailable", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;

    private static async Task KillAsync(int agent)
    {
        using var kill = Process.Start("kill", ["-KILL", $"{agent}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Asks the agent itself, every 20 ms.</summary>
    private static async Task WaitForTasksAsync(Uri agent, int count, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = agent };
        while (true)
        {
            try
            {
                using var metrics = System.Text.Json.JsonDocument.Parse(await http.GetStringAsync("metrics/snapshot", cancellation));
                if (metrics.RootElement.TryGetProperty("slave/tasks_running", out var tasks) && (int)tasks.GetDouble() == count)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            await Task.Delay(20, cancellation);
        }
    }
}
