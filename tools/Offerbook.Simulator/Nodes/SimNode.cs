using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Storage;
using Offerbook.Storage;

namespace Offerbook.Simulator.Nodes;

/// <summary>
/// The simulator's shell of one core: the same core, the same output gate and the same order of effects as
/// <see cref="Offerbook.Actors.Hosting.CoreRunner{TMessage}"/>, but the clock, the timers, the disk and the process are simulated.
/// One message is one turn; a flush takes time and carries everything that was appended while the flush before it ran.
/// </summary>
/// <param name="boot">Makes the core of a new life; gets that life's stream of chance.</param>
/// <param name="perform">Carries out an effect that the gate let go.</param>
/// <param name="journal">Null for a core that keeps nothing. Of a shared log, the holder's own account.</param>
/// <param name="wall">The clock of the machine, when more than this runs there.</param>
/// <param name="disk">Its disk, likewise.</param>
public sealed class SimNode<TMessage>(
    string name, SimWorld world, Func<SeededRandom, ICore<TMessage>> boot, Action<IEffect> perform, SimJournal? journal,
    WallClock? wall = null, DiskBehaviour? disk = null)
    : SimProcess(name, world, wall, disk) where TMessage : class
{
    private readonly SeededRandom _lives = world.Seeds.For("lives of " + name);
    private readonly SeededRandom _diskChance = world.Seeds.For("disk of " + name);
    private readonly Effects _effects = new();
    private readonly Queue<TMessage> _mailbox = new();
    private TimerQueue<TMessage> _timers = new();
    private OutputGate _gate = new(0);
    private ICore<TMessage>? _taker;
    private Snapshot? _snapshot;
    private TimeSpan? _wakeAt;
    private readonly Queue<Action> _whenGoingOn = new();
    private bool _inTurn;
    private bool _asksStore;

    /// <summary>Between two questions to a store that cannot be asked.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(250);

    /// <summary>As long as an election is asked to let another lead.</summary>
    private static readonly TimeSpan RetirePatience = TimeSpan.FromSeconds(2);

    public SimJournal? Journal => journal;

    /// <summary>The shared log that this core writes to while it leads; null for one that has a disk of its own.</summary>
    public StoreHolder? Holder { get; init; }

    /// <summary>What must hold for an effect of this life to leave; null for nobody's rival.</summary>
    public LeadershipProof? Proof { get; set; }

    /// <summary>Of the takeover that this life began with; of a core with a disk of its own, its life.</summary>
    public long Epoch => Holder?.Epoch ?? Life;

    /// <summary>It has recovered and takes messages.</summary>
    public bool IsServing => IsUp && Core is not null && !IsRetiring;

    private bool IsRetiring { get; set; }

    /// <summary>Why the last life ended; null when it was ended from outside.</summary>
    public StoreLoss? Lost { get; private set; }

    /// <summary>The running core; null while the process is down.</summary>
    public ICore<TMessage>? Core { get; private set; }

    /// <summary>Puts a defect between the shell and each new core; null for none. What listens here hears what the outside says and gets.</summary>
    public Func<ICore<TMessage>, ICore<TMessage>>? Spoil { get; set; }

    /// <summary>Turns taken in all lives.</summary>
    public long Turns { get; private set; }

    /// <summary>Same as the production mailbox: see <c>CoreRunner.DefaultMailboxCapacity</c>.</summary>
    public int MailboxCapacity { get; init; } = 16_384;

    public int Timers => _timers.Count;

    public int WaitingEffects => _gate.Waiting;

    /// <summary>Told that a life has ended, before the next one can begin: connections break here.</summary>
    public Action<string>? Crashed { get; set; }

    /// <summary>Told that a new life has recovered and takes messages.</summary>
    public Action? Started { get; set; }

    /// <summary>Told of every message just before the core takes it.</summary>
    public Action<TMessage>? Received { get; set; }

    /// <summary>Told of every effect that leaves, as it leaves.</summary>
    public Action<IEffect>? Left { get; set; }

    /// <summary>Told of every effect in the turn that emits it, before the gate.</summary>
    public Action<IEffect>? Emitted { get; set; }

    /// <summary>Told at the end of every turn, recovery included.</summary>
    public Action? TurnEnded { get; set; }

    public override void Start()
    {
        Invariant.Check(!IsUp, Name + " is up already");
        Life++;
        IsUp = true;
        DiedOfItsDisk = false;
        IsPaused = false;
        Lost = null;
        IsRetiring = false;
        _asksStore = false;
        _whenGoingOn.Clear();
        Clock.StartProcess(_lives.Between(TimeSpan.Zero, TimeSpan.FromHours(1)));
        _timers = new TimerQueue<TMessage>();
        _wakeAt = null;
        if (Holder is not null)
        {
            var life = Life;
            World.Note($"{Name} starts, life {Life}, and takes over");
            Holder.TakeOver(recovery => WhenGoing(life, () =>
            {
                journal!.Load(recovery);
                Begin();
            }), loss => WhenGoing(life, () => Lose(loss)));
            return;
        }
        Begin();
    }

    private void Begin()
    {
        Core = boot(_lives.Fork());
        _taker = Spoil?.Invoke(Core) ?? Core;
        World.Note($"{Name} starts, life {Life}, journal at {journal?.LastDurable ?? 0}");
        if (Core is IDurableCore<TMessage> durable)
        {
            Invariant.Check(journal is not null, Name + " needs a journal");
            var recovery = journal.Recover();
            recovery = recovery with { Epoch = Epoch };
            _gate = new OutputGate(recovery.LastSequence);
            durable.Recover(recovery, Clock.Now, _effects);
            Interpret();
        }
        else
        {
            _gate = new OutputGate(0);
        }
        Started?.Invoke();
    }

    public override void Crash(string why)
    {
        if (!IsUp)
        {
            return;
        }
        IsUp = false;
        Core = null;
        Holder?.LetGo();
        Proof?.Dispose();
        Proof = null;
        var lost = Holder is null ? journal?.Crash(Disk, _diskChance) ?? 0 : _gate.Appended - _gate.Flushed;
        _mailbox.Clear();
        _snapshot = null;
        World.Note($"{Name} dies: {why}; {lost} events lost");
        Crashed?.Invoke(why);
    }

    public override void Pause(TimeSpan duration)
    {
        if (!IsUp || IsPaused)
        {
            return;
        }
        IsPaused = true;
        var life = Life;
        World.Note($"{Name} stands still for {duration}");
        World.Schedule(duration, null, () => Resume(life));
    }

    /// <summary>
    /// Takes no more messages; when everything decided is durable and has left, or cannot soon be, says so.
    /// </summary>
    public void Retire(Action done)
    {
        var (life, end) = (Life, World.Elapsed + RetirePatience);
        IsRetiring = true;
        Look();

        void Look()
        {
            if (life != Life || !IsUp || Core is null || World.Elapsed >= end || (_gate.Waiting == 0 && _gate.Flushed == _gate.Appended && !IsPaused))
            {
                if (life == Life)
                {
                    done();
                }
                return;
            }
            World.Schedule(TimeSpan.FromMilliseconds(5), null, Look);
        }
    }

    /// <summary>Why it cannot go on with its log.</summary>
    private void Lose(StoreLoss loss)
    {
        Lost = loss;
        Crash(loss switch
        {
            StoreLoss.Fenced => "another has taken its log over",
            StoreLoss.Full => "the store is full",
            _ => "the store is lost",
        });
    }

    /// <summary>Does something now, or when the process goes on; never in another life.</summary>
    private void WhenGoing(int life, Action what)
    {
        if (life != Life || !IsUp)
        {
            return;
        }
        if (IsPaused)
        {
            _whenGoingOn.Enqueue(what);
        }
        else
        {
            what();
        }
    }

    /// <summary>Hands a message to the core. Returns false when the process is down or its mailbox full.</summary>
    public bool TryPost(TMessage message)
    {
        if (!IsServing)
        {
            return false;
        }
        if (!IsPaused)
        {
            Turn(message);
            return true;
        }
        if (_mailbox.Count >= MailboxCapacity)
        {
            return false;
        }
        _mailbox.Enqueue(message);
        return true;
    }

    private void Resume(int life)
    {
        if (life != Life || !IsUp)
        {
            return;
        }
        IsPaused = false;
        World.Note($"{Name} goes on");
        while (!IsPaused && IsUp && _mailbox.TryDequeue(out var message))
        {
            Turn(message);
        }
        while (!IsPaused && IsUp && life == Life && _whenGoingOn.TryDequeue(out var waiting))
        {
            waiting();
        }
        if (IsUp && Core is not null && !IsPaused && life == Life)
        {
            TakeDueTimers();
        }
    }

    private void Turn(TMessage message)
    {
        Invariant.Check(!_inTurn, Name + " got a message in the middle of a turn");
        _inTurn = true;
        Turns++;
        Received?.Invoke(message);
        _taker!.Handle(message, Clock.Now, _effects);
        Interpret();
        _inTurn = false;
    }

    private void Interpret()
    {
        for (var i = 0; i < _effects.Count; i++)
        {
            var effect = _effects[i];
            Emitted?.Invoke(effect);
            switch (effect)
            {
                case StartTimer timer:
                    Invariant.Check(timer.After >= TimeSpan.Zero, $"{Name} starts timer {timer.Key} in the past");
                    _timers.Start(timer.Key, Clock.Now.Elapsed + timer.After, (TMessage)timer.Message);
                    break;
                case CancelTimer timer:
                    _timers.Cancel(timer.Key);
                    break;
                case Persist persist:
                    Invariant.Check(journal is not null, Name + " has no journal to persist to");
                    _gate.NextSequence();
                    journal.Append(persist.Event);
                    World.Hash.Add(persist.Event.Payload.Span);
                    break;
                case SaveSnapshot snapshot:
                    _snapshot = new Snapshot(_gate.Appended, snapshot.State);
                    break;
                case SaveSnapshotOf snapshot:
                    _snapshot = new Snapshot(_gate.Appended, snapshot.Pack());
                    break;
                default:
                    if (Disk.AnswersBeforeFlush)
                    {
                        perform(effect);
                    }
                    else
                    {
                        _gate.Hold(effect);
                    }
                    break;
            }
        }
        _effects.Clear();
        TurnEnded?.Invoke();
        journal?.EndTurn();
        ArmTimers();
        Release();
        BeginFlush();
    }

    private void Release()
    {
        while (IsUp && (Proof is null || IsProven(Proof)) && _gate.TryRelease(out var effect))
        {
            Left?.Invoke(effect);
            perform(effect);
        }
    }

    /// <summary>As production's outlet: while leadership is not proven everything waits, and the store is asked.</summary>
    private bool IsProven(LeadershipProof proof)
    {
        if (_gate.Waiting == 0 || proof.Holds())
        {
            return true;
        }
        if (!_asksStore)
        {
            _asksStore = true;
            var life = Life;
            var question = proof.Ask();
            World.Note($"{Name} asks the store whether it leads");
            Holder!.Confirm(() => WhenGoing(life, () =>
            {
                _asksStore = false;
                proof.Confirmed(question);
                Release();
            }), loss => WhenGoing(life, () =>
            {
                if (loss == StoreLoss.Fenced)
                {
                    Lose(loss);
                    return;
                }
                World.Schedule(AskAgain, null, () => WhenGoing(life, () =>
                {
                    _asksStore = false;
                    Release();
                }));
            }));
        }
        return false;
    }

    private void BeginFlush()
    {
        if (journal is null || !IsUp || journal.IsFlushing || !(journal.HasWaiting || _snapshot is not null))
        {
            return;
        }
        var life = Life;
        if (Holder is not null)
        {
            FlushShared(life, journal);
            return;
        }
        journal.BeginFlush();
        World.Schedule(_diskChance.Exponential(Disk.FlushMean), null, () => EndFlush(life));
    }

    private void EndFlush(int life)
    {
        if (life != Life || !IsUp)
        {
            return;
        }
        if (IsPaused)
        {
            _whenGoingOn.Enqueue(() => EndFlush(life));
            return;
        }
        if (Disk.Full || _diskChance.Chance(Disk.FlushErrorRate))
        {
            Crash(Disk.Full ? "its disk is full" : "its disk failed to flush");
            DiedOfItsDisk = true;
            return;
        }
        _gate.MarkFlushed(journal!.EndFlush());
        World.Note($"{Name} flushed to {_gate.Flushed}");
        if (_snapshot is { } snapshot && snapshot.Sequence <= _gate.Flushed)
        {
            _snapshot = null;
            journal.Save(snapshot);
        }
        Release();
        BeginFlush();
    }

    private void FlushShared(int life, SimJournal own)
    {
        if (!own.HasWaiting)
        {
            SaveShared(own);
            return;
        }
        own.BeginFlush();
        var question = Proof?.Ask();
        Holder!.Append(own.LastDurable + 1, own.Flushing, () => WhenGoing(life, () =>
        {
            if (question is { } asked)
            {
                // It took the events, which it does for the newest leader only.
                Proof!.Confirmed(asked);
            }
            _gate.MarkFlushed(own.EndFlush());
            World.Note($"{Name} flushed to {_gate.Flushed}");
            SaveShared(own);
            Release();
            if (life == Life)
            {
                BeginFlush();
            }
        }), loss => WhenGoing(life, () => Lose(loss)));
    }

    private void SaveShared(SimJournal own)
    {
        if (_snapshot is { } snapshot && snapshot.Sequence <= _gate.Flushed)
        {
            var life = Life;
            _snapshot = null;
            own.Save(snapshot);
            Holder!.Save(snapshot, loss => WhenGoing(life, () => Lose(loss)));
        }
    }

    private void ArmTimers()
    {
        if (!IsUp || _timers.NextDue is not { } due || (_wakeAt is { } armed && armed <= due))
        {
            return;
        }
        var life = Life;
        _wakeAt = due;
        var at = Clock.ToWorld(due);
        World.ScheduleAt(at < World.Elapsed ? World.Elapsed : at, null, () => Wake(life, due));
    }

    private void Wake(int life, TimeSpan due)
    {
        if (life != Life || !IsUp || _wakeAt != due)
        {
            return;
        }
        _wakeAt = null;
        if (!IsPaused)
        {
            TakeDueTimers();
        }
    }

    private void TakeDueTimers()
    {
        while (IsUp && !IsPaused && _timers.TryTakeDue(Clock.Now.Elapsed, out var message))
        {
            World.Note($"{Name} timer {message.GetType().Name}");
            Turn(message);
        }
        ArmTimers();
    }
}
