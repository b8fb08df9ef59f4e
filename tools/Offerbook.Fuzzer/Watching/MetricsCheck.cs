using System.Text.Json;

namespace Offerbook.Fuzzer.Watching;

/// <summary>Reads /metrics/snapshot and /metrics and says what no metric can be.</summary>
public sealed class MetricsCheck(Uri master) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = master,
        Timeout = TimeSpan.FromSeconds(30) };

    /// <returns>What is wrong, or null.</returns>
    public async Task<string?> FindFaultAsync()
    {
        using var snapshot = JsonDocument.Parse(await _http.GetStringAsync("/metrics/snapshot"));
        foreach (var metric in snapshot.RootElement.EnumerateObject())
        {
            if (metric.Value.ValueKind != JsonValueKind.Number || !double.IsFinite(metric.Value.GetDouble()))
            {
                return $"the metric {metric.Name} is {metric.Value}";
            }
            if (metric.Value.GetDouble() < 0)
            {
                return $"the metric {metric.Name} is below zero: {metric.Value}";
            }
        }
        var prometheus = await _http.GetStringAsync("/metrics");
        foreach (var line in prometheus.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.StartsWith('#') && line.LastIndexOf(' ') is var space
                && (space < 1 || !double.TryParse(line.AsSpan(space + 1), out _)))
            {
                return $"/metrics has the line '{line}'";
            }
        }
        return null;
    }

    public void Dispose() => _http.Dispose();
}
