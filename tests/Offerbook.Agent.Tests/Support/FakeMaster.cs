using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using Mesos.V1;
using Offerbook.Wire;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Http;

namespace Offerbook.Agent.Tests.Support;

/// <summary>The master's half of the agent protocol over real HTTP: it takes every agent and acknowledges every update.</summary>
internal sealed class FakeMaster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpServer _server;
    private readonly ConcurrentQueue<TaskStatus> _updates = new();
    private readonly ConcurrentQueue<Call> _others = new();
    private readonly SemaphoreSlim _heard = new(0);
    private EventStream<Event>? _stream;

    private FakeMaster(HttpServer server) => _server = server;

    public Uri Address => _server.Address;

    /// <summary>The status of an answer to a call that is neither a subscription nor an update.</summary>
    public Func<Call, int> Answer { get; set; } = _ => StatusCodes.Status202Accepted;

    public List<Call.Types.Subscribe> Subscriptions { get; } = [];

    public static async Task<FakeMaster> StartAsync()
    {
        FakeMaster? master = null;
        var server = await HttpServer.StartAsync(
            new ListenOptions(IPAddress.Loopback, 0, "--port"), context => master!.HandleAsync(context), null, CancellationToken.None);
        return master = new FakeMaster(server);
    }

    public void Send(Event @event) => _stream!.TrySend(@event);

    public void CutTheStream() => _stream!.Close();

    /// <summary>Waits until the agent has subscribed so many times.</summary>
    public Task SubscribedAsync(int times = 1) => UntilAsync(() => Subscriptions.Count >= times, $"subscription {times}");

    /// <summary>Waits for a task to reach a state.</summary>
    public Task<TaskStatus> StateAsync(string task, TaskState state) => StatusAsync(task, update => update.State == state, $"{state}");

    /// <summary>Waits for a status of a task.</summary>
    public async Task<TaskStatus> StatusAsync(string task, Func<TaskStatus, bool> wanted, string what = "a status")
    {
        TaskStatus? found = null;
        await UntilAsync(() => (found = _updates.FirstOrDefault(update => update.TaskId.Value == task && wanted(update))) is not null,
            $"{task} {what}");
        return found!;
    }

    /// <summary>Waits for a call that is neither a subscription nor an update.</summary>
    public async Task<Call> CallAsync(Call.Types.Type type)
    {
        Call? found = null;
        await UntilAsync(() => (found = _others.FirstOrDefault(call => call.Type == type)) is not null, type.ToString());
        return found!;
    }

    /// <summary>Every update that came, copies included.</summary>
    public IReadOnlyList<TaskStatus> Updates => [.. _updates];

    public ValueTask DisposeAsync()
    {
        _stream?.Close();
        return _server.DisposeAsync();
    }

    private async Task UntilAsync(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            try
            {
                await _heard.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new AssertionException(
                    $"Waited {Patience} for {what}; updates so far: "
                    + string.Join(", ", _updates.Select(update => $"{update.TaskId.Value} {update.State}")));
            }
        }
    }

    private async Task HandleAsync(HttpContext context)
    {
        var read = await context.Request.ReadMessageAsync<Call>();
        var call = read.Message!;
        if (call.Type == Call.Types.Type.Subscribe)
        {
            context.Response.Headers["Offerbook-Stream-Id"] = "stream-1";
            var stream = _stream = new EventStream<Event>(context, MessageFormat.Protobuf, StreamBounds.Default);
            stream.TrySend(Make.Subscribed());
            Subscriptions.Add(call.Subscribe);
            _heard.Release();
            await stream.RunAsync();
            return;
        }
        if (context.Request.Headers["Offerbook-Stream-Id"] != "stream-1")
        {
            await context.Response.WriteTextAsync(400, "no such stream");
            return;
        }
        if (call.Type == Call.Types.Type.Update)
        {
            foreach (var update in call.FurtherUpdates.Prepend(call.Update))
            {
                _updates.Enqueue(update.Status);
                Send(Make.Acknowledge(update.Status.TaskId.Value, update.Status, update.FrameworkId.Value));
                _heard.Release();
            }
        }
        else
        {
            _others.Enqueue(call);
            _heard.Release();
            await context.Response.WriteTextAsync(Answer(call), "");
            return;
        }
        await context.Response.WriteTextAsync(202, "");
    }
}
