using Offerbook.Actors;
using Offerbook.Client.Scheduling;
using Offerbook.Wire.Http;

namespace Offerbook.Client.Hosting;

/// <summary>
/// The production shell of a <see cref="SubscriptionKeeper"/>: performs its effects over HTTP and posts what comes back. Decides
/// nothing: when to try again, and what a failure means, is the keeper's business.
/// </summary>
public sealed class SchedulerConnection : IAsyncDisposable
{
    private readonly SchedulerConnectionOptions _options;
    private readonly Func<SchedulerSignal, CancellationToken, ValueTask> _post;
    private readonly StreamingClient _http;
    private readonly DeferredDetector? _detector;
    private readonly MasterFinder _masters;
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SchedulerSession? _session;
    private Task _running = Task.CompletedTask;

    /// <param name="post">Delivers a signal to the framework's core, waiting for room in its mailbox: a busy core slows the stream down.
    /// A <see cref="System.Threading.Channels.ChannelClosedException"/> from it means that the core has stopped.</param>
    public SchedulerConnection(SchedulerConnectionOptions options, Func<SchedulerSignal, CancellationToken, ValueTask> post)
    {
        _options = options;
        _post = post;
        _detector = options.DetectMaster is { } detect ? new DeferredDetector(detect()) : null;
        _http = new StreamingClient(options.Http);
        _masters = new MasterFinder(options.Masters, _detector);
    }

    /// <summary>Faults when the connection breaks down by a bug of its own; never ends otherwise.</summary>
    public Task Completion => _failed.Task;

    /// <summary>Performs the effect if it is one of the scheduler's, without blocking. Not for several threads at once.</summary>
    /// <returns>False for any other effect.</returns>
    public bool TryPerform(IEffect effect)
    {
        switch (effect)
        {
            case OpenSubscription open:
                _session?.Close();
                var session = _session = new SchedulerSession(open.Subscription, _http, _masters, _options, _post);
                _running = RunAfterAsync(_running, session, open);
                return true;
            case CloseSubscription close when _session?.Number == close.Subscription:
                _session.Close();
                return true;
            case CallMaster call when _session?.Number == call.Subscription:
                _session.Send(call.Call);
                return true;
            case CloseSubscription or CallMaster:
                // Of a subscription gone by.
                return true;
            default:
                return false;
        }
    }

    /// <summary>Closes the subscription without tearing the framework down. Perform nothing any more when it is called.</summary>
    public async ValueTask DisposeAsync()
    {
        _session?.Close();
        await _running;
        if (_detector is not null)
        {
            await _detector.DisposeAsync();
        }
        _http.Dispose();
    }

    /// <summary>The session before must be silent first, so that its last calls never mix with those of the new one.</summary>
    private async Task RunAfterAsync(Task before, SchedulerSession session, OpenSubscription open)
    {
        await before;
        try
        {
            await Task.Run(() => session.RunAsync(open.Subscribe));
        }
        catch (Exception failure)
        {
            _failed.TrySetException(failure);
        }
    }
}
