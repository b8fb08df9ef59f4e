using Offerbook.Storage;

namespace Offerbook.Actors.Hosting;

/// <summary>
/// What a core's turns have decided and the outside does not know yet. The turn thread puts effects in; the outlet thread appends
/// events to the journal in batches (everything that came while the last batch was being flushed) and lets effects out in order once
/// they may leave. What the two threads share is touched under one lock, which nobody holds while the journal or a handler works.
/// </summary>
/// <param name="appended">Told of each append: how many events, and how long it took. Null costs nothing.</param>
/// <param name="proof">What must hold for an effect to leave; null: nothing, this is nobody's rival.</param>
internal sealed class EffectOutlet(
    IEffectHandler handler, IJournal? journal, string persistenceId, TimeProvider time, Action<int, TimeSpan>? appended,
    LeadershipProof? proof)
{
    /// <summary>
    /// Events in one append: a few milliseconds of SQLite work, so that a burst cannot postpone its own first answer for long.
    /// </summary>
    private const int MaxEventsPerAppend = 4_096;

    /// <summary>
    /// Effects and events that may wait for the journal before turns pause: at 100,000 a second a disk may stall for half a
    /// second unnoticed. One burst may go over it by what its turns emit.
    /// </summary>
    private const int MaxWaitingEffects = 65_536;

    /// <summary>
    /// Between two questions to a store that cannot be asked: some ten of them until it is missed for a session's length.
    /// </summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long events that can wait are gathered: so much later they are durable if nothing more urgent comes, for which they cost no sync
    /// of their own.
    /// </summary>
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(5);

    private readonly Doorbell _effectsArrived = new();
    private readonly Doorbell _roomMade = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _lock = new();
    private readonly List<JournalRecord> _toAppend = [];
    private SnapshotSaver? _saver;
    private Snapshot? _toSnapshot;
    private long _packing;
    private Exception? _packFailure;
    private OutputGate _gate = new(0);
    private bool _isUrgent;
    private long _gatheringSince;
    private volatile bool _turnsOver;
    private volatile bool _failed;

    /// <summary>Events that wait to be appended to the journal, without those being appended now.</summary>
    public int WaitingEvents
    {
        get
        {
            lock (_lock)
            {
                return _toAppend.Count;
            }
        }
    }

    /// <summary>So much waits for the journal that turns are to pause.</summary>
    public bool IsCrowded
    {
        get
        {
            lock (_lock)
            {
                return _toAppend.Count + _gate.Waiting > MaxWaitingEffects;
            }
        }
    }

    /// <summary>Goes on behind what the journal holds. To be called before anything is taken.</summary>
    public void ContinueAfter(long lastSequence) => _gate = new OutputGate(lastSequence);

    /// <summary>Takes the effects of a turn, except for timers, which are the turn thread's own.</summary>
    public void Take(Effects effects)
    {
        lock (_lock)
        {
            for (var i = 0; i < effects.Count; i++)
            {
                Invariant.Check(journal is not null || effects[i] is not (Persist or SaveSnapshot or SaveSnapshotOf),
                    "a core without a journal persists");
                switch (effects[i])
                {
                    case StartTimer or CancelTimer:
                        break;
                    case Persist persist:
                        _gate.NextSequence();
                        _isUrgent |= !persist.CanWait;
                        _gatheringSince = _toAppend.Count == 0 ? time.GetTimestamp() : _gatheringSince;
                        _toAppend.Add(persist.Event);
                        break;
                    case SaveSnapshot snapshot:
                        _toSnapshot = new Snapshot(_gate.Appended, snapshot.State);
                        _isUrgent = true;
                        break;
                    case SaveSnapshotOf snapshot:
                        Pack(snapshot, _gate.Appended);
                        _isUrgent = true;
                        break;
                    case var effect:
                        _gate.Hold(effect);
                        break;
                }
            }
        }
        _effectsArrived.Ring();
    }

    /// <summary>
    /// Waits until the outlet has made a step: it rings after every one. A ring left over from before only costs one more look.
    /// </summary>
    public void WaitForRoom() => _roomMade.Wait();

    /// <summary>No turn will put anything in any more: <see cref="Run"/> lets out what there is and ends.</summary>
    public void EndOfTurns()
    {
        _turnsOver = true;
        _effectsArrived.Ring();
    }

    /// <summary>Something has failed: nothing more leaves, and nobody waits in here any longer.</summary>
    public void Stop()
    {
        _failed = true;
        _effectsArrived.Ring();
        _roomMade.Ring();
        _stopped.Cancel();
    }

    /// <summary>The outlet thread's loop.</summary>
    public void Run()
    {
        bool last;
        do
        {
            _effectsArrived.Wait(Patience());
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
        do
        {
            Saver.Wait();
        }
        while (Flush());
    }

    private SnapshotSaver Saver => _saver ??= new SnapshotSaver(journal, persistenceId, _effectsArrived.Ring);

    /// <summary>The newest wish counts; what is made for an older one is thrown away.</summary>
    private void Pack(SaveSnapshotOf wanted, long sequence)
    {
        _packing = sequence;
        _ = Task.Run(() =>
        {
            try
            {
                var made = new Snapshot(sequence, wanted.Pack());
                lock (_lock)
                {
                    _toSnapshot = _packing == sequence ? made : _toSnapshot;
                }
            }
            catch (Exception failure)
            {
                lock (_lock)
                {
                    _packFailure = failure;
                }
            }
            _effectsArrived.Ring();
        });
    }

    /// <summary>How long the outlet may sleep, in whole milliseconds.</summary>
    private TimeSpan Patience()
    {
        lock (_lock)
        {
            return _toAppend.Count > 0 ? TimeSpan.FromMilliseconds(Math.Ceiling(GatherLeft().TotalMilliseconds)) : Timeout.InfiniteTimeSpan;
        }
    }

    /// <summary>Of the time for which the events that wait may be gathered; zero when there is one that cannot wait.</summary>
    private TimeSpan GatherLeft()
    {
        var left = _isUrgent || _turnsOver ? TimeSpan.Zero : GatherTime - time.GetElapsedTime(_gatheringSince);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <returns>Whether something was flushed, so that more may be let out.</returns>
    private bool Flush()
    {
        JournalRecord[] batch;
        Snapshot? snapshot = null;
        long first;
        Saver.ThrowIfFailed();
        lock (_lock)
        {
            if (_packFailure is not null)
            {
                throw new InvalidOperationException("The state could not be written out as a snapshot.", _packFailure);
            }
            if (_toAppend.Count > 0 && _toSnapshot is null && GatherLeft() > TimeSpan.Zero)
            {
                return false;
            }
            if (_toAppend.Count == 0 && (_toSnapshot is null || Saver.IsBusy))
            {
                return false;
            }
            var count = Math.Min(_toAppend.Count, MaxEventsPerAppend);
            first = _gate.Appended - _toAppend.Count + 1;
            batch = _toAppend.GetRange(0, count).ToArray();
            _toAppend.RemoveRange(0, count);
            _isUrgent &= _toAppend.Count > 0;
            if (_toSnapshot is { } wanted && wanted.Sequence < first + count && !Saver.IsBusy)
            {
                (snapshot, _toSnapshot) = (wanted, null);
            }
        }
        if (batch.Length > 0)
        {
            var began = time.GetTimestamp();
            var question = proof?.Ask();
            journal!.AppendAsync(persistenceId, first, batch, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            if (question is { } asked)
            {
                // It took the events, which it does for the newest leader only.
                proof!.Confirmed(asked);
            }
            appended?.Invoke(batch.Length, time.GetElapsedTime(began));
            lock (_lock)
            {
                _gate.MarkFlushed(first + batch.Length - 1);
            }
        }
        if (snapshot is not null)
        {
            Saver.Save(snapshot);
        }
        return true;
    }

    private void Release()
    {
        while (true)
        {
            IEffect? effect;
            lock (_lock)
            {
                if (!_gate.TryRelease(out effect))
                {
                    return;
                }
            }
            if (proof is not null)
            {
                Prove(proof);
            }
            if (_failed)
            {
                return;
            }
            handler.Perform(effect);
        }
    }

    /// <summary>Returns when leadership is proven, or when nothing may leave any more. Until then everything waits in here.</summary>
    /// <exception cref="JournalFencedException">Another leads.</exception>
    private void Prove(LeadershipProof wanted)
    {
        while (!_failed && !wanted.Holds())
        {
            Invariant.Check(journal is not null, "a leader without a journal has nothing to prove itself with");
            var question = wanted.Ask();
            try
            {
                journal.ConfirmAsync(persistenceId, _stopped.Token).AsTask().GetAwaiter().GetResult();
                wanted.Confirmed(question);
            }
            catch (OperationCanceledException) when (_failed)
            {
                return;
            }
            catch (JournalUnavailableException)
            {
                // Nobody can say who leads. What was decided waits; the election or the store will speak up.
                using var pause = new CancellationTokenSource(AskAgain, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, _stopped.Token);
                either.Token.WaitHandle.WaitOne();
            }
        }
    }
}
