using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace Offerbook.Bench.SimulatedAgents;

/// <summary>A fleet in a process of its own.</summary>
internal sealed class FleetProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    private FleetProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public static FleetProcess Start(FleetOptions options)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(Environment.ProcessPath!, [FleetProgram.Name, .. options.ToArguments()])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            },
        };
        var fleet = new FleetProcess(process);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                fleet._lines.Writer.TryWrite(text);
            }
            else
            {
                fleet._lines.Writer.TryComplete();
            }
        };
        process.Start();
        process.BeginOutputReadLine();
        return fleet;
    }

    /// <summary>Waits until every agent is registered.</summary>
    /// <exception cref="TimeoutException">They are not in time.</exception>
    public async Task<FleetArrival> WaitForAllAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        var words = (await WaitAsync("fleet complete ", timeout, cancellation)).Split(' ');
        double Number(int index) => double.Parse(words[index], CultureInfo.InvariantCulture);
        return new FleetArrival(Number(3), Number(4), Number(5), Number(6));
    }

    public async Task<string> CountersAsync(CancellationToken cancellation)
    {
        await _process.StandardInput.WriteLineAsync("counters");
        return await WaitAsync("fleet counters ", TimeSpan.FromSeconds(30), cancellation);
    }

    public Task BreakAsync() => _process.StandardInput.WriteLineAsync("break");

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> WaitAsync(string start, TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        var seen = new List<string>();
        try
        {
            while (true)
            {
                var line = await _lines.Reader.ReadAsync(limit.Token);
                if (line.StartsWith(start, StringComparison.Ordinal))
                {
                    return line;
                }
                seen.Add(line);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"The simulated agents did not say '{start.Trim()}' within {timeout.TotalSeconds} s; "
                + $"they said: {string.Join(" | ", seen.TakeLast(5))}");
        }
        catch (ChannelClosedException)
        {
            throw new InvalidOperationException($"The simulated agents have ended; they said: {string.Join(" | ", seen.TakeLast(5))}");
        }
    }
}

/// <param name="Seconds">From the first attempt to the last SUBSCRIBED.</param>
/// <param name="MedianMs">Of one agent: from connecting to SUBSCRIBED.</param>
internal sealed record FleetArrival(double Seconds, double MedianMs, double P99Ms, double MaxMs);
