using Google.Protobuf;
using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Resources;
using Offerbook.Storage.Formats;

namespace Offerbook.Agent;

/// <summary>What the parts of an agent's core share: the durable state and the turn that is being taken.</summary>
internal sealed class AgentContext(AgentSettings settings, SeededRandom random)
{
    private readonly HashSet<ContainerId> _launching = [];
    private Effects _effects = new();
    private int _eventsSinceSnapshot;

    public AgentSettings Settings => settings;

    public SeededRandom Random => random;

    public AgentState State { get; } = new(settings);

    /// <summary>What may stand in the journal.</summary>
    public LogFormat Format { get; private set; } = LogFormat.New(settings.Format);

    public Now Now { get; private set; }

    /// <summary>The machine was restarted between the agent's last life and this one: none of what it recovers runs.</summary>
    public bool IsAfterRestart { get; private set; }

    /// <summary>Revocable resources, on top of the agent's own. Not durable: an estimate of the present.</summary>
    public ResourceBag Oversubscribed { get; set; } = settings.Oversubscribed.Revocable();

    /// <summary>Executors of frameworks that have ended since the process started.</summary>
    public long ExecutorsEnded { get; private set; }

    public void BeginTurn(Now now, Effects effects)
    {
        Now = now;
        _effects = effects;
    }

    public void EndTurn()
    {
        if (_eventsSinceSnapshot >= settings.SnapshotEvery)
        {
            _effects.Add(new SaveSnapshot(Format.Marked(AgentEvents.Encode(AgentSnapshots.Capture(State)))));
            _eventsSinceSnapshot = 0;
        }
    }

    /// <summary>Rebuilds the state. Sandboxes forgotten on the way are removed again: the last removals may not have happened.</summary>
    /// <exception cref="JournalTooNewException">The journal is of a format that this program does not know.</exception>
    public void Replay(Storage.Recovery recovery)
    {
        Format = LogFormat.Of(recovery, settings.Format, "the agent");
        if (recovery.Snapshot is { } snapshot)
        {
            State.Apply(AgentEvents.Decode(LogFormat.Plain(snapshot.Record)));
        }
        foreach (var record in recovery.Events)
        {
            if (!LogFormat.IsOwn(record))
            {
                State.Apply(AgentEvents.Decode(record));
            }
        }
        _eventsSinceSnapshot = recovery.Events.Count;
        if (Format.Begin(recovery.Epoch) is { } began)
        {
            _effects.Add(new Persist(began));
        }
        RemoveForgottenSandboxes();
        IsAfterRestart = MachineLife.IsOver(this);
    }

    /// <summary>
    /// The masters' journal is at this level: the agent follows as far as it can, as nobody goes back behind it any more.
    /// </summary>
    public void Follow(uint level)
    {
        var answer = Format.Ask((int)Math.Max(Math.Min(level, (uint)settings.Format.Newest), (uint)Format.Level));
        Format = answer.After;
        if (answer.Event is { } raised)
        {
            _effects.Add(new Persist(raised));
        }
    }

    /// <summary>What lies in a container dies before it: told of every signal to a container before the signal itself.</summary>
    public Action<ContainerId>? BeforeSignal { get; set; }

    public void Do(IEffect effect)
    {
        if (effect is SignalContainer signal)
        {
            BeforeSignal?.Invoke(signal.Container);
        }
        if (effect is LaunchContainer launch)
        {
            _launching.Add(launch.Spec.Container);
        }
        _effects.Add(effect);
    }

    /// <summary>Decides an event: it goes to the journal and changes the state, in the same way as it will when replayed.</summary>
    /// <param name="canWait">Whether nobody waits for what follows from it (<see cref="Persist.CanWait"/>).</param>
    public void Record(IMessage @event, bool canWait = false)
    {
        _effects.Add(new Persist(AgentEvents.Encode(@event, MachineLife.Ends(@event, State))) { CanWait = canWait });
        State.Apply(@event);
        _eventsSinceSnapshot++;
        ExecutorsEnded += @event is ExecutorEnded ? 1 : 0;
        RemoveForgottenSandboxes();
    }

    /// <summary>The message is its own key: an equal one is replaced.</summary>
    public void StartTimer(AgentMessage message, TimeSpan after) =>
        _effects.Add(new StartTimer(message, after < TimeSpan.Zero ? TimeSpan.Zero : after, message));

    public void CancelTimer(AgentMessage message) => _effects.Add(new CancelTimer(message));

    /// <summary>Containers that are on their way and have not been heard of.</summary>
    public int Launching => _launching.Count;

    /// <summary>It runs, or never will.</summary>
    public void Launched(ContainerId container) => _launching.Remove(container);

    private void RemoveForgottenSandboxes()
    {
        foreach (var sandbox in State.TakeForgotten())
        {
            _effects.Add(new RemoveSandbox(sandbox));
        }
    }
}
