using Offerbook.Conformance.Cases;
using Offerbook.Conformance.Kit;
using Offerbook.Wire;

namespace Offerbook.Conformance.Running;

/// <summary>
/// The command: runs cases against a master and prints PASS, FAIL or SKIP for each. Exit code 0 when none failed, 1 when one did, 64 for
/// bad usage.
/// </summary>
public static class ConformanceProgram
{
    private const string Usage = """
        usage: conformance --master http://HOST:PORT [--format json|protobuf] [--case PART-OF-NAME]
                           [--quiet SECONDS] [--patience SECONDS] [--list]
          --format    only this content type; without it every case runs in both
          --case      only cases with this in their names; may be repeated
          --quiet     how long nothing must come before nothing is believed to come (default 2; more than an allocation interval)
          --patience  how long an expected event is waited for (default 35)
          --list      prints the cases and what they need, and runs none
        """;

    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (!ProgramOptions.TryParse(arguments, out var options, out var problem))
        {
            await errors.WriteLineAsync($"conformance: {problem}\n{Usage}");
            return 64;
        }
        var cases = CaseCatalog.All.Where(options.Wants).ToList();
        if (options.ListOnly)
        {
            foreach (var @case in cases)
            {
                await output.WriteLineAsync($"{@case.Name}  needs {@case.Needs}  cases {string.Join(",", @case.Numbers)}");
            }
            return 0;
        }
        var failed = 0;
        foreach (var format in options.Formats)
        {
            var kit = new KitOptions(options.Master!, format) { Quiet = options.Quiet, Patience = options.Patience };
            var agents = await CaseRunner.CountAgentsAsync(kit);
            foreach (var @case in cases)
            {
                failed += await RunOneAsync(@case, kit, agents, output) ? 0 : 1;
            }
        }
        await output.WriteLineAsync(failed == 0 ? "no case failed" : $"{failed} failed");
        return failed == 0 ? 0 : 1;
    }

    private static async Task<bool> RunOneAsync(ConformanceCase @case, KitOptions kit, int agents, TextWriter output)
    {
        var name = $"{@case.Name} ({kit.Format.ToString().ToLowerInvariant()})";
        var needed = (@case.Needs & Needs.TwoAgents) == Needs.TwoAgents ? 2 : (@case.Needs & Needs.Agent) != 0 ? 1 : 0;
        if (agents < needed)
        {
            await output.WriteLineAsync($"SKIP {name}: it needs {needed} active agents and the cluster has {agents}");
            return true;
        }
        var failure = await CaseRunner.RunAsync(@case, kit);
        await output.WriteLineAsync(failure is null ? $"PASS {name}" : $"FAIL {name}: {failure}");
        return failure is null;
    }
}
