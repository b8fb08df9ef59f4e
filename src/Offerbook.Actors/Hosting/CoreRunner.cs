using System.Threading.Channels;
using Offerbook.Storage;

namespace Offerbook.Actors.Hosting;

/// <summary>Carries out the effects of one core. Called by one thread, in order; must not block.</summary>
public interface IEffectHandler
{
    void Perform(IEffect effect);
}

/// <summary>
/// The production shell of a core. One thread takes messages from a bounded mailbox and hands them to the core; a second appends
/// events to the journal in batches (everything that came while the last batch was being flushed) and lets effects out in order
/// once they may leave. A third party never runs inside the core: the turn thread is the only one that touches it. Both are threads
/// of their own: in the pool they would stand behind a thousand new connections whenever many clients come at once.
/// Messages that come in crowds have a lane of their own, of which the loop takes one at a time between all others.
/// When the mailbox is full, <see cref="TryPost"/> says no and <see cref="PostAsync"/> waits. When effects pile up behind a slow
/// journal, turns wait, and so the mailbox fills: nothing in here grows without bound.
/// </summary>
public sealed class CoreRunner<TMessage> : IAsyncDisposable where TMessage : class
{
    /// <summary>Messages that may wait: at 10 µs a turn this is 0.16 s of work, less than any client's patience.</summary>
    public const int DefaultMailboxCapacity = 16_384;

    /// <summary>Messages, and then due timers, between two looks at the other kind: neither can starve the other.</summary>
    private const int MaxTurnsPerBurst = 256;

    private readonly ICore<TMessage> _core;
    private readonly IJournal? _journal;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly Mailbox<TMessage> _mailbox;
    private readonly EffectOutlet _outlet;
    private readonly TimerQueue<TMessage> _timers = new();
    private readonly Effects _effects = new();
    private readonly ITimer _alarm;
    private readonly ICoreObserver<TMessage>? _observer;
    private volatile bool _failed;
    private Task? _running;

    /// <param name="observer">Told how long turns and appends took; null costs nothing.</param>
    /// <param name="proof">Must hold whenever an effect leaves; null, for whoever has no rival, costs nothing. It stays the
    /// caller's.</param>
    public CoreRunner(ICore<TMessage> core, IEffectHandler handler, IJournal? journal, TimeProvider time,
        int mailboxCapacity = DefaultMailboxCapacity, ICoreObserver<TMessage>? observer = null, LeadershipProof? proof = null)
    {
        Invariant.Check(core is not IDurableCore<TMessage> || journal is not null, "a durable core needs a journal");
        _core = core;
        _journal = journal;
        _time = time;
        _observer = observer;
        _origin = time.GetTimestamp();
        _mailbox = new Mailbox<TMessage>(mailboxCapacity);
        _outlet = new EffectOutlet(handler, journal, (core as IDurableCore<TMessage>)?.PersistenceId ?? "", time,
            observer is null ? null : observer.EventsAppended, proof);
        _alarm = time.CreateTimer(_ => _mailbox.Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Ends when the runner is disposed; faults when the core, the journal or an effect handler throws. Watch it: a faulted runner is dead.
    /// </summary>
    public Task Completion => _running ?? throw new InvalidOperationException("The runner has not been started.");

    public int QueueDepth => _mailbox.Count;

    /// <summary>Events that wait to be appended to the journal, without those being appended now.</summary>
    public int WaitingEvents => _outlet.WaitingEvents;

    public Now Now => new(_time.GetElapsedTime(_origin), _time.GetUtcNow());

    /// <summary>Recovers a durable core from its journal and starts taking messages.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (_core is IDurableCore<TMessage> durable)
        {
            var recovery = await _journal!.RecoverAsync(durable.PersistenceId, cancellation);
            _outlet.ContinueAfter(recovery.LastSequence);
            durable.Recover(recovery, Now, _effects);
            Interpret();
        }
        _running = Task.WhenAll(OnThread("turns", Turns), OnThread("outlet", _outlet.Run));
    }

    public bool TryPost(TMessage message) => _mailbox.TryPost(message);

    /// <summary>Waits for room in the mailbox.</summary>
    /// <exception cref="ChannelClosedException">The runner has stopped.</exception>
    public ValueTask PostAsync(TMessage message, CancellationToken cancellation = default) => _mailbox.PostAsync(message, cancellation);

    /// <summary>
    /// Posts one of many messages that come at once and whose turns are long: it waits behind whatever else there is, but for at most
    /// <see cref="Mailbox{TMessage}.MaxTurnsBeforeCrowd"/> turns. Nothing that must come after it may be posted before its effects are
    /// seen.
    /// </summary>
    /// <exception cref="ChannelClosedException">The runner has stopped.</exception>
    public ValueTask PostOfCrowdAsync(TMessage message, CancellationToken cancellation = default) =>
        _mailbox.PostOfCrowdAsync(message, cancellation);

    /// <summary>
    /// Stops taking messages, finishes the turns already queued, lets their effects out, and returns. Timers that have not run
    /// out are forgotten. Never call it from an effect handler: it waits for the handler.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _mailbox.Close();
        if (_running is not null)
        {
            await _running.ContinueWith(static _ => { }, TaskScheduler.Default);
        }
        await _alarm.DisposeAsync();
    }

