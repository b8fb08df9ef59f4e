using Offerbook.Storage;

namespace Offerbook.Simulator.Storage;

/// <summary>
/// A process's hold on one log of the shared store: the client half, as production's journal behaves. A write whose answer is lost is
/// looked up by its idempotency key before anything is said about it; if it was not kept it is sent again under the same key.
/// </summary>
/// <param name="host">The machine that asks.</param>
public sealed class StoreHolder(SimStore store, string host, string persistenceId)
{
    /// <summary>How long one answer is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How long the fate of a write is looked for before the store is called lost.</summary>
    private static readonly TimeSpan ResolvePatience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    private int _hold;

    public string PersistenceId => persistenceId;

    /// <summary>Told how long each append took until its answer was there, however often it was tried.</summary>
    internal Action<TimeSpan>? Committed { get; set; }

    /// <summary>Does what comes next as soon as the process does not stand still.</summary>
    internal Action<Action> WhenGoing { get; set; } = static next => next();

    /// <summary>Of the newest takeover from here; 0 before the first.</summary>
    public long Epoch { get; private set; }

    /// <summary>Whether nobody has taken the log over since. What only a check may ask: a process cannot know.</summary>
    public bool IsNewest => store.Log(persistenceId).Epoch == Epoch;

    /// <summary>How long ago a newer holder took the log over; null when there is none.</summary>
    public TimeSpan? FencedFor => IsNewest ? null : store.World.Elapsed - store.Log(persistenceId).TakenOver;

    private StoreLog Log => store.Log(persistenceId);

    internal static string Describe(StoreLoss loss) => loss switch
    {
        StoreLoss.Fenced => "another has taken its log over",
        StoreLoss.Full => "the store is full",
        StoreLoss.TooNew => "its log is too new for it",
        _ => "the store is lost",
    };

    /// <summary>Whatever is under way is of no interest any more; it may happen all the same.</summary>
    public void LetGo() => _hold++;

    /// <summary>
    /// Looks at the log's epoch and raises that one, and no other: a takeover that arrives when its sender has given up, and another
    /// leads, changes nothing.
    /// </summary>
    public void TakeOver(Action<Recovery> done, Action<StoreLoss> lost)
    {
        var hold = ++_hold;
        if (store.Defects.HasFlag(StoreDefects.LateTakeover))
        {
            Raise(hold, 0, done, lost);
            return;
        }
        store.Ask(host, writes: false, () => Log.Epoch,
            seen => Tell(hold, () => WhenGoing(() => Tell(hold, () => Raise(hold, seen, done, lost)))),
            () => Tell(hold, () => lost(StoreLoss.Unavailable)), Patience);
    }

    private void Raise(int hold, long seen, Action<Recovery> done, Action<StoreLoss> lost)
    {
        var isLate = false;
        store.Ask(host, writes: true, () =>
        {
            isLate = Log.Epoch != seen && !store.Defects.HasFlag(StoreDefects.LateTakeover);
            if (store.IsFull || isLate)
            {
                return null;
            }
            var recovery = Log.TakeOver(store.World.Elapsed, raises: !store.Defects.HasFlag(StoreDefects.SameEpoch));
            if (store.Defects.HasFlag(StoreDefects.StaleRecovery) && recovery.Events.Count > 0)
            {
                recovery = recovery with { Events = [.. recovery.Events.SkipLast(1)], LastSequence = recovery.LastSequence - 1 };
            }
            store.World.Note($"{host} takes {persistenceId} over in epoch {recovery.Epoch}, at event {recovery.LastSequence}");
            store.TookOver?.Invoke(persistenceId, recovery.Epoch);
            return recovery;
        },
        recovery => Tell(hold, () =>
        {
            if (recovery is null)
            {
                lost(isLate ? StoreLoss.Fenced : StoreLoss.Full);
                return;
            }
            Epoch = recovery.Epoch;
            done(recovery);
        }),
        () => Tell(hold, () => lost(StoreLoss.Unavailable)), Patience);
    }

