using System.Diagnostics.CodeAnalysis;
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

    /// <summary>Events in one append: a few milliseconds of SQLite work, so that a burst cannot postpone its own first answer for long.</summary>
    private const int MaxEventsPerAppend = 4_096;

    /// <summary>Messages, and then due timers, between two looks at the other kind: neither can starve the other.</summary>
    private const int MaxTurnsPerBurst = 256;

    /// <summary>Other messages before one of the crowd has its turn: the crowd moves on however busy the others are.</summary>
    private const int MaxTurnsBeforeCrowd = 8;

    /// <summary>
    /// Effects and events that may wait for the journal before turns pause: at 100,000 a second a disk may stall for half a
    /// second unnoticed. One burst may go over it by what its turns emit.
    /// </summary>
    private const int MaxWaitingEffects = 65_536;

    private readonly ICore<TMessage> _core;
    private readonly IEffectHandler _handler;
    private readonly IJournal? _journal;
    private readonly string _persistenceId;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly Channel<TMessage> _mailbox;
    private readonly Channel<TMessage> _crowd;
    private readonly Doorbell _mailArrived = new();
    private readonly Doorbell _effectsArrived = new();
    private readonly Doorbell _roomMade = new();
    private readonly TimerQueue<TMessage> _timers = new();
    private readonly Effects _effects = new();
    private readonly Lock _outletLock = new();
    private readonly List<JournalRecord> _toAppend = [];
    private Snapshot? _toSnapshot;
    private long _packing;
    private Exception? _packFailure;
    private OutputGate _gate = new(0);
    private readonly ITimer _alarm;
    private readonly ICoreObserver<TMessage>? _observer;
    private int _turnsSinceCrowd;
    private volatile bool _turnsOver;
    private volatile bool _failed;
    private Task? _running;

    /// <param name="observer">Told how long turns and appends took; null costs nothing.</param>
    public CoreRunner(ICore<TMessage> core, IEffectHandler handler, IJournal? journal, TimeProvider time,
        int mailboxCapacity = DefaultMailboxCapacity, ICoreObserver<TMessage>? observer = null)
    {
        Invariant.Check(core is not IDurableCore<TMessage> || journal is not null, "a durable core needs a journal");
        _core = core;
        _handler = handler;
        _journal = journal;
        _persistenceId = (core as IDurableCore<TMessage>)?.PersistenceId ?? "";
        _time = time;
        _observer = observer;
        _origin = time.GetTimestamp();
        _mailbox = Channel.CreateBounded<TMessage>(new BoundedChannelOptions(mailboxCapacity) { SingleReader = true });
        _crowd = Channel.CreateBounded<TMessage>(new BoundedChannelOptions(mailboxCapacity) { SingleReader = true });
        _alarm = time.CreateTimer(_ => _mailArrived.Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends when the runner is disposed; faults when the core, the journal or an effect handler throws. Watch it: a faulted runner is dead.</summary>
    public Task Completion => _running ?? throw new InvalidOperationException("The runner has not been started.");

    public int QueueDepth => _mailbox.Reader.Count + _crowd.Reader.Count;

    /// <summary>Events that wait to be appended to the journal, without those being appended now.</summary>
    public int WaitingEvents
    {
        get
        {
            lock (_outletLock)
            {
                return _toAppend.Count;
            }
        }
    }

    public Now Now => new(_time.GetElapsedTime(_origin), _time.GetUtcNow());

    /// <summary>Recovers a durable core from its journal and starts taking messages.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (_core is IDurableCore<TMessage> durable)
        {
            var recovery = await _journal!.RecoverAsync(_persistenceId, cancellation);
            _gate = new OutputGate(recovery.LastSequence);
            durable.Recover(recovery, Now, _effects);
            Interpret();
        }
        _running = Task.WhenAll(OnThread("turns", Turns), OnThread("outlet", Outlet));
    }

    public bool TryPost(TMessage message)
    {
        if (!_mailbox.Writer.TryWrite(message))
        {
            return false;
        }
        _mailArrived.Ring();
        return true;
    }

    /// <summary>Waits for room in the mailbox.</summary>
    /// <exception cref="ChannelClosedException">The runner has stopped.</exception>
    public ValueTask PostAsync(TMessage message, CancellationToken cancellation = default) =>
        !cancellation.IsCancellationRequested && TryPost(message) ? ValueTask.CompletedTask : PostAsync(_mailbox, message, cancellation);

    /// <summary>
    /// Posts one of many messages that come at once and whose turns are long: it waits behind whatever else there is, but for at most
    /// <see cref="MaxTurnsBeforeCrowd"/> turns. Nothing that must come after it may be posted before its effects are seen.
    /// </summary>
    /// <exception cref="ChannelClosedException">The runner has stopped.</exception>
    public ValueTask PostOfCrowdAsync(TMessage message, CancellationToken cancellation = default) => PostAsync(_crowd, message, cancellation);

    /// <summary>
    /// Stops taking messages, finishes the turns already queued, lets their effects out, and returns. Timers that have not run
    /// out are forgotten. Never call it from an effect handler: it waits for the handler.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _mailbox.Writer.TryComplete();
        _crowd.Writer.TryComplete();
        _mailArrived.Ring();
        if (_running is not null)
        {
            await _running.ContinueWith(static _ => { }, TaskScheduler.Default);
        }
        await _alarm.DisposeAsync();
    }

    private async ValueTask PostAsync(Channel<TMessage> lane, TMessage message, CancellationToken cancellation)
    {
        await lane.Writer.WriteAsync(message, cancellation);
        _mailArrived.Ring();
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
                _mailbox.Writer.TryComplete(failure);
                _crowd.Writer.TryComplete(failure);
                _mailArrived.Ring();
                _effectsArrived.Ring();
                _roomMade.Ring();
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
        while (!_failed && !(_mailbox.Reader.Completion.IsCompleted && _crowd.Reader.Completion.IsCompleted))
        {
            if (QueueDepth == 0)
            {
                _mailArrived.Wait();
            }
            var ofCrowd = false;
            for (var i = 0; i < MaxTurnsPerBurst && !ofCrowd && TryTake(out var message, out ofCrowd); i++)
            {
                Turn(message, TimeSpan.Zero);
            }
            // A timer that starts itself anew without delay is due again at once: hence the bound here too.
            for (var i = 0; i < MaxTurnsPerBurst && _timers.TryTakeDue(Now.Elapsed, out var due, out var late); i++)
            {
                Turn(due, late);
            }
            ArmAlarm();
            // The outlet rings after every step it makes; a ring left over from before only costs one more look.
            while (!_failed && IsCrowded())
            {
                _roomMade.Wait();
            }
        }
        _turnsOver = true;
        _effectsArrived.Ring();
    }

    private bool TryTake([MaybeNullWhen(false)] out TMessage message, out bool ofCrowd)
    {
        ofCrowd = false;
        if (_turnsSinceCrowd < MaxTurnsBeforeCrowd && _mailbox.Reader.TryRead(out message))
        {
            _turnsSinceCrowd++;
            return true;
        }
        _turnsSinceCrowd = 0;
        ofCrowd = _crowd.Reader.TryRead(out message);
        return ofCrowd || _mailbox.Reader.TryRead(out message);
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
        lock (_outletLock)
        {
            for (var i = 0; i < _effects.Count; i++)
            {
                Invariant.Check(_journal is not null || _effects[i] is not (Persist or SaveSnapshot or SaveSnapshotOf), "a core without a journal persists");
                switch (_effects[i])
                {
                    case StartTimer timer:
                        _timers.Start(timer.Key, Now.Elapsed + timer.After, (TMessage)timer.Message);
                        break;
                    case CancelTimer timer:
                        _timers.Cancel(timer.Key);
                        break;
                    case Persist persist:
                        _gate.NextSequence();
                        _toAppend.Add(persist.Event);
                        break;
                    case SaveSnapshot snapshot:
                        _toSnapshot = new Snapshot(_gate.Appended, snapshot.State);
                        break;
                    case SaveSnapshotOf snapshot:
                        Pack(snapshot, _gate.Appended);
                        break;
                    case var effect:
                        _gate.Hold(effect);
                        break;
                }
            }
        }
        _effects.Clear();
        _effectsArrived.Ring();
    }

    /// <summary>The newest wish counts; what is made for an older one is thrown away.</summary>
    private void Pack(SaveSnapshotOf wanted, long sequence)
    {
        _packing = sequence;
        _ = Task.Run(() =>
        {
            try
            {
                var made = new Snapshot(sequence, wanted.Pack());
                lock (_outletLock)
                {
                    _toSnapshot = _packing == sequence ? made : _toSnapshot;
                }
            }
            catch (Exception failure)
            {
                lock (_outletLock)
                {
                    _packFailure = failure;
                }
            }
            _effectsArrived.Ring();
        });
    }

    private bool IsCrowded()
    {
        lock (_outletLock)
        {
            return _toAppend.Count + _gate.Waiting > MaxWaitingEffects;
        }
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

    private void Outlet()
    {
        bool last;
        do
        {
            _effectsArrived.Wait();
            // Asked before effects are taken: none can come after.
            last = _turnsOver;
            do
            {
                if (_failed)
                {
                    return;
                }
                Release();
                _roomMade.Ring();
            }
            while (Flush());
        }
        while (!last);
    }

    /// <returns>Whether something was flushed, so that more may be let out.</returns>
    private bool Flush()
    {
        JournalRecord[] batch;
        Snapshot? snapshot = null;
        long first;
        lock (_outletLock)
        {
            if (_packFailure is not null)
            {
                throw new InvalidOperationException("The state could not be written out as a snapshot.", _packFailure);
            }
            if (_toAppend.Count == 0 && _toSnapshot is null)
            {
                return false;
            }
            var count = Math.Min(_toAppend.Count, MaxEventsPerAppend);
            first = _gate.Appended - _toAppend.Count + 1;
            batch = _toAppend.GetRange(0, count).ToArray();
            _toAppend.RemoveRange(0, count);
            if (_toSnapshot is { } wanted && wanted.Sequence < first + count)
            {
                (snapshot, _toSnapshot) = (wanted, null);
            }
        }
        if (batch.Length > 0)
        {
            var began = _time.GetTimestamp();
            _journal!.AppendAsync(_persistenceId, first, batch, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            _observer?.EventsAppended(batch.Length, _time.GetElapsedTime(began));
            lock (_outletLock)
            {
                _gate.MarkFlushed(first + batch.Length - 1);
            }
        }
        if (snapshot is not null)
        {
            Release();
            _journal!.SaveSnapshotAsync(_persistenceId, snapshot, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        return true;
    }

    private void Release()
    {
        while (true)
        {
            IEffect effect;
            lock (_outletLock)
            {
                if (!_gate.TryRelease(out effect))
                {
                    return;
                }
            }
            _handler.Perform(effect);
        }
    }
}
