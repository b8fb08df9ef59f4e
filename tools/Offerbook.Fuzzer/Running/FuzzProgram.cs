namespace Offerbook.Fuzzer.Running;

/// <summary>The command. Exit code 0 when the master held, 1 when it did not, 64 for bad usage.</summary>
public static class FuzzProgram
{
    private const string Usage = """
        usage: fuzz --master http://HOST:PORT [--minutes N] [--seed S] [--from INDEX] [--count N] [--workers N] [--stall-limit SECONDS]
                    [--agents N] [--idle SECONDS] [--pid PID] [--out DIRECTORY]
          --minutes      how long (default 1)
          --seed         which requests (default 1); the same seed sends the same ones in the same order
          --from, --count  a part of them, to send one again
          --workers      requests under way at once (default 8)
          --stall-limit  the longest that /health or the well-behaved scheduler beside may be kept waiting (default 1)
          --agents       simulated agents that are connected meanwhile (default 0); with more than none the master must be at an IP address
          --idle         how long the master may take afterwards to put its memory away (default 180); 0: its heap is not judged
          --pid          the master's process, to watch its memory
          --out          where requests go that brought out a fault (default fuzz-failures)
        """;

    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        if (!FuzzOptions.TryParse(arguments, out var options, out var problem))
        {
            await errors.WriteLineAsync($"fuzz: {problem}\n{Usage}");
            return 64;
        }
        var report = await FuzzRun.RunAsync(options);
        await output.WriteLineAsync($"{report.Requests} requests of seed {options.Seed} from {options.From}");
        await output.WriteLineAsync("answers: "
            + string.Join(", ", report.Statuses.OrderBy(status => status.Key).Select(status => $"{status.Key}×{status.Value}")));
        foreach (var (refusal, count) in report.Refusals.OrderByDescending(refusal => refusal.Value).Take(20))
        {
            await output.WriteLineAsync($"  {count}× {refusal}");
        }
        foreach (var figure in report.Figures)
        {
            await output.WriteLineAsync(figure);
        }
        foreach (var fault in report.Faults)
        {
            await output.WriteLineAsync($"FAULT {fault}");
        }
        await output.WriteLineAsync(report.Faults.Count == 0 ? "no fault" : $"{report.Faults.Count} faults");
        return report.Faults.Count == 0 ? 0 : 1;
    }
}
