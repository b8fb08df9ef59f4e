using Mesos.V1;
using Offerbook.Bench.Harness;
using Offerbook.Bench.Programs;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Bench.Tasks;

/// <summary>Real tasks on one agent, end to end: a master process, an agent process, and this scheduler, over loopback HTTP.</summary>
public sealed class TasksBenchmark : IBenchmark
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    public string Name => "tasks";

    public string Summary => "tasks end to end: real ones on one agent, or with --simulated N on N agents that only seem to run them";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("count", "1000", "tasks to run at each level"),
        new("in-flight", "1,10,100", "tasks kept in flight, a level each"),
        new("idle", "100", "idle tasks whose memory is measured"),
        new("simulated", "0", "simulated agents; 0: one real agent with real processes"),
        new("rates", "1000,5000", "simulated: tasks that are due in a second, a level each"),
        new("seconds", "20", "simulated: how long a level lasts"),
        new("batch", "10", "simulated: tasks in one ACCEPT at most"),
    ];

    public async Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        if (run.Int("simulated") is var agents and > 0)
        {
            await SimulatedTasks.RunAsync(run, agents, cancellation);
            return;
        }
        var directory = Directory.CreateTempSubdirectory("offerbook-bench-").FullName;
        try
        {
            var ports = OfferbookProgram.FreePorts(2);
            var masterAddress = new Uri($"http://127.0.0.1:{ports[0]}");
            await using var master = OfferbookProgram.Start("master", "--port", $"{ports[0]}", "--data-dir",
                Path.Combine(directory, "master"));
            await master.WaitForLineAsync("ready", StartTimeout, cancellation);
            await using var agent = OfferbookProgram.Start("agent", "--port", $"{ports[1]}", "--master", masterAddress.ToString(),
                "--work-dir", Path.Combine(directory, "agent"), "--stop-tasks", "--resources",
                "cpus:64;mem:65536;disk:65536;ports:[31000-32000]");
            await agent.WaitForLineAsync("ready", StartTimeout, cancellation);

            using var feed = new TaskFeed(masterAddress);
            await feed.SubscribeAsync(cancellation);
            run.Progress("warming up");
            await feed.RunAsync("true", 200, 20, TaskState.TaskFinished, cancellation);
            foreach (var level in run.Ints("in-flight"))
            {
                run.Progress($"{level} in flight");
                var count = Math.Max(50, Math.Min(run.Int("count"), level * 100));
                var times = await feed.RunAsync("true", count, level, TaskState.TaskFinished, cancellation);
                run.Report($"in_flight_{level}_tasks", times.PerSecond, "tasks/s", $"{count} × true, launched to TASK_FINISHED");
                run.Report($"in_flight_{level}_running_p50", times.RunningMs(0.5), "ms", "ACCEPT to TASK_RUNNING");
                run.Report($"in_flight_{level}_running_p99", times.RunningMs(0.99), "ms");
            }
            await MeasureIdleAsync(run, feed, directory, cancellation);
            run.Report("master_resident", ProcessMemory.ResidentMiB(master.Id), "MiB", "after all of it");
            run.Report("agent_resident", ProcessMemory.ResidentMiB(agent.Id), "MiB", "after all of it");
            await feed.TearDownAsync(cancellation);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task MeasureIdleAsync(BenchRun run, TaskFeed feed, string directory, CancellationToken cancellation)
    {
        var idle = run.Int("idle");
        run.Progress($"{idle} idle tasks");
        await feed.RunAsync("exec sleep 1000", idle, idle, TaskState.TaskRunning, cancellation);
        var supervisors = ProcessMemory.Find(Path.Combine(directory, "agent", "meta", "containers"));
        var sleepers = ProcessMemory.Find("sleep 1000").Except(supervisors).ToList();
        run.Report("idle_task_resident", (supervisors.Sum(ProcessMemory.ResidentMiB) + sleepers.Sum(ProcessMemory.ResidentMiB)) / idle,
            "MiB",
            "supervisor and sleep, resident sets added");
        run.Report("idle_task_proportional",
            (supervisors.Sum(ProcessMemory.ProportionalMiB) + sleepers.Sum(ProcessMemory.ProportionalMiB)) / idle, "MiB",
            "the same, shared pages counted once");
    }
}
