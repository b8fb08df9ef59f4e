using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Offerbook.Bench.Load;

namespace Offerbook.Bench.Apps;

/// <summary>A client of the /v2 API: changes, and the ends of the deployments that they start, heard from the event stream.</summary>
internal sealed class AppsLoad : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private readonly HttpClient _http;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<bool>> _ends = new();
    private readonly CancellationTokenSource _stopping = new();
    private int _failed;

    public AppsLoad(IPEndPoint apps) => _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256, UseProxy = false })
    {
        BaseAddress = new Uri($"http://{apps}"),
        Timeout = Patience,
    };

    /// <summary>Deployments that have failed so far.</summary>
    public int Failed => _failed;

    /// <summary>The app of the published measurements, with so many instances.</summary>
    public static string App(string id, int instances) =>
        $$"""{"id":"{{id}}","cmd":"sleep infinity","cpus":0.005,"mem":32,"instances":{{instances}},"portDefinitions":[],"backoffSeconds":0,"backoffFactor":1}""";

    /// <summary>Opens the event stream, so that no end is missed.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v2/events?event_type=deployment_success&event_type=deployment_failed");
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        _ = ReadAsync(response);
    }

    /// <summary>Asks for a change and waits for its deployment to end.</summary>
    /// <param name="answered">Told how long the answer took; null: nobody wants to know.</param>
    /// <returns>From the request to the event.</returns>
    public async Task<TimeSpan> DeployAsync(HttpMethod method, string path, string? body, CancellationToken cancellation,
        Latencies? answered = null)
    {
        var began = Stopwatch.GetTimestamp();
        var id = await SubmitAsync(method, path, body, cancellation);
        if (answered is not null)
        {
            lock (answered)
            {
                answered.Add(Stopwatch.GetElapsedTime(began));
            }
        }
        await End(id).Task.WaitAsync(Patience, cancellation);
        _ends.TryRemove(id, out _);
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Deploys many changes, so many at a time.</summary>
    public async Task DeployAllAsync(IEnumerable<(HttpMethod Method, string Path, string? Body)> changes, int parallel, Latencies ended,
        Latencies answered,
        CancellationToken cancellation) => await Parallel.ForEachAsync(changes,
        new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation }, async (change, cancel) =>
        {
            var took = await DeployAsync(change.Method, change.Path, change.Body, cancel, answered);
            lock (ended)
            {
                ended.Add(took);
            }
        });

    /// <returns>The deployment's id.</returns>
    /// <exception cref="InvalidOperationException">The change was refused.</exception>
    public async Task<string> SubmitAsync(HttpMethod method, string path, string? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }
        using var response = await _http.SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(
                $"{method} {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellation)}");
        }
        return response.Headers.GetValues("Marathon-Deployment-Id").First();
    }

    /// <returns>How long the answer took, to its last byte, and its size.</returns>
    public async Task<(TimeSpan Took, long Bytes)> GetAsync(string path, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        using var response = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        return (Stopwatch.GetElapsedTime(began), body.Length);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _http.Dispose();
    }

    private TaskCompletionSource<bool> End(string deployment) =>
        _ends.GetOrAdd(deployment, static _ => new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task ReadAsync(HttpResponseMessage response)
    {
        try
        {
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(_stopping.Token));
            while (await lines.ReadLineAsync(_stopping.Token) is { } line)
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    Take(line[6..]);
                }
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or ObjectDisposedException or HttpRequestException)
        {
            // Apps was stopped, or this client was: whoever still waits runs into its patience.
        }
    }

    private void Take(string data)
    {
        using var document = JsonDocument.Parse(data);
        var succeeded = document.RootElement.GetProperty("eventType").GetString() == "deployment_success";
        if (!succeeded)
        {
            Interlocked.Increment(ref _failed);
        }
        End(document.RootElement.GetProperty("id").GetString()!).TrySetResult(succeeded);
    }
}
