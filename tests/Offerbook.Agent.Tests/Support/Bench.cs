using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Storage;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Agent.Tests.Support;

/// <summary>
/// An agent's core on a bench: messages go in by hand, effects are collected, time moves when told, and what is persisted stays,
/// so that the core can be restarted from any point of its journal.
/// </summary>
internal sealed class Bench
{
    private readonly TimerQueue<AgentMessage> _timers = new();
    private readonly Effects _effects = new();
    private TimeSpan _elapsed;
    private DateTimeOffset _wall;

    public Bench(AgentSettings? settings = null, IReadOnlyList<JournalRecord>? journal = null, Now? now = null,
        JournalRecord? snapshot = null)
    {
        (_elapsed, _wall) = now ?? new Now(TimeSpan.FromHours(1), new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
        Settings = settings ?? Make.Settings();
        Journal = [.. journal ?? []];
        Core = new AgentCore(Settings, new SeededRandom((ulong)Journal.Count + 7));
        Core.Recover(snapshot is { } state
            ? new Storage.Recovery(new Snapshot(Journal.Count, state), [], Journal.Count)
            : new Storage.Recovery(null, Journal, Journal.Count), Now, _effects);
        Collect();
    }

    public AgentSettings Settings { get; }

    public AgentCore Core { get; }

    public List<JournalRecord> Journal { get; }

    /// <summary>The events of the last turn, in order.</summary>
    public IReadOnlyList<Persist> Persisted { get; private set; } = [];

    /// <summary>Every effect but timers and persistence, in order, since the last <see cref="Take"/>.</summary>
    public List<IEffect> Done { get; } = [];

    public Now Now => new(_elapsed, _wall);

    public long Connection { get; private set; }

    public void Tell(AgentMessage message)
    {
        Core.Handle(message, Now, _effects);
        Collect();
        Core.CheckInvariants();
    }

    /// <summary>Lets time pass, with the timers that run out on the way.</summary>
    public void Pass(TimeSpan time)
    {
        var end = _elapsed + time;
        while (_timers.NextDue is { } due && due <= end)
        {
            Move(due);
            if (_timers.TryTakeDue(_elapsed, out var message))
            {
                Tell(message);
            }
        }
        Move(end);
    }

    public void Hear(Event @event) => Tell(new AgentMessage.MasterEventReceived(Connection, @event));

    /// <summary>Waits out the back-off and lets the master accept.</summary>
    public Bench Register(params string[] completedFrameworks) => Register(Make.Subscribed(completedFrameworks));

    /// <summary>Waits out the back-off and lets the master answer.</summary>
    public Bench Register(Event answer)
    {
        // Step by step, because an attempt that nobody answers is given up again.
        while (Done.OfType<ConnectToMaster>().LastOrDefault()?.Connection is not { } newest || newest == Connection)
        {
            Pass(TimeSpan.FromMilliseconds(10));
        }
        Connection = Done.OfType<ConnectToMaster>().Last().Connection;
        Hear(answer);
        return this;
    }

    /// <summary>Launches a task and lets its container start.</summary>
    public ContainerId Run(TaskInfo task, FrameworkInfo? framework = null, int pid = 4711)
    {
        Hear(Make.Launch(task, framework));
        var container = Done.OfType<LaunchContainer>().Last().Spec.Container;
        Tell(new AgentMessage.ContainerStarted(container, pid));
        return container;
    }

    /// <summary>Acknowledges the outstanding update of a task, and the next, until none is left.</summary>
    public void AcknowledgeAll(string task = "t1")
    {
        while (Pending(task) is { } update)
        {
            Take();
            Hear(Make.Acknowledge(task, update));
        }
    }

    /// <summary>The last update that was sent for a task, since the last <see cref="Take"/>.</summary>
    public TaskStatus? Pending(string task = "t1") => Updates(task).LastOrDefault();

    public IEnumerable<TaskStatus> Updates(string task = "t1") => Done.OfType<CallMaster>()
        .Where(call => call.Call.Type == Call.Types.Type.Update && call.Call.Update.Status.TaskId.Value == task)
        .Select(call => call.Call.Update.Status);

    public IEnumerable<T> Effects<T>() where T : IEffect => Done.OfType<T>();

    public IReadOnlyList<IEffect> Take()
    {
        var taken = Done.ToArray();
        Done.Clear();
        return taken;
    }

    /// <summary>The agent after kill -9 when so many of its events had become durable.</summary>
    public Bench Restart(int? events = null) => new(Settings, Journal.Take(events ?? Journal.Count).ToList(), Now);

    /// <summary>The agent after kill -9, with nothing but a snapshot of all that had happened.</summary>
    public Bench Restart(JournalRecord snapshot) => new(Settings, Journal, Now, snapshot);

    public TaskView TaskView(string task = "t1") =>
        Core.View().Frameworks.SelectMany(framework => framework.Tasks).Single(view => view.Task.TaskId.Value == task);

    private void Move(TimeSpan to)
    {
        _wall += to - _elapsed;
        _elapsed = to;
    }

    private void Collect()
    {
        Persisted = [.. Enumerable.Range(0, _effects.Count).Select(i => _effects[i]).OfType<Persist>()];
        for (var i = 0; i < _effects.Count; i++)
        {
            switch (_effects[i])
            {
                case StartTimer timer:
                    _timers.Start(timer.Key, _elapsed + timer.After, (AgentMessage)timer.Message);
                    break;
                case CancelTimer timer:
                    _timers.Cancel(timer.Key);
                    break;
                case Persist persist:
                    Journal.Add(persist.Event);
                    break;
                default:
                    Done.Add(_effects[i]);
                    break;
            }
        }
        _effects.Clear();
    }
}
