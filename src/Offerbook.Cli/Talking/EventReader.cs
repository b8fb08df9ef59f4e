using System.Runtime.CompilerServices;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Cli.Talking;

/// <summary>Reads the events of one server-sent event stream as the JSON objects in their data lines.</summary>
internal sealed class EventReader(HttpResponseMessage response) : IDisposable
{
    /// <summary>Of the newest event; null before the first. Whoever opens the next stream after it misses nothing.</summary>
    public string? LastId { get; private set; }

    public void Dispose() => response.Dispose();

    public async IAsyncEnumerable<JObject> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        using var lines = new StreamReader(stream);
        while (await NextLineAsync(lines, cancellation) is { } line)
        {
            if (line.StartsWith("id:", StringComparison.Ordinal))
            {
                LastId = line["id:".Length..].Trim();
            }
            if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                // Timestamps stay the text that the server wrote.
                using var data =
                    new JsonTextReader(new StringReader(line["data:".Length..])) { DateParseHandling = DateParseHandling.None };
                yield return await JObject.LoadAsync(data, cancellation);
            }
        }
    }

    private static async Task<string?> NextLineAsync(StreamReader lines, CancellationToken cancellation)
    {
        try
        {
            return await lines.ReadLineAsync(cancellation);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            return null; // A broken stream has ended; the caller sees that what it waited for did not come.
        }
    }
}
