using Offerbook.Chaos.Checker;
using Offerbook.Chaos.Faults;
using Offerbook.Chaos.Observation;
using Offerbook.Chaos.Parts;
using Offerbook.Chaos.Scenarios;
using Offerbook.Chaos.Workload;

namespace Offerbook.Chaos.Running;

/// <summary>
/// One run: set the stage, let clients work while faults are made, heal, wait for convergence, take everything down, judge.
/// </summary>
public static class ChaosRun
{
    private static readonly TimeSpan ClientPause = TimeSpan.FromSeconds(1.5);

    /// <exception cref="Hosts.HostException">The stage could not be set.</exception>
    public static async Task<ChaosReport> RunAsync(ChaosOptions options, TextWriter output, CancellationToken stop)
    {
        var scenario = ScenarioCatalog.Find(options.Scenario)!;
        var (clock, recorder) = (new RunClock(), new Recorder());
        await output.WriteLineAsync($"{scenario.Name}, seed {options.Seed}: {options.Layout}");
        await using var cluster = await ChaosCluster.StartAsync(options.Program, options.Other, options.Layout, clock);
        await output.WriteLineAsync($"{clock.Now.TotalSeconds,7:0.0} s  everything is up");
        using var leaders = new Leaders(cluster);
        await using var tasks = new TaskWatch(
            cluster.Marks, cluster.Agents.ToDictionary(agent => agent.Machine.Address, agent => agent.Machine.Name), clock);
        tasks.Start();

        using var readersStop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var readers = Enumerable.Range(1, 2).Select(number => new EventReader($"reader-{number}", options.Seed + number, cluster, recorder))
            .ToList();
        var reading = readers.Select(reader => reader.RunAsync(readersStop.Token)).ToList();
        await WorkAsync(options, scenario, cluster, leaders, recorder, output, stop);
        await output.WriteLineAsync($"{clock.Now.TotalSeconds,7:0.0} s  all is healed, waiting for convergence");

        var jobs = recorder.ToHistory([], new RunHistory().Final).Calls.Where(call => call.Outcome == CallOutcome.Acknowledged)
            .SelectMany(call => call.Writes.OfType<Write.Submit>().Select(job => job.RunSpec)).ToHashSet();
        var (after, look) = await new EndWatch(cluster, leaders, tasks).AwaitAsync(jobs, options.Patience, stop);
        var at = clock.Now;
        await output.WriteLineAsync(
            $"{at.TotalSeconds,7:0.0} s  {(after is null ? "NOT CONVERGED" : "converged")}, taking everything down");
        var left = await new Teardown(cluster, leaders, tasks).RunAsync(stop);
        await readersStop.CancelAsync();
        await Task.WhenAll(reading);
        readers.ForEach(reader => reader.Dispose());

        var history = recorder.ToHistory(tasks.Lives(),
            new FinalState(at, after, look.Differences, look.Specs, look.Jobs, left, cluster.Ends));
        var report = new ChaosReport(options, history, Checks.Judge(history));
        foreach (var line in report.Lines())
        {
            await output.WriteLineAsync(line);
        }
        await output.WriteLineAsync($"kept in {ReportFiles.Write(report, cluster.Directory)}");
        return report;
    }

    private static async Task WorkAsync(
        ChaosOptions options, Scenario scenario, ChaosCluster cluster, Leaders leaders, Recorder recorder, TextWriter output,
        CancellationToken stop)
    {
        var documents = new Documents(cluster);
        var clients = scenario.Clients(options.Seed, new ClientSetting(cluster, recorder, documents, ClientPause));
        using var clientsStop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var working = clients.Select(client => client.RunAsync(clientsStop.Token)).ToList();
        try
        {
            var names = options.Faults.Count > 0 ? options.Faults : scenario.Faults;
            var setting = new FaultSetting(cluster, leaders, documents, new Random(options.Seed));
            await new FaultRunner(setting, recorder, output)
                .RunAsync([.. names.Select(name => FaultCatalog.Find(name)!)], scenario.IsOneRound ? null : options.Length, scenario.Calm,
                stop);
        }
        finally
        {
            await clientsStop.CancelAsync();
            await Task.WhenAll(working);
            foreach (var client in clients)
            {
                client.Dispose();
            }
        }
    }
}
