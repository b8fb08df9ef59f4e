using Offerbook.Bench.Harness;
using Offerbook.Bench.Programs;
using Offerbook.Bench.SimulatedAgents;
using Offerbook.Wire;

namespace Offerbook.Bench.Tasks;

/// <summary>What a master alone can do: tasks that nobody runs, on agents in a second process, at a fixed rate in both formats.</summary>
internal static class SimulatedTasks
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task RunAsync(BenchRun run, int agents, CancellationToken cancellation)
    {
        await using var master = await MasterUnderTest.StartAsync(cancellation);
        var options = new FleetOptions(master.Address, agents, 0, 1, 1000, TimeSpan.Zero, 32,
            "cpus:64;mem:65536;disk:1000000;ports:31000-32000");
        await using var fleet = FleetProcess.Start(options);
        await fleet.WaitForAllAsync(Patience, cancellation);
        foreach (var format in new[] { MessageFormat.Protobuf, MessageFormat.Json })
        {
            using var load = new TaskLoad(master.Address, format, run.Int("batch"), 16);
            await load.WhenSubscribed.WaitAsync(Patience, cancellation);
            var name = format.ToString().ToLowerInvariant();
            run.Progress($"{name}: warming up");
            await load.RunAsync(1000, 5000, Patience, cancellation);
            foreach (var rate in run.Ints("rates"))
            {
                run.Progress($"{name}: {rate} tasks a second for {run.Int("seconds")} s");
                var cpu = (Master: master.CpuSeconds, Fleet: ProcessMemory.CpuSeconds(fleet.Id),
                    Load: ProcessMemory.CpuSeconds(Environment.ProcessId));
                var count = rate * run.Int("seconds");
                var took = await load.RunAsync(rate, count, Patience, cancellation);
                run.Report($"{name}_{rate}_tasks", count / took.TotalSeconds, "tasks/s",
                    $"due {rate}/s; launched to TASK_FINISHED, both updates acknowledged");
                load.Running.Report(run, $"{name}_{rate}_running", "from when it was due to TASK_RUNNING");
                load.Finished.Report(run, $"{name}_{rate}_finished", "from when it was due to TASK_FINISHED");
                run.Report($"{name}_{rate}_starved", load.Starved, "times", "tasks were due and no offer was in hand");
                run.Report($"{name}_{rate}_master_cpu", (master.CpuSeconds - cpu.Master) / count * 1e6, "µs",
                    "processor time of the master for one task");
                run.Report($"{name}_{rate}_others_cpu",
                    (ProcessMemory.CpuSeconds(fleet.Id) - cpu.Fleet
                        + ProcessMemory.CpuSeconds(Environment.ProcessId) - cpu.Load) / count * 1e6,
                    "µs", "of the simulated agents and the load together");
            }
        }
        run.Progress(await fleet.CountersAsync(cancellation));
        master.ReportMemory(run, "master_resident", "after all of it");
    }
}
