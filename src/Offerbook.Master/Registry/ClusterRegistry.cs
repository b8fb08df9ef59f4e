using Google.Protobuf;
using Offerbook.Actors;
using Offerbook.Master.Frameworks;
using Offerbook.Storage.Formats;
using Offerbook.Wire.Identity;
using Offerbook.Wire.Registry;

namespace Offerbook.Master.Registry;

/// <summary>
/// What survives the master: frameworks with their failover deadlines, and the agents that were admitted, lost or removed.
/// The state is the fold of the journal: live and in recovery it changes only in <see cref="Apply"/>.
/// </summary>
internal sealed class ClusterRegistry(MasterSettings settings)
{
    /// <summary>The last master that served, or null for a new cluster.</summary>
    public MasterStarted? LastStart { get; private set; }

    public SortedDictionary<FrameworkId, RegistrySnapshot.Types.Framework> Frameworks { get; } = [];

    /// <summary>Oldest first, at most <see cref="MasterSettings.MaxCompletedFrameworks"/>.</summary>
    public OrderedMap<FrameworkId, RegistrySnapshot.Types.Framework> CompletedFrameworks { get; } = new();

    public SortedDictionary<AgentId, AgentAdmitted> Agents { get; } = [];

    /// <summary>Oldest first, at most <see cref="MasterSettings.MaxLostAgents"/>.</summary>
    public OrderedMap<AgentId, AgentBecameUnreachable> UnreachableAgents { get; } = new();

    /// <summary>Oldest first, at most <see cref="MasterSettings.MaxLostAgents"/>.</summary>
    public OrderedMap<AgentId, AgentRemoved> RemovedAgents { get; } = new();

    /// <summary>Oldest first, at most <see cref="MasterSettings.MaxLostAgents"/>.</summary>
    public OrderedMap<AgentId, AgentMarkedGone> GoneAgents { get; } = new();

    public OperatorState Operators { get; } = new();

    /// <summary>What may stand in the journal.</summary>
    public LogFormat Format { get; private set; } = LogFormat.New(settings.Format);

    private int _eventsSinceSnapshot;

    /// <summary>Grows with every event.</summary>
    public long Version { get; private set; }

    /// <summary>Changes the state and has the change journalled. What the outside learns of it must be emitted afterwards.</summary>
    public void Record(in Turn turn, IMessage @event)
    {
        Apply(@event);
        turn.Effects.Add(new Persist(RegistryEvent.Encode(@event)));
        // A snapshot costs as much as there is to keep: taken each time that as many events have come, it doubles their cost and no more.
        if (++_eventsSinceSnapshot >= Math.Max(settings.SnapshotInterval, Agents.Count))
        {
            turn.Effects.Add(new SaveSnapshot(Format.Marked(RegistryEvent.Encode(ToSnapshot()))));
            _eventsSinceSnapshot = 0;
        }
    }

    /// <summary>Its id is not taken again.</summary>
    public bool IsOver(AgentId agent) => RemovedAgents.Contains(agent) || GoneAgents.Contains(agent);

    public void RecordSubscribed(in Turn turn, Framework framework) => Record(turn, new FrameworkSubscribed
    {
        FrameworkInfo = framework.Info,
        RegisteredTime = Times.ToNanoseconds(framework.RegisteredTime),
        ReregisteredTime = Times.ToNanoseconds(framework.ReregisteredTime),
    });

    /// <summary>Writes down who leads from here on.</summary>
    public void Begin(in Turn turn, long epoch)
    {
        if (Format.Begin(epoch) is { } began)
        {
            turn.Effects.Add(new Persist(began));
        }
    }

    /// <summary>Shows the format level, or raises it.</summary>
    public FormatAnswer AskFormat(in Turn turn, int? raiseTo)
    {
        var answer = Format.Ask(raiseTo);
        Format = answer.After;
        if (answer.Event is { } raised)
        {
            turn.Effects.Add(new Persist(raised));
        }
        return answer;
    }

    /// <exception cref="JournalTooNewException">The journal is of a format that this program does not know.</exception>
    public void Recover(Storage.Recovery recovery)
    {
        Format = LogFormat.Of(recovery, settings.Format, "the master");
        if (recovery.Snapshot is { } snapshot)
        {
            Apply(RegistryEvent.Decode(LogFormat.Plain(snapshot.Record)));
        }
        foreach (var record in recovery.Events)
        {
            if (!LogFormat.IsOwn(record))
            {
                Apply(RegistryEvent.Decode(record));
            }
        }
        _eventsSinceSnapshot = recovery.Events.Count;
    }

