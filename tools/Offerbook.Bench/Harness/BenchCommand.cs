namespace Offerbook.Bench.Harness;

/// <summary><c>bench NAME [--option value]… [--json]</c>.</summary>
public static class BenchCommand
{
    private const int UsageExitCode = 64;

    public static async Task<int> RunAsync(
        IReadOnlyList<IBenchmark> benchmarks, IReadOnlyList<string> args, TextWriter output, TextWriter errors)
    {
        if (args.Count == 0 || args[0] is "--help" or "-h")
        {
            Usage(benchmarks, output);
            return args.Count == 0 ? UsageExitCode : 0;
        }
        var benchmark = benchmarks.FirstOrDefault(b => b.Name == args[0]);
        if (benchmark is null)
        {
            errors.WriteLine($"bench: there is no benchmark '{args[0]}'; there are: {string.Join(", ", benchmarks.Select(b => b.Name))}");
            return UsageExitCode;
        }
        try
        {
            var json = args.Contains("--json");
            var run = new BenchRun(ReadOptions(benchmark, args), errors);
            using var interrupted = new CancellationTokenSource();
            Console.CancelKeyPress += (_, key) =>
            {
                key.Cancel = true;
                interrupted.Cancel();
            };
            await benchmark.RunAsync(run, interrupted.Token);
            Report.WriteTable(benchmark, run, output);
            if (json)
            {
                Report.WriteJson(benchmark, run, output);
            }
            return 0;
        }
        catch (BenchUsageException fault)
        {
            errors.WriteLine($"bench: {fault.Message}");
            return UsageExitCode;
        }
    }

    /// <summary>Runs another program of this executable: a wrong command line is told, not thrown.</summary>
    public static int Guard(TextWriter errors, Func<int> program)
    {
        try
        {
            return program();
        }
        catch (BenchUsageException fault)
        {
            errors.WriteLine($"bench: {fault.Message}");
            return UsageExitCode;
        }
    }

    private static Dictionary<string, string> ReadOptions(IBenchmark benchmark, IReadOnlyList<string> args)
    {
        var options = benchmark.Options.ToDictionary(o => o.Name, o => o.Default);
        for (var i = 1; i < args.Count; i++)
        {
            if (args[i] == "--json")
            {
                continue;
            }
            var name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i][2..] : "";
            if (!options.ContainsKey(name))
            {
                throw new BenchUsageException(
                    $"'{benchmark.Name}' does not take '{args[i]}'; "
                    + $"it takes {string.Join(", ", options.Keys.Select(o => "--" + o))}, --json.");
            }
            // A switch needs no value.
            if (options[name] is "no" && (i + 1 == args.Count || args[i + 1].StartsWith("--", StringComparison.Ordinal)))
            {
                options[name] = "yes";
                continue;
            }
            if (++i == args.Count)
            {
                throw new BenchUsageException($"--{name} needs a value.");
            }
            options[name] = args[i];
        }
        return options;
    }

    private static void Usage(IReadOnlyList<IBenchmark> benchmarks, TextWriter output)
    {
        output.WriteLine("bench NAME [--option value]… [--json]");
        foreach (var benchmark in benchmarks)
        {
            output.WriteLine();
            output.WriteLine($"  {benchmark.Name,-14}{benchmark.Summary}");
            foreach (var option in benchmark.Options)
            {
                output.WriteLine($"    --{option.Name,-12}{option.Meaning} (default {option.Default})");
            }
        }
        output.WriteLine();
        output.WriteLine("--json adds a last line that holds one JSON object.");
    }
}
