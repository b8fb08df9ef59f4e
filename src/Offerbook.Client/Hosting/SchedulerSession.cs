using System.Threading.Channels;
using Mesos.V1.Scheduler;
using Offerbook.Client.Scheduling;
using Offerbook.Wire.Http;

namespace Offerbook.Client.Hosting;

/// <summary>
/// One subscription on the network: finds the leading master, opens the stream, hands its events on, and sends calls one after
/// the other. Ends by itself with a <see cref="SchedulerSignal.SubscriptionEnded"/>, or silently when it is closed.
/// </summary>
internal sealed class SchedulerSession
{
    /// <summary>A master names the leader, which may just have lost to a third; more is a circle.</summary>
    private const int MaxRedirects = 3;

    /// <summary>
    /// Between two rounds over masters none of which leads: on average some 20 in the 10 s of a session. While there are several masters
    /// the attempt goes on in here, until the keeper's patience ends, so that its back-off does not outlast an election.
    /// </summary>
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1);

    private readonly long _number;
    private readonly StreamingClient _http;
    private readonly MasterFinder _masters;
    private readonly SchedulerConnectionOptions _options;
    private readonly Func<SchedulerSignal, CancellationToken, ValueTask> _post;
    private readonly Channel<Call> _calls;
    private readonly CancellationTokenSource _closed = new();

    public SchedulerSession(long number, StreamingClient http, MasterFinder masters, SchedulerConnectionOptions options,
        Func<SchedulerSignal, CancellationToken, ValueTask> post)
    {
        _number = number;
        _http = http;
        _masters = masters;
        _options = options;
        _post = post;
        _calls = Channel.CreateBounded<Call>(new BoundedChannelOptions(options.MaxCallsWaiting) { SingleReader = true });
    }

    public long Number => _number;

    /// <summary>Queues a call. Beyond the bound the session ends: a gap in the calls must not go unnoticed.</summary>
    public void Send(Call call)
    {
        if (!_calls.Writer.TryWrite(call))
        {
            _calls.Writer.TryComplete();
        }
    }

    public void Close() => _closed.Cancel();

    public async Task RunAsync(Call subscribe)
    {
        try
        {
            if (_options.BeforeSubscribing is { } ask && await ask(_closed.Token) is { } obstacle)
            {
                await _post(new SchedulerSignal.SubscriptionEnded(_number, null, obstacle), _closed.Token);
                return;
            }
            var (master, stream, answer) = await OpenAsync(subscribe);
            if (stream is null)
            {
                await _post(new SchedulerSignal.SubscriptionEnded(_number, answer.Status, answer.Reason), _closed.Token);
                return;
            }
            using (stream)
            {
                await ServeAsync(master, stream);
            }
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // Closed: whoever closed it wants to hear no more.
        }
        catch (ChannelClosedException)
        {
            // The framework's core has stopped; there is nobody left to tell.
        }
    }

    private async Task<(Uri Master, IncomingStream<Event>? Stream, CallAnswer Answer)> OpenAsync(Call subscribe)
    {
        var redirects = 0;
        for (var failures = 1; ; failures++)
        {
            var master = await _masters.NextAsync(_closed.Token);
            var (stream, answer) = await OpenAsync(master, subscribe);
            // A 4xx is the leader's word on this call; another master would say the same.
            if (stream is not null || answer.Status is >= 400 and < 500)
            {
                return (master, stream, answer);
            }
            if (answer is { Status: 307, Redirect: { } leader } && redirects++ < MaxRedirects)
            {
                _masters.Redirected(leader);
                failures--;
                continue;
            }
            _masters.Failed(master);
            if (failures < _masters.Count)
            {
                continue;
            }
            if (!_masters.AreSeveral)
            {
                return (master, null, answer);
            }
            (failures, redirects) = (0, 0);
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
            pause.CancelAfter(MaxPause * Random.Shared.NextDouble());
            await IgnoreAsync(_masters.LeftAsync(master, pause.Token));
            _closed.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>For waits that may be broken off.</summary>
    private static async Task IgnoreAsync(Task wait) => await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<(IncomingStream<Event>? Stream, CallAnswer Answer)> OpenAsync(Uri master, Call subscribe)
    {
        try
        {
            return await _http.OpenAsync<Event>(Api(master), subscribe, _options.Format, null, _closed.Token);
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The keeper's patience ended before this master answered: the next attempt goes to another one.
            _masters.Failed(master);
            throw;
        }
    }

    private async Task ServeAsync(Uri master, IncomingStream<Event> stream)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
        var sending = SendAllAsync(master, stream.Header("Mesos-Stream-Id"), ended);
        var isDeposed = false;
        var leaving = LeaveAsync();
        string reason;
        try
        {
            reason = await stream.ReadAllAsync(
                received => _post(new SchedulerSignal.EventReceived(_number, received), ended.Token), ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested && !_closed.IsCancellationRequested)
        {
            reason = isDeposed
                ? $"Another master leads than {master}." : $"More than {_options.MaxCallsWaiting} calls waited to be sent to {master}.";
        }
        finally
        {
            await ended.CancelAsync();
            await sending;
            await leaving;
        }
        _masters.Failed(master);
        await _post(new SchedulerSignal.SubscriptionEnded(_number, null, reason), _closed.Token);

        async Task LeaveAsync()
        {
            await IgnoreAsync(_masters.LeftAsync(master, ended.Token));
            if (!ended.IsCancellationRequested)
            {
                isDeposed = true;
                await ended.CancelAsync();
            }
        }
    }

    private async Task SendAllAsync(Uri master, string? streamId, CancellationTokenSource ended)
    {
        KeyValuePair<string, string>[] headers = streamId is null ? [] : [new("Mesos-Stream-Id", streamId)];
        try
        {
            await foreach (var call in _calls.Reader.ReadAllAsync(ended.Token))
            {
                var answer = await _http.PostAsync(Api(master), call, _options.Format, headers, ended.Token);
                if (!answer.IsSuccess)
                {
                    await _post(new SchedulerSignal.CallFailed(_number, call, answer.Status, answer.Reason), ended.Token);
                }
            }
            // Only an overflow completes the queue.
            await ended.CancelAsync();
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The stream has ended, and what was not sent goes with it: the core reconciles after the next SUBSCRIBED.
        }
    }

    private static Uri Api(Uri master) => new(master, "/api/v1/scheduler");
}