    public void Apply(IMessage @event)
    {
        Version++;
        switch (@event)
        {
            case MasterStarted started:
                LastStart = started;
                break;
            case FrameworkSubscribed subscribed:
                Frameworks[FrameworkId.From(subscribed.FrameworkInfo.Id)] =
                    new RegistrySnapshot.Types.Framework { Subscribed = subscribed };
                break;
            case FrameworkDisconnected disconnected:
                Frameworks[FrameworkId.From(disconnected.FrameworkId)].FailoverDeadline = disconnected.FailoverDeadline;
                break;
            case FrameworkRemoved removed:
                ApplyFrameworkRemoved(removed);
                break;
            case AgentAdmitted admitted:
                var admittedId = AgentId.From(admitted.AgentInfo.Id);
                UnreachableAgents.Remove(admittedId);
                Agents[admittedId] = admitted;
                break;
            case AgentBecameUnreachable unreachable:
                var unreachableId = AgentId.From(unreachable.AgentId);
                Agents.Remove(unreachableId);
                if (Keep(UnreachableAgents, unreachableId, unreachable, settings.MaxLostAgents) is { } evicted)
                {
                    Operators.Forget(AgentId.From(evicted.AgentId));
                }
                break;
            case AgentRemoved removed:
                var removedId = AgentId.From(removed.AgentId);
                Lose(removedId);
                Keep(RemovedAgents, removedId, removed, settings.MaxLostAgents);
                break;
            case AgentMarkedGone gone:
                var goneId = AgentId.From(gone.AgentId);
                Lose(goneId);
                Keep(GoneAgents, goneId, gone, settings.MaxLostAgents);
                break;
            case LostAgentsForgotten forgotten:
                ApplyForgotten(forgotten);
                break;
            case RegistrySnapshot snapshot:
                ApplySnapshot(snapshot);
                break;
            default:
                if (Operators.Apply(@event))
                {
                    break;
                }
                Invariant.Fail($"the registry cannot apply a {@event.Descriptor.FullName}");
                break;
        }
    }

    public RegistrySnapshot ToSnapshot()
    {
        var snapshot = new RegistrySnapshot { Started = LastStart };
        snapshot.Frameworks.Add(Frameworks.Values);
        snapshot.CompletedFrameworks.Add(CompletedFrameworks);
        snapshot.Agents.Add(Agents.Values);
        snapshot.UnreachableAgents.Add(UnreachableAgents);
        snapshot.RemovedAgents.Add(RemovedAgents);
        snapshot.GoneAgents.Add(GoneAgents);
        Operators.WriteTo(snapshot);
        return snapshot;
    }

    /// <summary>All that is durable; equal states give equal bytes.</summary>
    public byte[] Capture() => [(byte)Format.Level, .. ToSnapshot().ToByteArray()];

    private void ApplyFrameworkRemoved(FrameworkRemoved removed)
    {
        var id = FrameworkId.From(removed.FrameworkId);
        if (Frameworks.Remove(id, out var framework))
        {
            framework.UnregisteredTime = removed.UnregisteredTime;
            Keep(CompletedFrameworks, id, framework, settings.MaxCompletedFrameworks);
        }
    }

    private void ApplySnapshot(RegistrySnapshot snapshot)
    {
        LastStart = snapshot.Started;
        foreach (var framework in snapshot.Frameworks)
        {
            Frameworks[FrameworkId.From(framework.Subscribed.FrameworkInfo.Id)] = framework;
        }
        foreach (var framework in snapshot.CompletedFrameworks)
        {
            CompletedFrameworks.Set(FrameworkId.From(framework.Subscribed.FrameworkInfo.Id), framework);
        }
        foreach (var agent in snapshot.Agents)
        {
            Agents[AgentId.From(agent.AgentInfo.Id)] = agent;
        }
        foreach (var agent in snapshot.UnreachableAgents)
        {
            UnreachableAgents.Set(AgentId.From(agent.AgentId), agent);
        }
        foreach (var agent in snapshot.RemovedAgents)
        {
            RemovedAgents.Set(AgentId.From(agent.AgentId), agent);
        }
        foreach (var agent in snapshot.GoneAgents)
        {
            GoneAgents.Set(AgentId.From(agent.AgentId), agent);
        }
        Operators.ReadFrom(snapshot);
    }

    private void Lose(AgentId agent)
    {
        Agents.Remove(agent);
        UnreachableAgents.Remove(agent);
        Operators.Forget(agent);
    }

    private void ApplyForgotten(LostAgentsForgotten forgotten)
    {
        foreach (var agent in forgotten.Unreachable)
        {
            UnreachableAgents.Remove(AgentId.From(agent));
            Operators.Forget(AgentId.From(agent));
        }
        foreach (var agent in forgotten.Removed)
        {
            RemovedAgents.Remove(AgentId.From(agent));
        }
        foreach (var agent in forgotten.Gone)
        {
            GoneAgents.Remove(AgentId.From(agent));
        }
    }

    /// <returns>What had to leave, or null.</returns>
    private static TValue? Keep<TKey, TValue>(OrderedMap<TKey, TValue> history, TKey key, TValue value, int max)
        where TKey : notnull
        where TValue : class
    {
        history.Remove(key);
        history.Set(key, value);
        if (history.Count <= max)
        {
            return null;
        }
        var oldest = history.First();
        history.RemoveOldest();
        return oldest;
    }
}
