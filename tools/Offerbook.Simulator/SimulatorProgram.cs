using System.Globalization;
using Offerbook.Simulator.Faults;
using Offerbook.Simulator.Hosting;
using Offerbook.Simulator.Scenarios;

namespace Offerbook.Simulator;

/// <summary>The program behind <c>offerbook simulate</c>.</summary>
public static class SimulatorProgram
{
    /// <summary>Leaves no core idle on the smallest machine that builds the project, and takes no more than that.</summary>
    private const int Threads = 2;

    /// <returns>0 when every run passed, 1 when one found a violation, 2 when what was asked for makes no sense.</returns>
    public static async Task<int> RunAsync(SimulatorOptions options, TextWriter output, CancellationToken cancellation)
    {
        if (options.Seeds < 1 || options.Minutes < 1)
        {
            output.WriteLine(
                $"At least one seed and one virtual minute are needed, not {options.Seeds} seeds of {options.Minutes} minutes.");
            return 2;
        }
        if (options.Mutations)
        {
            return MutationProgram.Run(output, cancellation);
        }
        if (options.Scenario is { } scenario)
        {
            return ScenarioProgram.Run(scenario, options, output);
        }
        var simulation = SimulationOptions.Default.Of(options.Mixture) with
        {
            Duration = TimeSpan.FromMinutes(options.Minutes),
            Elections = options.Elected ? true : null,
        };
        return options.Seed is { } seed
            ? RunOne(seed, simulation, options.Twice, output)
            : await RunManyAsync(options, simulation, output, cancellation);
    }

    private static int RunOne(ulong seed, SimulationOptions simulation, bool twice, TextWriter output)
    {
        var report = SimulatorRunner.RunOne(seed, simulation with { Watch = output.WriteLine }, twice);
        output.WriteLine(Summary(report));
        return report.Passed ? 0 : 1;
    }

    private static async Task<int> RunManyAsync(
        SimulatorOptions options, SimulationOptions simulation, TextWriter output, CancellationToken cancellation)
    {
        var seeds = Enumerable.Range(0, options.Seeds).Select(i => options.FirstSeed + (ulong)i).ToList();
        var totals = new SimulationTotals();
        var began = TimeProvider.System.GetTimestamp();
        await SimulatorRunner.RunAsync(seeds, simulation, options.Twice, Threads, report =>
        {
            totals.Add(report);
            if (!report.Passed)
            {
                WriteFailure(report, options, output);
            }
            else if (totals.Runs % 100 == 0)
            {
                output.WriteLine($"{totals.Runs} of {seeds.Count} seeds, {totals.Failures} failed");
            }
        }, cancellation);
        totals.WriteTo(output);
        totals.WritePaceTo(output, TimeProvider.System.GetElapsedTime(began));
        return totals.Failures == 0 ? 0 : 1;
    }

    private static void WriteFailure(SimulationReport report, SimulatorOptions options, TextWriter output)
    {
        foreach (var line in report.LastEvents)
        {
            output.WriteLine(line);
        }
        output.WriteLine(Summary(report));
        var minutes = options.Minutes == new SimulatorOptions().Minutes ? "" : $" --minutes {options.Minutes}";
        var mixture = options.Mixture == Mixture.Drawn ? "" : $" --mixture {options.Mixture.ToString().ToLowerInvariant()}";
        var elected = options.Elected ? " --elected" : "";
        output.WriteLine($"  rerun: ./offerbook simulate --seed 0x{report.Seed:x}{minutes}{elected}{mixture}");
    }

    private static string Summary(SimulationReport report)
    {
        var counts = report.Counts;
        var text = string.Create(CultureInfo.InvariantCulture,
            $"seed 0x{report.Seed:x}: {counts.Events} events in {counts.Virtual.TotalMinutes:0.0} virtual minutes, hash {report.Hash:x16}\n"
            + $"  faults: {report.Faults}; {counts.FaultsStruck} struck\n"
            + $"  offers {counts.Offers}, launches {counts.Launches}, updates {counts.Updates}, requests taken {counts.RequestsAcknowledged}, "
            + $"deployments {counts.DeploymentsFinished}, jobs {counts.JobsFinished}\n");
        return text + (report.Violation is { } violation
            ? "  VIOLATED " + violation
            : string.Create(CultureInfo.InvariantCulture,
                $"  converged {counts.Healed.TotalSeconds:0} virtual seconds after the last fault"));
    }
}
