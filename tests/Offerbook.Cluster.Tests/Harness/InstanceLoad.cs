using System.Diagnostics;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Cluster.Tests.Harness;

/// <summary>Asks every instance of an app without pause, and records at each round how many answered and which releases.</summary>
internal sealed class InstanceLoad(Cluster cluster, string app) : IDisposable
{
    internal sealed record Sample(TimeSpan At, int Answering, string[] Releases);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Sample> _trace = [];
    private readonly Stopwatch _clock = new();
    private Task _running = Task.CompletedTask;

    public async Task StartAsync()
    {
        await RoundAsync(TimeSpan.Zero);
        _clock.Start();
        _running = RunAsync();
    }

    public async Task<IReadOnlyList<Sample>> StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        // The round that ended last may have begun before whatever was waited for.
        await RoundAsync(_clock.Elapsed);
        return _trace;
    }

    public void Dispose()
    {
        _http.Dispose();
        _stop.Dispose();
    }

    /// <summary>Runs of equal counts, such as <c>4×12 3×8 4×5</c>.</summary>
    public static string Describe(IReadOnlyList<Sample> trace)
    {
        var runs = new List<(int Count, int Length)>();
        foreach (var sample in trace)
        {
            if (runs.Count > 0 && runs[^1].Count == sample.Answering)
            {
                runs[^1] = (sample.Answering, runs[^1].Length + 1);
            }
            else
            {
                runs.Add((sample.Answering, 1));
            }
        }
        return $"{string.Join(" ", runs.Select(run => $"{run.Count}×{run.Length}"))} over {trace[^1].At.TotalSeconds:0.0} s";
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await RoundAsync(_clock.Elapsed);
        }
    }

    private async Task RoundAsync(TimeSpan at)
    {
        // Instances are asked at the addresses known just before; one that was started or ended meanwhile is seen in the next round.
        var tasks = await cluster.TasksOfAsync(app);
        var answers = await Task.WhenAll(
            tasks.Where(task => task["ports"]!.HasValues).Select(task => AskAsync($"http://{task["host"]}:{task["ports"]![0]}/")));
        var releases = answers.OfType<string>().ToList();
        _trace.Add(new Sample(at, releases.Count, [.. releases.Distinct().Order()]));
    }

    private async Task<string?> AskAsync(string address)
    {
        try
        {
            return (string?)JObject.Parse(await _http.GetStringAsync(address))["release"];
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException or JsonException)
        {
            return null; // Not answering is what is being counted.
        }
    }
}
