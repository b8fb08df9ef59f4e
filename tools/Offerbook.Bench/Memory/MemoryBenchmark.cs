using System.Diagnostics;
using Offerbook.Bench.Harness;
using Offerbook.Bench.SimulatedAgents;
using Offerbook.Wire.Identity;

namespace Offerbook.Bench.Memory;

/// <summary>
/// What a master's core holds for its agents and tasks, without sockets, which is how far beyond the machine's bound on open files one
/// can look. Live bytes are what is left after a whole collection. The server adds its connections (see <c>registration</c>).
/// </summary>
public sealed class MemoryBenchmark : IBenchmark
{
    public string Name => "memory";

    public string Summary => "bytes that the master's core holds for an agent and a task, and its turns, without sockets";

    public IReadOnlyList<BenchOption> Options { get; } =
    [
        new("agents", "50000", "agents that register"),
        new("tasks", "10", "tasks that each agent lists"),
        new("frameworks", "5", "frameworks to whom the tasks belong"),
    ];

    public Task RunAsync(BenchRun run, CancellationToken cancellation)
    {
        var (agents, tasks) = (run.Int("agents"), run.Int("tasks"));
        run.Progress($"{agents} agents without tasks");
        var bare = Fill(run, agents, 0, cancellation).LiveBytes;
        run.Report("agent_live", (double)bare / agents, "B",
            $"one of {agents:N0} agents without tasks, its id, attributes and resources included");

        run.Progress($"{agents} agents with {tasks} tasks each");
        var (core, whole) = Fill(run, agents, tasks, cancellation);
        run.Report("core_live", whole / 1048576.0, "MiB", $"{agents:N0} agents with {agents * tasks:N0} tasks");
        if (tasks > 0)
        {
            run.Report("task_live", (double)(whole - bare) / agents / tasks, "B", "one task, beside what tasks share");
        }
        run.Report("resident", Environment.WorkingSet / 1048576.0, "MiB", "this process, what it parsed and dropped included");
        run.Report("register_parse", core.Parsing.TotalMicroseconds / agents, "µs", "of one SUBSCRIBE, from bytes to messages");
        run.Report("register_turn", core.Turns.TotalMicroseconds / agents, "µs", "of the core, one registration, collections included");
        run.Report("register_parse_allocated", (double)core.ParsedBytes / agents, "B", "by parsing one SUBSCRIBE");
        run.Report("register_turn_allocated", (double)core.TurnBytes / agents, "B", "by the turn");
        run.Report("register_turn_max", core.LongestTurn.TotalMilliseconds, "ms");

        run.Progress("why");
        var framework = FrameworkId.From(AgentReports.DescribeFramework(AgentReports.FrameworkOf(0)).Id);
        core.AskWhy(framework);
        core.AskWhy(framework).Report(run, "why_turn",
            "one of the turns that answer /why for all agents, collections included; asked once before");
        GC.KeepAlive(core);
        return Task.CompletedTask;
    }

    private static (RegisteringCore Core, long LiveBytes) Fill(BenchRun run, int agents, int tasks, CancellationToken cancellation)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var began = Stopwatch.GetTimestamp();
        var core = new RegisteringCore();
        core.Fill(agents, tasks, run.Int("frameworks"), cancellation);
        var live = GC.GetTotalMemory(forceFullCollection: true) - before;
        run.Progress($"took {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
        return (core, live);
    }
}
