using System.Diagnostics;
using System.Globalization;

namespace Offerbook.Bench.Apps;

/// <summary>
/// <c>readers ADDRESS COUNT</c>: clients that read <c>/v2/apps</c> one time after the other, as a program of their own, until its stdin
/// ends. For each line that comes there it says how many answers it got so far, and how much processor time it took for them.
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
        while (await Console.In.ReadLineAsync(CancellationToken.None) is not null)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Interlocked.Read(ref answers)} {Environment.CpuUsage.TotalTime.TotalSeconds}"));
        }
        await stopping.CancelAsync();
        await Task.WhenAll(readers);
        return 0;
    }
}

/// <summary>A running program of readers.</summary>
internal sealed class ReadersProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ReadersProcess(Process process) => _process = process;

    /// <summary>Returns when they read at full speed.</summary>
    /// <param name="niceness">
    /// As nice(1) counts: 0 wants as much of the processors as the server, 19 hardly any that others want, as if it were on another
    /// machine.
    /// </param>
    public static async Task<ReadersProcess> StartAsync(Uri address, int count, int niceness, CancellationToken cancellation)
    {
        string[] arguments = ["-n", $"{niceness}", Environment.ProcessPath!, ReadersProgram.Name, address.ToString(), $"{count}"];
        var readers = new ReadersProcess(Process.Start(new ProcessStartInfo("nice", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);
        await Task.Delay(TimeSpan.FromSeconds(2), cancellation);
        return readers;
    }

    /// <summary>What it got and what it took until now.</summary>
    public async Task<(long Answers, double CpuSeconds)> AskAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        var parts = (await _process.StandardOutput.ReadLineAsync())!.Split(' ');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
