using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Cli.Storefront;

/// <summary>
/// The tier below, found by asking Apps for the app's running tasks: at most once a second, and at once when no known instance
/// answers. Instances are asked in turn.
/// </summary>
internal sealed class UpstreamTier(string appId) : IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(3), MaxResponseContentBufferSize = 1 << 20 };
    private readonly Uri _apps = new(Environment.GetEnvironmentVariable("OFFERBOOK_APPS_URL") ?? "http://127.0.0.1:8080");
    private IReadOnlyList<string> _instances = [];
    private DateTimeOffset _readAt = DateTimeOffset.MinValue;
    private int _next;

    public void Dispose() => _http.Dispose();

    /// <returns>The answer of the first instance that gives one, or null.</returns>
    public async Task<JToken?> AskAsync(CancellationToken cancellation)
    {
        if (DateTimeOffset.UtcNow - _readAt > Freshness || _instances.Count == 0)
        {
            await FindAsync(cancellation);
        }
        if (await AskEachAsync(cancellation) is { } answer)
        {
            return answer;
        }
        await FindAsync(cancellation);
        return await AskEachAsync(cancellation);
    }

    private async Task<JToken?> AskEachAsync(CancellationToken cancellation)
    {
        var instances = _instances;
        for (var i = 0; i < instances.Count; i++)
        {
            var instance = instances[(int)((uint)Interlocked.Increment(ref _next) % (uint)instances.Count)];
            if (await GetAsync($"http://{instance}/", cancellation) is { } answer)
            {
                return answer;
            }
        }
        return null;
    }

    private async Task FindAsync(CancellationToken cancellation)
    {
        var answer = await GetAsync(new Uri(_apps, $"/v2/apps/{appId.TrimStart('/')}/tasks").ToString(), cancellation);
        if (answer?["tasks"] is JArray tasks)
        {
            _instances = [.. from task in tasks
                             where (string?)task["state"] == "TASK_RUNNING" && task["ports"]?.First is not null
                             select $"{task["host"]}:{task["ports"]!.First}"];
            _readAt = DateTimeOffset.UtcNow;
        }
    }

    private async Task<JToken?> GetAsync(string address, CancellationToken cancellation)
    {
        try
        {
            using var response = await _http.GetAsync(address, cancellation);
            return response.IsSuccessStatusCode ? JToken.Parse(await response.Content.ReadAsStringAsync(cancellation)) : null;
        }
        catch (Exception problem) when (problem is HttpRequestException or JsonException
            || (problem is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            Console.Error.WriteLine($"{address}: {problem.Message}");
            return null;
        }
    }
}
