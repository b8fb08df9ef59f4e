using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Chaos.Parts;

/// <summary>Who leads, asked of everybody from the clients' machine. Null when nobody says that it does.</summary>
public sealed class Leaders(ChaosCluster cluster) : IDisposable
{
    private readonly HttpClient _http = new(cluster.Sockets.Handler()) { Timeout = TimeSpan.FromSeconds(3) };

    /// <summary>The master to which the others redirect, or the only one.</summary>
    public async Task<Part?> MasterAsync()
    {
        foreach (var master in cluster.Masters.Where(master => master.IsRunning))
        {
            try
            {
                using var answer = await _http.GetAsync(new Uri(master.Address, "redirect"));
                if (answer.Headers.Location is { } place)
                {
                    // A place such as //host:port has no scheme of its own.
                    var host = new Uri(master.Address, place).Host;
                    return cluster.Masters.FirstOrDefault(other => other.Machine.Address == host);
                }
            }
            catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException)
            {
                // The next one may know.
            }
        }
        return null;
    }

    public Task<Part?> AppsAsync() => OfAsync(cluster.Apps, "v2/leader");

    /// <summary>The instance of Batch that answers; with several, the one that the others forward to.</summary>
    public async Task<Part?> BatchAsync()
    {
        foreach (var batch in cluster.Batches.Where(batch => batch.IsRunning))
        {
            if (await ReadAsync(new Uri(batch.Address, "v1/info")) is { } info)
            {
                return Find(cluster.Batches, (string?)info["leader"]) ?? batch;
            }
        }
        return null;
    }

    /// <summary>Agents that the leading master takes for connected.</summary>
    public async Task<int> ActiveAgentsAsync() =>
        await MasterAsync() is { } master && await ReadAsync(new Uri(master.Address, "slaves")) is { } answer
            ? answer["slaves"]?.Count(agent => (bool?)agent["active"] == true) ?? 0
            : 0;

    /// <returns>What is there as JSON; null without a good answer.</returns>
    public async Task<JToken?> ReadAsync(Uri place)
    {
        try
        {
            using var answer = await _http.GetAsync(place);
            if (!answer.IsSuccessStatusCode)
            {
                return null;
            }
            await using var reader = new JsonTextReader(
                new StreamReader(await answer.Content.ReadAsStreamAsync())) { DateParseHandling = DateParseHandling.None };
            return await JToken.ReadFromAsync(reader);
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException or IOException or JsonException)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Part?> OfAsync(IReadOnlyList<Part> parts, string path)
    {
        foreach (var part in parts.Where(part => part.IsRunning))
        {
            if (await ReadAsync(new Uri(part.Address, path)) is { } answer && Find(parts, (string?)answer["leader"]) is { } leader)
            {
                return leader;
            }
        }
        return null;
    }

    private static Part? Find(IReadOnlyList<Part> parts, string? leader) => leader is null ? null
        : parts.FirstOrDefault(part => leader.Contains(part.Machine.Address + ":", StringComparison.Ordinal));
}
