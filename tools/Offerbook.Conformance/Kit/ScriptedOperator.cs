using System.Text.Json;
using Mesos.V1.Master;
using Offerbook.Wire.Http;

namespace Offerbook.Conformance.Kit;

/// <summary>An operator's client: calls of the operator API, its event stream, and the read endpoints.</summary>
public sealed class ScriptedOperator(KitOptions options) : IDisposable
{
    public const string Path = "/api/v1";

    private readonly StreamingClient _client = options.NewClient();
    private readonly RawHttp _raw = new(options.Master, options.Credential);
    private readonly List<IDisposable> _streams = [];

    public Task<CallAnswer> CallAsync(Call call) => _client.PostAsync(new Uri(options.Master, Path), call, options.Format);

    /// <summary>Makes a call and expects this status, and this text unless it is null.</summary>
    public async Task ExpectAsync(Call call, int status, string? text = null)
    {
        var answer = await CallAsync(call);
        Expect.That(answer.Status == status, $"{call.Type} answered with {status}, but it was {answer.Status}: {answer.Reason}");
        if (text is not null)
        {
            Expect.Equal(System.Text.Encoding.UTF8.GetString(answer.Body.Span), text, $"the answer to {call.Type}");
        }
    }

    /// <summary>Makes a call that reads, and gives its answer.</summary>
    public async Task<Response> ReadAsync(Call call)
    {
        var answer = await CallAsync(call);
        Expect.That(answer.Status == 200, $"{call.Type} answered with 200, but it was {answer.Status}: {answer.Reason}");
        Expect.That(answer.Read<Response>(options.Format).TryGet(out var response, out var error),
            $"a readable answer to {call.Type}: {error?.Detail}");
        return response;
    }

    public Task<Response> ReadAsync(Call.Types.Type type) => ReadAsync(new Call { Type = type });

    /// <summary>Opens the stream of cluster events; its first is SUBSCRIBED.</summary>
    public async Task<EventLog<Event>> SubscribeAsync()
    {
        var (stream, answer) = await _client.OpenAsync<Event>(
            new Uri(options.Master, Path), new Call { Type = Call.Types.Type.Subscribe }, options.Format);
        Expect.That(stream is not null, $"SUBSCRIBE answered with a stream, but it was {answer.Status}: {answer.Reason}");
        _streams.Add(stream);
        var log = new EventLog<Event>();
        _ = PumpAsync(stream, log);
        return log;
    }

    /// <summary>A read endpoint, as JSON.</summary>
    public async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await _raw.GetStringAsync(path)).RootElement;

    public void Dispose()
    {
        foreach (var stream in _streams)
        {
            stream.Dispose();
        }
        _raw.Dispose();
        _client.Dispose();
    }

    private static async Task PumpAsync(IncomingStream<Event> stream, EventLog<Event> log) => log.End(await stream.ReadAllAsync(
        @event =>
        {
            log.Add(@event);
            return ValueTask.CompletedTask;
        },
        CancellationToken.None));
}
