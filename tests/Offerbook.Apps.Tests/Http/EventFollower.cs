using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Wire.Streaming;

namespace Offerbook.Apps.Tests.Http;

/// <summary>A client of the event stream.</summary>
public sealed class EventFollower(HttpResponseMessage response) : IDisposable
{
    private readonly SseParser _parser = new();
    private readonly StringBuilder _raw = new();

    /// <summary>Everything that came, as it came.</summary>
    public string Raw => _raw.ToString();

    public async Task<SseEvent> NextAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var body = await response.Content.ReadAsStreamAsync(timeout.Token);
        var buffer = new byte[4096];
        SseEvent? next;
        while (!_parser.TryRead(out next))
        {
            var count = await body.ReadAsync(buffer, timeout.Token);
            Assert.That(count, Is.Positive, "the stream goes on");
            _raw.Append(Encoding.UTF8.GetString(buffer, 0, count));
            _parser.Append(buffer.AsSpan(0, count));
        }
        return next;
    }

    /// <summary>Reads up to the first event of a type, that one included.</summary>
    public async Task<List<SseEvent>> UntilAsync(string type)
    {
        var read = new List<SseEvent>();
        do
        {
            read.Add(await NextAsync());
        }
        while (read[^1].Type != type);
        return read;
    }

    /// <summary>Reads until the server ends the stream.</summary>
    public async Task UntilEndAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            var body = await response.Content.ReadAsStreamAsync(timeout.Token);
            var buffer = new byte[4096];
            while (await body.ReadAsync(buffer, timeout.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Cut, not closed: an end too.
        }
    }

    public static JObject Payload(SseEvent read) => JObject.Parse(read.Data);

    public static long Id(SseEvent read) => long.Parse(read.LastEventId, System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose() => response.Dispose();
}
