using System.Threading.Channels;
using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Offerbook.Wire.Streaming;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Client.Tests.Hosting;

/// <summary>A call as it arrived.</summary>
internal sealed record Arrived(Call Call, string? StreamId, string ContentType);

/// <summary>A master on loopback that does what the test says, over real HTTP.</summary>
internal sealed class FakeMaster : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly Channel<Arrived> _arrived = Channel.CreateUnbounded<Arrived>();
    private readonly Lock _lock = new();
    private Channel<Event> _events = Channel.CreateUnbounded<Event>();
    private bool _taken;
    private int _streams;

    private FakeMaster(WebApplication web) => _web = web;

    public Uri Address { get; private set; } = null!;

    /// <summary>What to do instead of serving; null serves.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    /// <summary>The answer to calls other than SUBSCRIBE.</summary>
    public (int Status, string Body) Answer { get; set; } = (202, "");

    public static async Task<FakeMaster> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var master = new FakeMaster(builder.Build());
        master._web.MapFallback(master.ServeAsync);
        await master._web.StartAsync();
        master.Address = new Uri(master._web.Urls.Single());
        return master;
    }

    /// <summary>Sends an event on the newest stream, or on the one that is opened next. Null closes the stream.</summary>
    public void Send(Event? @event)
    {
        lock (_lock)
        {
            if (@event is not null)
            {
                _events.Writer.TryWrite(@event);
                return;
            }
            _events.Writer.Complete();
            (_events, _taken) = (Channel.CreateUnbounded<Event>(), false);
        }
    }

    public void SendSubscribed(string id) => Send(new Event
    {
        Type = Event.Types.Type.Subscribed,
        Subscribed = new Event.Types.Subscribed { FrameworkId = new FrameworkID { Value = id }, HeartbeatIntervalSeconds = 15 },
    });

    public async Task<Arrived> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await _arrived.Reader.ReadAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        _events.Writer.TryComplete();
        await _web.DisposeAsync();
    }

    private ChannelReader<Event> Take()
    {
        lock (_lock)
        {
            _events = _taken ? Channel.CreateUnbounded<Event>() : _events;
            _taken = true;
            return _events.Reader;
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (Instead is { } instead)
        {
            await instead(context);
            return;
        }
        var read = await context.Request.ReadMessageAsync<Call>();
        Assert.That(read.TryGet(out var call, out var refusal), Is.True, refusal?.Body);
        var events = call!.Type == Call.Types.Type.Subscribe ? Take() : null;
        _arrived.Writer.TryWrite(new Arrived(call, (string?)context.Request.Headers["Mesos-Stream-Id"], context.Request.ContentType!));
        if (events is null)
        {
            await context.Response.WriteTextAsync(Answer.Status, Answer.Body);
            return;
        }
        context.Response.ContentType = MediaTypes.Of(read.Format);
        context.Response.Headers["Mesos-Stream-Id"] = $"stream-{++_streams}";
        await context.Response.StartAsync();
        await foreach (var next in events.ReadAllAsync(context.RequestAborted))
        {
            await context.Response.Body.WriteAsync(RecordIoEncoder.Frame(MessageCodec.ToBytes(next, read.Format)), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
