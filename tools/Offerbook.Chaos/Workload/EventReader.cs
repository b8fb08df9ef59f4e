using System.Globalization;
using System.Net;
using Offerbook.Chaos.Observation;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Workload;

/// <summary>
/// Follows the event stream of whoever leads, from the first event on; when the stream ends or falls silent it goes on after the last
/// one that it got.
/// </summary>
internal sealed class EventReader(string name, int seed, ChaosCluster cluster, Recorder recorder) : IDisposable
{
    /// <summary>An empty line comes every 10 s.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly HttpClient _http = new(cluster.Sockets.Handler()) { Timeout = TimeSpan.FromSeconds(15) };
    private readonly Random _random = new(seed);
    private long _last;
    private long? _lost; // Where a gap has been told, once.

    /// <summary>The last event that it got.</summary>
    public long Last => Interlocked.Read(ref _last);

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var part = cluster.Apps[_random.Next(cluster.Apps.Count)];
                try
                {
                    await FollowAsync(new Uri(part.Address, "v2/events"), stop);
                }
                catch (Exception cut) when (cut is HttpRequestException or IOException
                    || (cut is OperationCanceledException && !stop.IsCancellationRequested))
                {
                    // It goes on with another one, after the last event that it got.
                }
                await Task.Delay(Pause, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task FollowAsync(Uri place, CancellationToken stop)
    {
        for (var hops = 0; hops < 3; hops++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, place);
            request.Headers.Accept.ParseAdd("text/event-stream");
            request.Headers.Add("Last-Event-ID", Last.ToString(CultureInfo.InvariantCulture));
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            switch (answer.StatusCode)
            {
                case HttpStatusCode.OK:
                    await ReadAsync(answer, stop);
                    return;
                case HttpStatusCode.Redirect or HttpStatusCode.TemporaryRedirect when answer.Headers.Location is { } next:
                    place = new Uri(place, next);
                    continue;
                case HttpStatusCode.Gone:
                    if (_lost == Last)
                    {
                        return;
                    }
                    _lost = Last;
                    recorder.Add(new StreamGap(name, Last, cluster.Clock.Now, await answer.Content.ReadAsStringAsync(stop)));
                    return;
                default:
                    return;
            }
        }
    }

    private async Task ReadAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(stop));
        long? id = null;
        string type = "", data = "";
        while (true)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(Silence);
            if (await reader.ReadLineAsync(limit.Token) is not { } line)
            {
                return;
            }
            if (line.Length == 0)
            {
                if (id is { } known)
                {
                    recorder.Add(new StreamEvent(name, known, type, data, cluster.Clock.Now));
                    Interlocked.Exchange(ref _last, known);
                    id = null;
                }
                continue;
            }
            var value = line[(line.IndexOf(':') + 1)..].TrimStart();
            if (line.StartsWith("id:", StringComparison.Ordinal))
            {
                id = long.Parse(value, CultureInfo.InvariantCulture);
            }
            else if (line.StartsWith("event:", StringComparison.Ordinal))
            {
                type = value;
            }
            else if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                data = value;
            }
        }
    }
}
