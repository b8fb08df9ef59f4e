using System.Runtime.CompilerServices;
using Newtonsoft.Json.Linq;

namespace Offerbook.Cli.Talking;

/// <summary>Reads the events of one server-sent event stream as the JSON objects in their data lines.</summary>
internal sealed class EventReader(HttpResponseMessage response) : IDisposable
{
    public void Dispose() => response.Dispose();

    public async IAsyncEnumerable<JObject> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        using var lines = new StreamReader(stream);
        while (await NextLineAsync(lines, cancellation) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                yield return JObject.Parse(line["data:".Length..]);
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
