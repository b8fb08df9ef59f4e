using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Offerbook.Master.Tests.Http;
using Offerbook.Wire.Streaming;

namespace Offerbook.Master.Tests.Captures;

/// <summary>What our master answered to a recorded request, in the form of the recorded answer.</summary>
internal sealed record Replayed(int Status, string? ContentType, string? Location, string? Allow, string Body,
    IReadOnlyList<JsonNode> Events);

/// <summary>Sends recorded requests to a master and notes what it answers.</summary>
internal sealed class CaptureReplay(MasterFixture master, CaptureForm form, string masterId)
{
    private static readonly JsonSerializerOptions s_asTheyAre =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Dictionary<string, Replayed> Answers { get; } = [];

    /// <summary>The newest offer that the scheduler got.</summary>
    public string Offer { get; set; } = "none";

    public string StreamId { get; set; } = "";

    /// <summary>Sends the requests, one after the other.</summary>
    public async Task SendAsync(params string[] names)
    {
        foreach (var name in names)
        {
            using var response = await AskAsync(name);
            var body = await response.Content.ReadAsByteArrayAsync(master.Timeout);
            Note(name, response, Show(name, body), []);
        }
    }

    /// <summary>Sends all requests whose names begin so, but for streams.</summary>
    public Task SendAllAsync(string prefix) => SendAsync([.. CapturedExchange.All.Values
        .Where(exchange => exchange.Name.StartsWith(prefix, StringComparison.Ordinal) && exchange.Events is null)
        .Select(exchange => exchange.Name)]);

    /// <summary>Opens a stream, which is noted when <see cref="CapturedStream.NoteAsync"/> is called.</summary>
    public async Task<CapturedStream> OpenAsync(string name) => new(this, name, await AskAsync(name), form, master.Timeout);

    public void Note(string name, HttpResponseMessage response, string body, IReadOnlyList<JsonNode> events) =>
        Answers.Add(name, new Replayed(
        (int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), Header(response.Headers.Location?.OriginalString),
        Header(response.Content.Headers.Allow.Count == 0 ? null : string.Join(", ", response.Content.Headers.Allow)), body, events));

    public static string Text(JsonNode? node) => node?.ToJsonString(s_asTheyAre) ?? "null";

    private Task<HttpResponseMessage> AskAsync(string name)
    {
        var exchange = CapturedExchange.All[name];
        var body = (exchange.Body ?? "").Replace("{M}", masterId, StringComparison.Ordinal).Replace("{O}", Offer, StringComparison.Ordinal);
        return master.SendAsync(new HttpMethod(exchange.Method), exchange.Path, Encoding.UTF8.GetBytes(body), exchange.Type,
            exchange.Accept,
            exchange.Stream?.Replace("{S}", StreamId, StringComparison.Ordinal));
    }

    private string Show(string name, byte[] body)
    {
        var exchange = CapturedExchange.All[name];
        if (exchange.Bytes is not null)
        {
            return Convert.ToHexStringLower(body);
        }
        if (exchange.Json is null && exchange.Names is null)
        {
            return form.Of(Encoding.UTF8.GetString(body));
        }
        if (body.Length == 0 || body[0] is not ((byte)'{' or (byte)'['))
        {
            return Encoding.UTF8.GetString(body);
        }
        using var document = JsonDocument.Parse(body);
        return exchange.Names is not null
            ? string.Join('\n', Names(document.RootElement).Select(form.Of)) : Text(form.Of(document.RootElement));
    }

    private static IEnumerable<string> Names(JsonElement root)
    {
        if (root.TryGetProperty("get_metrics", out var metrics))
        {
            return metrics.GetProperty("metrics").EnumerateArray().Select(metric => metric.GetProperty("name").GetString()!);
        }
        if (root.TryGetProperty("get_flags", out var flags))
        {
            return flags.GetProperty("flags").EnumerateArray().Select(flag => flag.GetProperty("name").GetString()!);
        }
        return (root.TryGetProperty("flags", out var plain) ? plain : root).EnumerateObject().Select(member => member.Name);
    }

    private string? Header(string? value) => value is null ? null : form.Of(value);
}

/// <summary>A recorded subscription played again.</summary>
internal sealed class CapturedStream(CaptureReplay replay, string name, HttpResponseMessage response, CaptureForm form,
    CancellationToken timeout) : IDisposable
{
    private static readonly string[] s_once = ["OFFERS", "HEARTBEAT", "RESCIND"];

    private readonly RecordIoDecoder _decoder = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly List<JsonNode> _events = [];
    private readonly HashSet<string> _seen = [];
    private readonly List<JsonElement> _offers = [];

    public string StreamId => response.Headers.GetValues("Mesos-Stream-Id").Single();

    public bool IsOpen => (int)response.StatusCode == 200;

    /// <summary>Reads on until an event comes that is wanted.</summary>
    /// <returns>That event; at the end of the stream, nothing.</returns>
    public async Task<JsonElement?> NextAsync(Func<JsonElement, bool> wanted)
    {
        while (await ReadAsync() is { } next)
        {
            if (wanted(next))
            {
                return next;
            }
        }
        return null;
    }

    public Task<JsonElement?> NextAsync(string type) => NextAsync(next => next.GetProperty("type").GetString() == type);

    /// <summary>The offers that came since this was last asked.</summary>
    public IReadOnlyList<JsonElement> TakeOffers()
    {
        JsonElement[] offers = [.. _offers];
        _offers.Clear();
        return offers;
    }

    /// <summary>Notes what came, having read on to the last recorded event.</summary>
    public async Task NoteAsync()
    {
        var recorded = CapturedExchange.All[name].Events!.Length;
        while (IsOpen && _events.Count < recorded && await ReadAsync() is not null)
        {
            // Each event is noted as it comes.
        }
        replay.Note(name, response, "", _events);
    }

    public void Dispose() => response.Dispose();

    private async Task<JsonElement?> ReadAsync()
    {
        ReadOnlyMemory<byte> record;
        while (!_decoder.TryRead(out record))
        {
            var stream = await response.Content.ReadAsStreamAsync(timeout);
            var read = await stream.ReadAsync(_buffer, timeout);
            if (read == 0)
            {
                return null;
            }
            _decoder.Append(_buffer.AsSpan(0, read));
        }
        using var document = JsonDocument.Parse(record);
        var type = document.RootElement.GetProperty("type").GetString()!;
        if (_seen.Add(type) || !s_once.Contains(type))
        {
            _events.Add(form.Of(document.RootElement)!);
        }
        var next = document.RootElement.Clone();
        if (type == "OFFERS")
        {
            _offers.AddRange(next.GetProperty("offers").GetProperty("offers").EnumerateArray());
        }
        return next;
    }
}
