using System.Diagnostics;
using System.Globalization;

namespace Offerbook.Bench.Apps;

/// <summary>
/// <c>readers ADDRESS COUNT</c>: clients that read <c>/v2/apps</c> one time after the other, as a program of their own, until its stdin
/// ends; it
/// then says how many answers it got.
/// Started behind everybody else (<c>nice -n 19</c>), so that what readers cost themselves is not taken from what they read from: in a
/// cluster they are on other machines.
/// </summary>
internal static class ReadersProgram
{
    public const string Name = "readers";

    private const int BufferBytes = 256 * 1024;

    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        using var stopping = new CancellationTokenSource();
        using var http = new HttpClient { BaseAddress = new Uri(args[0]) };
        var answers = 0L;
        var readers = Enumerable.Range(0, int.Parse(args[1], CultureInfo.InvariantCulture)).Select(async _ =>
        {
            var buffer = new byte[BufferBytes];
            try
            {
                while (true)
                {
                    using var response = await http.GetAsync("/v2/apps", HttpCompletionOption.ResponseHeadersRead, stopping.Token);
                    await using var body = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(stopping.Token);
                    while (await body.ReadAsync(buffer, stopping.Token) > 0)
                    {
                        // Only counted: what a client makes of it is its own affair.
                    }
                    Interlocked.Increment(ref answers);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Time is up.
            }
        }).ToList();
        await Console.In.ReadToEndAsync();
        await stopping.CancelAsync();
        await Task.WhenAll(readers);
        Console.WriteLine(answers);
        return 0;
    }

    /// <summary>Runs something while so many read.</summary>
    /// <returns>What it returned, and the answers that the readers got a second meanwhile.</returns>
    public static async Task<(T Result, double PerSecond)> BesideAsync<T>(Uri address, int count, Func<Task<T>> run)
    {
        var began = Stopwatch.GetTimestamp();
        using var process =
            Process.Start(new ProcessStartInfo("nice", ["-n", "19", Environment.ProcessPath!, Name, address.ToString(), $"{count}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        // Until they read at full speed.
        await Task.Delay(TimeSpan.FromSeconds(3));
        var result = await run();
        process.StandardInput.Close();
        var answers = long.Parse(await process.StandardOutput.ReadToEndAsync(), CultureInfo.InvariantCulture);
        await process.WaitForExitAsync();
        return (result, answers / Stopwatch.GetElapsedTime(began).TotalSeconds);
    }
}
