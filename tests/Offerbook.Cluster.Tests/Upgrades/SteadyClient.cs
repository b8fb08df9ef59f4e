using System.Diagnostics;
using System.Globalization;
using Newtonsoft.Json.Linq;

namespace Offerbook.Cluster.Tests.Upgrades;

/// <summary>
/// A client that changes an app without end, one change after the other, each repeated until it is acknowledged: by either instance, as a
/// load balancer would have it.
/// </summary>
internal sealed class SteadyClient : IAsyncDisposable
{
    private const string App = "/v2/apps/steady";

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly TwoVersions _cluster;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public SteadyClient(TwoVersions cluster)
    {
        _cluster = cluster;
        _running = Task.Run(RunAsync);
    }

    /// <summary>The number of the last change that was acknowledged, and of the changes so far: they are counted from 1.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>The longest time from asking first to the acknowledgement.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>Answers that are neither success nor 409, 5xx or silence.</summary>
    public string? Surprise { get; private set; }

    /// <summary>Ends it, and returns the number of the change that the app shows.</summary>
    public async Task<int> StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        var (status, body) = await _cluster.SendAsync(HttpMethod.Get, (await _cluster.LeaderAsync(_cluster.Apps)).Url + App);
        Assert.That(status, Is.EqualTo(200), body.ToString());
        return int.Parse((string)body["app"]!["labels"]!["change"]!, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
    }

    private async Task RunAsync()
    {
        using var pace = new PeriodicTimer(Pace);
        var (change, turn, since) = (1, 0, Stopwatch.StartNew());
        while (!_stopping.IsCancellationRequested)
        {
            var app = new JObject { ["cmd"] = "true", ["instances"] = 0,
                ["labels"] = new JObject { ["change"] = change.ToString(CultureInfo.InvariantCulture) } };
            var (status, body) = await _cluster.SendAsync(HttpMethod.Put, _cluster.Apps[turn++ % 2].Url + App + "?force=true", app);
            if (status is 200 or 201)
            {
                (Acknowledged, Longest) = (change++, since.Elapsed > Longest ? since.Elapsed : Longest);
                since.Restart();
            }
            else if (status is not (0 or 409 or >= 500))
            {
                Surprise ??= $"{status} {body}";
            }
            try
            {
                await pace.WaitForNextTickAsync(_stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
