using System.Runtime.InteropServices;
using Offerbook.Chaos.Faults;
using Offerbook.Chaos.Hosts;
using Offerbook.Chaos.Scenarios;

namespace Offerbook.Chaos.Running;

/// <summary>The command. Exit code 0 when every promise was kept, 1 when one was not, 64 for bad usage, 69 when the stage cannot be
/// set.</summary>
public static class ChaosProgram
{
    private const string Usage = """
        usage: chaos [--scenario NAME|all] [--fault NAME]… [--minutes N] [--seed S] [--layout full|masters|standalone|docker]
                     [--out DIRECTORY] [--program FILE] [--other FILE] | --list | --check
          --scenario  what clients do under which faults (default mixed); all: one after the other
          --fault     this fault in the place of the scenario's own; may be given several times
          --minutes   for how long faults are made (default 5); up to 4 minutes of starting, converging and tidying up come on top
          --seed      which calls and faults are drawn (default 1)
          --layout    full: three ZooKeepers, three masters, two Apps, two Batch, three agents, PostgreSQL;
                      masters: one Apps and Batch only; standalone: one of each, without election;
                      docker: the same with a Docker engine beside each agent (root only)
          --other     another build of the program: parts are replaced by theirs of it, and taken back
          --out       where the report, the history and the logs go (default chaos-report)
          --list      names all scenarios and faults
          --check     looks whether this box can be the stage: makes two machines and breaks what is between them
        """;

    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (!ChaosOptions.TryParse(arguments, out var options, out var problem))
        {
            await errors.WriteLineAsync($"chaos: {problem}\n{Usage}");
            return 64;
        }
        if (options.Lists)
        {
            await ListAsync(output);
            return 0;
        }
        using var stop = new CancellationTokenSource();
        // Whoever asks for the end gets it with everything tidied up.
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        var status = 0;
        try
        {
            await UserSpace.EnterAsync(arguments);
            if (options.Checks)
            {
                return await new StageCheck(output).RunAsync() ? 0 : 1;
            }
            foreach (var scenario in options.Scenario == "all" ? ScenarioCatalog.All : [ScenarioCatalog.Find(options.Scenario)!])
            {
                var report = await ChaosRun.RunAsync(options with { Scenario = scenario.Name }, output, stop.Token);
                status |= report.Violations.Count == 0 ? 0 : 1;
            }
            return status;
        }
        catch (HostException unset)
        {
            await errors.WriteLineAsync($"chaos: {unset.Message}");
            return 69;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await errors.WriteLineAsync("chaos: stopped");
            return 130;
        }

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task ListAsync(TextWriter output)
    {
        await output.WriteLineAsync("scenarios:");
        foreach (var scenario in ScenarioCatalog.All)
        {
            await output.WriteLineAsync($"  {scenario.Name,-20} {scenario.Description}");
        }
        await output.WriteLineAsync("faults, and the rows of the matrix that they are:");
        foreach (var fault in FaultCatalog.All)
        {
            await output.WriteLineAsync($"  {fault.Name,-26} {string.Join(", ", fault.Rows)}");
        }
    }
}
