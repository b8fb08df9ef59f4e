using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Storage;
using Offerbook.Storage;
using Offerbook.Storage.Formats;
using Offerbook.Storage.Sqlite;

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
    : WatchedProcess<TMessage>(name, world, wall, disk), INodeShell, INodeReading where TMessage : class
{
    private readonly SeededRandom _lives = world.Seeds.For("lives of " + name);
    private readonly SeededRandom _diskChance = world.Seeds.For("disk of " + name);
    private readonly SeededRandom _power = world.Seeds.For("power of " + name);
    private readonly Effects _effects = new();
    private readonly Queue<TMessage> _mailbox = new();
    private readonly Queue<Action> _whenGoingOn = new();
    private NodeTimers<TMessage>? _timers;
    private NodeFlusher? _flusher;
    private ProofKeeper? _proofs;
    private OutputGate _gate = new(0);
    private ICore<TMessage>? _taker;
    private bool _inTurn;

    public SimJournal? Journal => journal;

    /// <summary>The shared log that this core writes to while it leads; null for one that has a disk of its own.</summary>
    public StoreHolder? Holder { get; init; }

    /// <summary>What must hold for an effect of this life to leave; null for nobody's rival.</summary>
    public LeadershipProof? Proof { get; set; }

    /// <summary>Of the takeover that this life began with; of a core with a disk of its own, its life.</summary>
    public long Epoch => Holder?.Epoch ?? Life;

    public bool IsServing => IsUp && Core is not null && !IsRetiring;

    private bool IsRetiring { get; set; }

    public StoreLoss? Lost { get; private set; }

    public string? Refusal { get; private set; }

    /// <summary>Same as the production mailbox: see <c>CoreRunner.DefaultMailboxCapacity</c>.</summary>
    public int MailboxCapacity { get; init; } = 16_384;

    public int Timers => _timers?.Count ?? 0;

    public int WaitingEffects => _gate.Waiting;

    public override void Start()
    {
        Invariant.Check(!IsUp, Name + " is up already");
        Life++;
        if (Holder is null && journal?.TryHold(this) == false)
        {
            Refusal = JournalFile.InUse(Name);
            World.Note($"{Name} does not start: {Refusal}");
            return;
        }
        (IsUp, IsPaused, IsRetiring, DiedOfItsDisk, Lost, Refusal) = (true, false, false, false, null, null);
        _whenGoingOn.Clear();
        Clock.StartProcess(_lives.Between(TimeSpan.Zero, TimeSpan.FromHours(1)));
        _timers = new NodeTimers<TMessage>(this, Turn);
        _flusher = journal is null ? null : Holder is null
            ? new DiskFlusher(this, journal, _diskChance) : new StoreFlusher(this, journal, Holder);
        if (Holder is not null)
        {
            _proofs = new ProofKeeper(this, Holder);
            var life = Life;
            World.Note($"{Name} starts, life {Life}, and takes over");
            Holder.WhenGoing = next => WhenGoing(life, next);
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
            var recovery = journal.Recover() with { Epoch = Epoch };
            recovery = SpoilRecovery?.Invoke(recovery) ?? recovery;
            _gate = new OutputGate(recovery.LastSequence);
            try
            {
                durable.Recover(recovery, Clock.Now, _effects);
            }
            catch (JournalTooNewException tooNew)
            {
                Refusal = tooNew.Message;
                Lose(StoreLoss.TooNew);
                return;
            }
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
        journal?.LetGo(this);
        Proof?.Dispose();
        Proof = null;
        var lost = Holder is null ? journal?.Crash(Disk, _diskChance) ?? 0 : _gate.Appended - _gate.Flushed;
        _mailbox.Clear();
        World.Note($"{Name} dies: {why}; {lost} events lost");
        Crashed?.Invoke(why);
    }

    /// <summary>The machine has stopped under the process, which has crashed: what its kernel had not written to the disk is lost.</summary>
    public void LosePower()
    {
        var lost = journal!.LosePower(_power);
        World.Note($"{Name} lost its power, and {lost} events with it");
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
        IsRetiring = true;
        new Retirement(this, () => Core is null, done).Look();
    }

    private void Lose(StoreLoss loss)
    {
        Lost = loss;
        Crash(StoreHolder.Describe(loss));
    }

    void INodeShell.DieOfItsDisk(string why)
    {
        Crash(why);
        DiedOfItsDisk = true;
    }

    void INodeShell.Lose(StoreLoss loss) => Lose(loss);

    void INodeShell.Release() => Release();

    void INodeShell.WhenGoing(int life, Action what) => WhenGoing(life, what);

    SimWorld INodeShell.World => World;

    OutputGate INodeShell.Gate => _gate;

    private void WhenGoing(int life, Action what)
    {
        if (life == Life && IsUp && IsPaused)
        {
            _whenGoingOn.Enqueue(what);
        }
        else if (life == Life && IsUp)
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
            _timers!.TakeDue();
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
                    _timers!.Start(timer);
                    break;
                case CancelTimer timer:
                    _timers!.Cancel(timer);
                    break;
                case Persist persist:
                    Invariant.Check(journal is not null, Name + " has no journal to persist to");
                    _gate.NextSequence();
                    journal.Append(persist.Event);
                    World.Hash.Add(persist.Event.Payload.Span);
                    break;
                case SaveSnapshot snapshot:
                    _flusher!.Snapshot = new Snapshot(_gate.Appended, snapshot.State);
                    break;
                case SaveSnapshotOf snapshot:
                    _flusher!.Snapshot = new Snapshot(_gate.Appended, snapshot.Pack());
                    break;
                default:
                    (Disk.AnswersBeforeFlush ? perform : _gate.Hold)(effect);
                    break;
            }
        }
        _effects.Clear();
        TurnEnded?.Invoke();
        journal?.EndTurn();
        _timers!.Arm();
        Release();
        _flusher?.Begin();
    }

    private void Release()
    {
        while (IsUp && (Proof is null || _proofs!.IsProven(Proof)) && _gate.TryRelease(out var effect))
        {
            Left?.Invoke(effect);
            perform(effect);
        }
    }
}
