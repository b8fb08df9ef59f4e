using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Offerbook.Actors.Hosting;
using Offerbook.Coordination;
using Offerbook.Wire;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Http;

namespace Offerbook.Agent.Hosting.Registration;

/// <summary>
/// Moves bytes between the core and the master. One connection at a time is open; opening the next closes the one before.
/// Which master: the one that the detector names; without one, the one that answered last, else the next of the list. A master that
/// does not lead says who does. While several may lead, attempts go on until one has taken the agent or the core gives up waiting, so
/// that the core's growing back-off does not outlast an election.
/// </summary>
/// <param name="masters">Not empty, unless there is a detector.</param>
/// <param name="detector">Null: there is the list only. It is disposed of with this.</param>
internal sealed class MasterConnection(
    IReadOnlyList<Uri> masters, ILeaderDetector? detector, Credential? credential, Func<AgentMessage, ValueTask> post,
    ILogger logger) : IAsyncDisposable
{
    private const string Path = "/offerbook/agent/v1";
    private const string StreamIdHeader = "Offerbook-Stream-Id";

    /// <summary>
    /// Calls that may wait for the connection: two updates for each task an agent may hold. More means that the master does not keep up.
    /// </summary>
    private const int CallCapacity = 20_000;

    /// <summary>Updates in one call: a turn of some milliseconds for the master's core.</summary>
    private const int MaxUpdatesAtOnce = 64;

    private const int MaxRedirects = 5;

    /// <summary>What a master answers to a call of a kind that it does not know.</summary>
    private const int NotImplemented = 501;

    /// <summary>Between two rounds over masters none of which leads: on average some 20 in a session's 10 s.</summary>
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1);

    private readonly StreamingClient _client = new(StreamingClientOptions.Default with { Credential = credential });
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _disposed = new();
    private Task _watching = Task.CompletedTask;
    private volatile Session? _session;
    private Uri? _leader;
    private int _next;

    /// <summary>Begins to tell the core when another master leads than the one that it is connected to.</summary>
    public void Watch() => _watching = detector is null ? Task.CompletedTask : WatchAsync(detector);

    public void Open(long connection, Call subscribe)
    {
        var session = new Session(connection);
        Replace(session);
        session.Running = RunAsync(session, subscribe);
    }

    public void Close(long connection)
    {
        if (_session?.Connection == connection)
        {
            Replace(null);
        }
    }

    public void Send(long connection, Call call)
    {
        if (_session is { } session && session.Connection == connection && !session.Calls.Writer.TryWrite(call))
        {
            session.Stopping.Cancel();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await _watching;
        var last = _session;
        Replace(null);
        if (last?.Running is { } running)
        {
            await running;
        }
        _client.Dispose();
        if (detector is not null)
        {
            await detector.DisposeAsync();
        }
        _disposed.Dispose();
    }

    private void Replace(Session? session)
    {
        lock (_lock)
        {
            _session?.Stopping.Cancel();
            _session = session;
        }
    }

    private async Task WatchAsync(ILeaderDetector elections)
    {
        try
        {
            LeaderInfo? known = null;
            while (true)
            {
                known = await elections.ChangedAsync(known, _disposed.Token);
                // That nobody is known to lead is no reason to leave a master that may still do.
                if (known is not null && _session is { } session && session.Master is { } master && !IsSame(master, known.Address))
                {
                    logger.LogInformation("The master at {Address} leads now", known.Address);
                    await post(new AgentMessage.MasterElected());
                }
            }
        }
        catch (OperationCanceledException) when (_disposed.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    private static bool IsSame(Uri one, Uri other) => string.Equals(one.Authority, other.Authority, StringComparison.OrdinalIgnoreCase);

    private async Task RunAsync(Session session, Call subscribe)
    {
        await Task.Yield();
        var cancellation = session.Stopping.Token;
        int? status = null;
        string reason;
        try
        {
            var (address, stream, answer) = await SubscribeAsync(session, subscribe, cancellation);
            if (stream is null)
            {
                (status, reason) = (answer.Status, answer.Reason);
                logger.LogWarning("The master at {Address} did not take the agent: {Reason}", address, reason);
            }
            else
            {
                using (stream)
                {
                    var sending = SendCallsAsync(session, address, stream.Header(StreamIdHeader) ?? "");
                    reason = await stream.ReadAllAsync(
                        @event => HearAsync(session, address, @event), cancellation);
                    logger.LogWarning("The connection to the master at {Address} has ended: {Reason}", address, reason);
                    session.Calls.Writer.TryComplete();
                    await session.Stopping.CancelAsync();
                    await sending;
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            reason = "The connection was closed by the agent";
        }
        await post(new AgentMessage.MasterConnectionEnded(session.Connection, status, reason));
    }

    private ValueTask HearAsync(Session session, Uri address, Event @event)
    {
        if (@event.Type == Event.Types.Type.Unknown)
        {
            logger.LogWarning(
                "The master at {Address} has sent an event of a kind that this agent does not know: it is newer. It is left alone",
                address);
        }
        return post(new AgentMessage.MasterEventReceived(session.Connection, @event));
    }

    private async Task<(Uri Address, IncomingStream<Event>? Stream, CallAnswer Answer)> SubscribeAsync(
        Session session, Call subscribe, CancellationToken cancellation)
    {
        for (var failures = 1; ; failures++)
        {
            var tried = detector?.Leader;
            var attempt = await TryAsync(session, await ChooseAsync(cancellation), subscribe, cancellation);
            // A 4xx is the leader's word; another master would say the same.
            var mayLead = attempt.Answer.Status is null or 307 or >= 500 && (detector is not null || masters.Count > 1);
            if (attempt.Stream is not null || !mayLead)
            {
                return attempt;
            }
            if (detector is not null)
            {
                await WaitAsync(pause => detector.ChangedAsync(tried, pause).AsTask(), cancellation);
            }
            else if (failures % masters.Count == 0)
            {
                await WaitAsync(Waiting.WaitForCancellationAsync, cancellation);
            }
        }
    }

    /// <summary>
    /// Waits for whatever comes first: the event, or some part of <see cref="MaxPause"/>, drawn so that a fleet does not ask as one.
    /// </summary>
    private static async Task WaitAsync(Func<CancellationToken, Task> wait, CancellationToken cancellation)
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        pause.CancelAfter(MaxPause * Random.Shared.NextDouble());
        try
        {
            await wait(pause.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The pause is over.
        }
    }

    private async ValueTask<Uri> ChooseAsync(CancellationToken cancellation)
    {
        if (detector is null)
        {
            return _leader ?? masters[_next++ % masters.Count];
        }
        var leader = detector.Leader;
        while (leader is null)
        {
            leader = await detector.ChangedAsync(null, cancellation);
        }
        return leader.Address;
    }

    private async Task<(Uri Address, IncomingStream<Event>? Stream, CallAnswer Answer)> TryAsync(
        Session session, Uri address, Call subscribe, CancellationToken cancellation)
    {
        for (var hops = 0; ; hops++)
        {
            session.Master = address;
            var (stream, answer) = await _client.OpenAsync<Event>(new Uri(address, Path), subscribe, MessageFormat.Protobuf,
                cancellation: cancellation);
            if (stream is null && answer is { Status: 307, Redirect: { } redirect } && hops < MaxRedirects)
            {
                address = redirect;
                continue;
            }
            _leader = stream is null ? null : address;
            return (address, stream, answer);
        }
    }

    private async Task SendCallsAsync(Session session, Uri address, string streamId)
    {
        await Task.Yield();
        KeyValuePair<string, string>[] headers = [new(StreamIdHeader, streamId)];
        var target = new Uri(address, Path);
        try
        {
            await foreach (var call in session.Calls.Reader.ReadAllAsync(session.Stopping.Token))
            {
                GatherUpdates(session.Calls.Reader, call);
                var answer = await _client.PostAsync(target, call, MessageFormat.Protobuf, headers, session.Stopping.Token);
                if (answer.Status == NotImplemented)
                {
                    logger.LogWarning("The master at {Address} does not know {Type}: it is older than this agent, which goes on without",
                        address, call.Type);
                }
                else if (!answer.IsSuccess)
                {
                    logger.LogWarning("The master at {Address} refused {Type}: {Reason}", address, call.Type, answer.Reason);
                    await post(new AgentMessage.MasterCallFailed(session.Connection, call, answer.Status, answer.Reason));
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (session.Stopping.IsCancellationRequested)
        {
            // The connection is over; what was not sent is sent anew on the next one.
        }
    }

    /// <summary>What became ready while the call before was under way goes as one, in the order in which it would have gone.</summary>
    private static void GatherUpdates(ChannelReader<Call> calls, Call call)
    {
        while (call.Type == Call.Types.Type.Update && call.FurtherUpdates.Count < MaxUpdatesAtOnce - 1
            && calls.TryPeek(out var next) && next.Type == Call.Types.Type.Update && calls.TryRead(out next))
        {
            call.FurtherUpdates.Add(next.Update);
        }
    }

    private sealed class Session(long connection)
    {
        public long Connection => connection;

        /// <summary>The master that is asked, or has taken the agent.</summary>
        public Uri? Master { get; set; }

        public CancellationTokenSource Stopping { get; } = new();

        public Channel<Call> Calls { get; } = Channel.CreateBounded<Call>(new BoundedChannelOptions(CallCapacity) { SingleReader = true });

        public Task? Running { get; set; }
    }
}