    /// <summary>
    /// Ends it at once, for a leader that was deposed: nothing more leaves, what was decided and not let out is dropped, and whoever
    /// posts is told that it is over. <see cref="Completion"/> ends when the journal lets go of the thread that writes to it.
    /// </summary>
    public void Abandon()
    {
        _failed = true;
        _outlet.Stop();
        _mailbox.Close();
    }

    /// <returns>Ends with the loop; faults with what the loop throws, and then the other loop ends too.</returns>
    private Task OnThread(string name, Action loop)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                loop();
                ended.SetResult();
            }
            catch (Exception failure)
            {
                _failed = true;
                _mailbox.Close(failure);
                _outlet.Stop();
                ended.SetException(failure);
            }
        })
        {
            IsBackground = true,
            Name = $"{_core.GetType().Name} {name}",
        };
        thread.Start();
        return ended.Task;
    }

    private void Turns()
    {
        ArmAlarm();
        while (!_failed && !_mailbox.IsOver)
        {
            if (QueueDepth == 0)
            {
                _mailbox.Wait();
            }
            var ofCrowd = false;
            for (var i = 0; i < MaxTurnsPerBurst && !ofCrowd && _mailbox.TryTake(out var message, out ofCrowd); i++)
            {
                Turn(message, TimeSpan.Zero);
            }
            // A timer that starts itself anew without delay is due again at once: hence the bound here too.
            for (var i = 0; i < MaxTurnsPerBurst && _timers.TryTakeDue(Now.Elapsed, out var due, out var late); i++)
            {
                Turn(due, late);
            }
            ArmAlarm();
            while (!_failed && _outlet.IsCrowded)
            {
                _outlet.WaitForRoom();
            }
        }
        _outlet.EndOfTurns();
    }

    private void Turn(TMessage message, TimeSpan late)
    {
        if (_observer is null)
        {
            _core.Handle(message, Now, _effects);
            Interpret();
            return;
        }
        var began = _time.GetTimestamp();
        _core.Handle(message, Now, _effects);
        Interpret();
        _observer.TurnEnded(message, late, _time.GetElapsedTime(began));
    }

    private void Interpret()
    {
        if (_effects.Count == 0)
        {
            return;
        }
        for (var i = 0; i < _effects.Count; i++)
        {
            switch (_effects[i])
            {
                case StartTimer timer:
                    _timers.Start(timer.Key, Now.Elapsed + timer.After, (TMessage)timer.Message);
                    break;
                case CancelTimer timer:
                    _timers.Cancel(timer.Key);
                    break;
            }
        }
        _outlet.Take(_effects);
        _effects.Clear();
    }

    private void ArmAlarm()
    {
        if (_timers.NextDue is { } due)
        {
            var wait = due - Now.Elapsed;
            // Rounded up to a millisecond: the timer of the platform has no finer grain and must not fire early. Nor can it wait
            // for more than 49 days; an alarm that rings too soon only looks at the clock.
            var ms = Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, TimeSpan.MillisecondsPerDay);
            _alarm.Change(TimeSpan.FromMilliseconds(ms), Timeout.InfiniteTimeSpan);
        }
        else
        {
            _alarm.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
