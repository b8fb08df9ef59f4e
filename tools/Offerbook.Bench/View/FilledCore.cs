using System.Diagnostics;
using Google.Protobuf;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Bench.Harness;
using Offerbook.Master;
using Offerbook.Resources;
using Offerbook.Storage;
using Offerbook.Wire.Identity;
using TaskStatus = Mesos.V1.TaskStatus;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;

namespace Offerbook.Bench.View;

/// <summary>A master's core with agents that have come back with their tasks; no shell, no journal.</summary>
internal sealed class FilledCore
{
    private static readonly Now s_now = new(TimeSpan.FromHours(1), DateTimeOffset.UnixEpoch.AddYears(60));

    private readonly MasterCore _core = new(MasterSettings.Default, new SeededRandom(1));
    private readonly Effects _effects = new();
    private readonly List<(ConnectionId Stream, AgentID Id)> _agents = [];
    private readonly Dictionary<ConnectionId, string> _streamIds = [];
    private readonly int _tasks;
    private readonly int _frameworks;
    private long _connections;
    private int _updated;

    public FilledCore(int agents, int tasksAnAgent, int frameworks)
    {
        (_tasks, _frameworks) = (tasksAnAgent, frameworks);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        _core.Recover(new Recovery(null, [], 0), s_now, _effects);
        _effects.Clear();
        var infos = Enumerable.Range(0, frameworks).Select(Framework).ToList();
        for (var i = 0; i < agents; i++)
        {
            Subscribe(i, infos);
        }
        BytesPerTask = (GC.GetTotalMemory(forceFullCollection: true) - before) / ((double)agents * tasksAnAgent);
    }

    public double BytesPerTask { get; }

    /// <summary>Asks for a view as a reader does.</summary>
    /// <returns>How long each turn took, in milliseconds: of processor time of this thread, 0 for a turn into which a collection fell, and
    /// by the clock.</returns>
    public (IReadOnlyList<double> Cpu, IReadOnlyList<double> Wall) TakeView()
    {
        var (cpu, times) = (new List<double>(), new List<double>());
        MasterMessage next = new MasterMessage.ViewRequested(new ConnectionId(++_connections));
        while (true)
        {
            var (started, used, collections) = (Stopwatch.GetTimestamp(), ThreadTime.Now, GC.CollectionCount(0));
            _core.Handle(next, s_now, _effects);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            cpu.Add(GC.CollectionCount(0) == collections ? (ThreadTime.Now - used).TotalMilliseconds : 0);
            var published = Find<MasterEffect.PublishView>();
            var more = Find<StartTimer>(timer => timer.Message is MasterMessage.ViewContinued);
            _effects.Clear();
            if (published is not null)
            {
                return (cpu, times);
            }
            next = (MasterMessage)more!.Message;
        }
    }

    /// <summary>Some tasks, each of another agent, get a status.</summary>
    public void UpdateTasks(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var (stream, id) = _agents[_updated % _agents.Count];
            var number = _updated % _agents.Count;
            var task = _updated++ / _agents.Count % _tasks;
            var status = new TaskStatus
            {
                TaskId = new TaskID { Value = $"{id.Value}-{task}" },
                State = TaskState.TaskRunning,
                AgentId = id,
                Timestamp = _updated,
                Uuid = ByteString.CopyFrom(new byte[16]),
            };
            Send(stream, new AgentCall
            {
                Type = AgentCall.Types.Type.Update,
                AgentId = id,
                Update = new() { FrameworkId = new FrameworkID { Value = $"framework-{FrameworkOf(number, task)}" },
                    LatestState = TaskState.TaskRunning, Status = status },
            });
        }
    }

    private int FrameworkOf(int agent, int task) => (agent * _tasks + task) % _frameworks;

    private static FrameworkInfo Framework(int number)
    {
        var info = new FrameworkInfo { User = "root", Name = "bench", Id = new FrameworkID { Value = $"framework-{number}" },
            Roles = { "web" }, FailoverTimeout = 600 };
        info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole });
        return info;
    }

    private void Subscribe(int number, List<FrameworkInfo> infos)
    {
        var id = new AgentID { Value = $"agent-{number:D5}" };
        var info = new AgentInfo { Hostname = $"host-{number:D5}", Port = 5051, Id = id };
        info.Resources.Add(
            ResourceWriter.ToProto(ResourceBag.Parse("cpus:32;mem:131072;disk:500000;ports:[31000-32000]"), ResourceFormat.PostRefinement));
        var call = new AgentCall { Type = AgentCall.Types.Type.Subscribe, AgentId = id,
            Subscribe = new() { AgentInfo = info, Version = "1.12.0", BootId = "b" } };
        call.Subscribe.Frameworks.Add(
            Enumerable.Range(0, _tasks).Select(task => FrameworkOf(number, task)).Distinct().Select(framework => infos[framework]));
        for (var i = 0; i < _tasks; i++)
        {
            var task = new Mesos.V1.Task
            {
                Name = "bench",
                TaskId = new TaskID { Value = $"{id.Value}-{i}" },
                FrameworkId = infos[FrameworkOf(number, i)].Id,
                AgentId = id,
                State = TaskState.TaskRunning,
            };
            task.Resources.Add(ResourceWriter.ToProto(ResourceBag.Parse("cpus:1;mem:1024").Allocate("web"), ResourceFormat.PostRefinement));
            call.Subscribe.Tasks.Add(task);
        }
        var stream = new ConnectionId(++_connections);
        Send(stream, call);
        _agents.Add((stream, id));
    }

    private void Send(ConnectionId stream, AgentCall call)
    {
        var connection = call.Type == AgentCall.Types.Type.Subscribe ? stream : new ConnectionId(++_connections);
        _core.Handle(new MasterMessage.AgentCallReceived(connection, call, _streamIds.GetValueOrDefault(stream), "10.0.0.1"), s_now,
            _effects);
        if (Find<MasterEffect.OpenStream>() is { } open)
        {
            _streamIds[stream] = open.StreamId;
        }
        _effects.Clear();
    }

    private T? Find<T>(Func<T, bool>? wanted = null) where T : class
    {
        for (var i = 0; i < _effects.Count; i++)
        {
            if (_effects[i] is T effect && (wanted is null || wanted(effect)))
            {
                return effect;
            }
        }
        return null;
    }
}
