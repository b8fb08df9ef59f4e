using Google.Protobuf;
using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Resources;

namespace Offerbook.Agent;

/// <summary>What the parts of an agent's core share: the durable state and the turn that is being taken.</summary>
internal sealed class AgentContext(AgentSettings settings, SeededRandom random)
{
    private Effects _effects = new();
    private int _eventsSinceSnapshot;

    public AgentSettings Settings => settings;

    public SeededRandom Random => random;

    public AgentState State { get; } = new(settings);

    public Now Now { get; private set; }

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
            _effects.Add(new SaveSnapshot(AgentEvents.Encode(AgentSnapshots.Capture(State))));
            _eventsSinceSnapshot = 0;
        }
    }

    /// <summary>Rebuilds the state. Sandboxes forgotten on the way are removed again: the last removals may not have happened.</summary>
    public void Replay(Storage.Recovery recovery)
    {
        if (recovery.Snapshot is { } snapshot)
        {
            State.Apply(AgentEvents.Decode(snapshot.Record));
        }
        foreach (var record in recovery.Events)
        {
            State.Apply(AgentEvents.Decode(record));
        }
        _eventsSinceSnapshot = recovery.Events.Count;
        RemoveForgottenSandboxes();
    }

    /// <summary>What lies in a container dies before it: told of every signal to a container before the signal itself.</summary>
    public Action<ContainerId>? BeforeSignal { get; set; }

    public void Do(IEffect effect)
    {
        if (effect is SignalContainer signal)
        {
            BeforeSignal?.Invoke(signal.Container);
        }
        _effects.Add(effect);
    }

    /// <summary>Decides an event: it goes to the journal and changes the state, in the same way as it will when replayed.</summary>
    public void Record(IMessage @event)
    {
        _effects.Add(new Persist(AgentEvents.Encode(@event)));
        State.Apply(@event);
        _eventsSinceSnapshot++;
        ExecutorsEnded += @event is ExecutorEnded ? 1 : 0;
        RemoveForgottenSandboxes();
    }

    /// <summary>The message is its own key: an equal one is replaced.</summary>
    public void StartTimer(AgentMessage message, TimeSpan after) =>
        _effects.Add(new StartTimer(message, after < TimeSpan.Zero ? TimeSpan.Zero : after, message));

    public void CancelTimer(AgentMessage message) => _effects.Add(new CancelTimer(message));

    private void RemoveForgottenSandboxes()
    {
        foreach (var sandbox in State.TakeForgotten())
        {
            _effects.Add(new RemoveSandbox(sandbox));
        }
    }
}
