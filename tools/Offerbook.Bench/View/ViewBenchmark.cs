using Offerbook.Bench.Harness;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Bench.View;

/// <summary>
/// How long a reader's request for a view holds the loop of a master's core: the longest turn of a request and their sum, when
/// nothing has changed, when one task has, and when every agent and task has. The core is filled directly, without wire or journal.
/// </summary>
public sealed class ViewBenchmark : IBenchmark
{
    public string Name => "view";

    public string Summary => "how long taking a view holds the master's loop";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("agents", "1000,20000,50000", "agents; several sizes are measured one after the other"),
        new("tasks", "10", "running tasks an agent"),
        new("frameworks", "20", "frameworks to whom they belong"),
        new("views", "50", "views taken of each kind"),
    ];

    public Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        foreach (var agents in run.Ints("agents"))
        {
            run.Progress($"{agents:N0} agents, {agents * run.Int("tasks"):N0} tasks");
            var cluster = new FilledCore(agents, run.Int("tasks"), run.Int("frameworks"));
            var size = $"{agents / 1000}k";
            var (first, wall) = cluster.TakeView();
            run.Report($"first_view_{size}_longest_turn", first.Max(), "ms",
                $"everything is new: {first.Count} turns; "
                + $"processor time without collections, by the clock and with them {wall.Max():0.00} ms");
            Measure(run, $"unchanged_{size}", "nothing has changed", static _ => { });
            Measure(run, $"one_task_{size}", "one task has changed", core => core.UpdateTasks(1));
            Measure(run, $"thousand_tasks_{size}", "1,000 tasks have changed", core => core.UpdateTasks(1000));
            run.Report($"bytes_per_task_{size}", cluster.BytesPerTask, "bytes",
                "managed memory of the core for each task, agents included");

            void Measure(BenchRun into, string figure, string note, Action<FilledCore> change)
            {
                var longest = new double[run.Int("views")];
                var longestWall = 0.0;
                var sums = new double[longest.Length];
                for (var i = 0; i < longest.Length; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    change(cluster);
                    var (times, clock) = cluster.TakeView();
                    (longest[i], sums[i]) = (times.Max(), times.Sum());
                    longestWall = Math.Max(longestWall, clock.Max());
                }
                Array.Sort(longest);
                Array.Sort(sums);
                into.Report($"{figure}_longest_turn_p50", longest[longest.Length / 2], "ms", note);
                into.Report($"{figure}_longest_turn_max", longest[^1], "ms",
                    $"processor time without collections, by the clock and with them {longestWall:0.00} ms");
                into.Report($"{figure}_all_turns_p50", sums[sums.Length / 2], "ms");
            }
        }
        return Task.CompletedTask;
    }
}