    public void Append(long first, IReadOnlyList<JournalRecord> records, Action done, Action<StoreLoss> lost)
    {
        var (hold, epoch, began) = (_hold, Epoch, store.World.Elapsed);
        Try(store.NewKey());

        void Try(long key) =>
            store.Ask(host, writes: true, () => Write(epoch, key, first, records), Heard, () => Tell(hold, () => Missed(key)), Patience);

        void Heard(Outcome outcome) => Tell(hold, () =>
        {
            if (outcome is Outcome.Done)
            {
                Committed?.Invoke(store.World.Elapsed - began);
                store.Acknowledged?.Invoke(persistenceId, epoch, first + records.Count - 1);
                done();
            }
            else
            {
                lost(outcome == Outcome.Full ? StoreLoss.Full : StoreLoss.Fenced);
            }
        });

        void Missed(long key)
        {
            if (store.Defects.HasFlag(StoreDefects.PresumedDone))
            {
                Heard(Outcome.Done);
            }
            else if (store.Defects.HasFlag(StoreDefects.BlindResend))
            {
                Try(store.NewKey());
            }
            else if (store.World.Elapsed - began > ResolvePatience)
            {
                lost(StoreLoss.Unavailable);
            }
            else
            {
                store.World.Schedule(RetryAfter, null, () => Tell(hold, () => Resolve(key)));
            }
        }

        void Resolve(long key) => store.Ask(host, writes: false, () => (Log.Epoch, Kept: Log.Has(key)),
            found => Tell(hold, () =>
            {
                if (found.Kept)
                {
                    Heard(Outcome.Done);
                }
                else if (found.Epoch != epoch)
                {
                    lost(StoreLoss.Fenced);
                }
                else
                {
                    Try(key);
                }
            }),
            () => Tell(hold, () => Missed(key)), Patience);
    }

    /// <summary>Asks the store whether this is still the newest holder.</summary>
    public void Confirm(Action done, Action<StoreLoss> lost)
    {
        var (hold, epoch) = (_hold, Epoch);
        store.Ask(host, writes: false, () => Log.Epoch,
            found => Tell(hold, () =>
            {
                if (found == epoch)
                {
                    done();
                }
                else
                {
                    lost(StoreLoss.Fenced);
                }
            }),
            () => Tell(hold, () => lost(StoreLoss.Unavailable)), Patience);
    }

    /// <summary>Makes a few bytes durable that nobody reads, and says how long it took or was tried for. Needs no hold.</summary>
    public void Measure(Action<TimeSpan> measured)
    {
        var began = store.World.Elapsed;
        Try();

        void Try() => store.Ask(host, writes: true, () => store.IsFull, full => Say(isDone: !full), () => Say(isDone: false), Patience);

        void Say(bool isDone)
        {
            var took = store.World.Elapsed - began;
            if (isDone || took >= Patience)
            {
                measured(took);
                return;
            }
            store.World.Schedule(RetryAfter, null, Try);
        }
    }

    public void Save(Snapshot snapshot, Action<StoreLoss> lost)
    {
        var (hold, epoch) = (_hold, Epoch);
        store.Ask(host, writes: true, () =>
        {
            if (Log.Epoch != epoch && !store.Defects.HasFlag(StoreDefects.NoFence))
            {
                return Outcome.Fenced;
            }
            if (store.IsFull)
            {
                return Outcome.Full;
            }
            if (snapshot.Sequence <= Log.Last)
            {
                Log.Save(snapshot);
            }
            return Outcome.Done;
        },
        outcome =>
        {
            if (outcome == Outcome.Fenced)
            {
                Tell(hold, () => lost(StoreLoss.Fenced));
            }
        },
        // A snapshot that was not kept costs a longer recovery and nothing else.
        () => { }, Patience);
    }

    private Outcome Write(long epoch, long key, long first, IReadOnlyList<JournalRecord> records)
    {
        var fences = !store.Defects.HasFlag(StoreDefects.NoFence);
        if (fences && Log.Epoch != epoch)
        {
            return Outcome.Fenced;
        }
        if (Log.Has(key))
        {
            return Outcome.Done;
        }
        if (store.IsFull)
        {
            return Outcome.Full;
        }
        if (fences && !store.Defects.HasFlag(StoreDefects.BlindResend) && Log.Last != first - 1)
        {
            return Outcome.Fenced;
        }
        store.Committed?.Invoke(persistenceId, epoch, first, records);
        Log.Append(key, records);
        return Outcome.Done;
    }

    private void Tell(int hold, Action what)
    {
        if (hold == _hold)
        {
            what();
        }
    }

    private enum Outcome
    {
        Done,
        Fenced,
        Full,
    }
}
