using System.Diagnostics;
using System.Net;
using System.Text;
using Google.Protobuf;
using Mesos.V1;
using Offerbook.Bench.Sockets;
using Offerbook.Wire;
using Call = Offerbook.Wire.AgentProtocol.Call;
using TaskStatus = Mesos.V1.TaskStatus;
using Type = Offerbook.Wire.AgentProtocol.Call.Types.Type;

namespace Offerbook.Bench.Streams;

/// <summary>
/// An agent with one running task for each framework, whose health checks report as often as is asked: each report is an event for
/// one scheduler and for every operator. It carries the moment at which it was sent.
/// </summary>
internal sealed class UpdateSource(Reactor reactor, IPEndPoint master, int frameworks, Action opened, Action<string> failed) : IHttpLinkUser
{
    private const string Path = "/offerbook/agent/v1";

    private static readonly AgentID Id = new() { Value = "bench-agent" };

    /// <summary>Connections of the updates, so that the master's answer to one does not hold up the next.</summary>
    private const int Lanes = 16;

    private readonly CallLane<long>[] _calls = [.. Enumerable.Range(0, Lanes).Select(_ =>
        new CallLane<long>(reactor, master, (_, status, text) => failed($"an update was answered {status} {text}")))];
    private string _header = "";
    private long _sent;
    private long _updates;

    /// <summary>Updates that wait to be taken by the master.</summary>
    public int Waiting => _calls.Sum(lane => lane.Waiting);

    public static FrameworkInfo Framework(int number) => new()
    {
        Id = new FrameworkID { Value = $"bench-framework-{number}" },
        User = "root",
        Name = $"bench-{number}",
        Roles = { "bench" },
        FailoverTimeout = 3600,
        Capabilities = { new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole } },
    };

    public void Connect() => HttpLink.Connect(reactor, this, master);

    /// <summary>The next of <paramref name="among"/> frameworks gets an update.</summary>
    public void Update(int among)
    {
        var number = (int)(_updates++ % among);
        Send(number, Prepare(number));
    }

    /// <summary>Sends what was prepared, on the reactor's thread.</summary>
    public void Send(int number, byte[] prepared) => _calls[number % Lanes].Send(prepared, 0);

    /// <summary>Makes an update, on any thread. The moment that it carries is this one.</summary>
    /// <param name="number">Of the framework that gets it.</param>
    /// <param name="padding">Letters added to the message.</param>
    public byte[] Prepare(int number, string padding = "")
    {
        var uuid = new byte[16];
        BitConverter.TryWriteBytes(uuid, Interlocked.Increment(ref _sent));
        return HttpText.Post(Path, new Call
        {
            Type = Type.Update,
            AgentId = Id,
            Update = new()
            {
                FrameworkId = Framework(number).Id,
                LatestState = TaskState.TaskRunning,
                Status = new TaskStatus
                {
                    TaskId = new TaskID { Value = $"task-{number}" },
                    AgentId = Id,
                    State = TaskState.TaskRunning,
                    Healthy = true,
                    Source = TaskStatus.Types.Source.Executor,
                    Reason = TaskStatus.Types.Reason.TaskHealthCheckStatusUpdated,
                    Uuid = ByteString.CopyFrom(uuid),
                    Message = Stopwatch.GetTimestamp() + padding,
                },
            },
        }, MessageFormat.Protobuf, _header);
    }

    void IHttpLinkUser.Opened(HttpLink link)
    {
        var subscribe = new Call.Types.Subscribe
        {
            AgentInfo = new AgentInfo { Id = Id, Hostname = "bench", Port = 5051,
                Resources = { Scalar("cpus", 1000), Scalar("mem", 1_000_000) } },
            Version = "0.1.0",
            BootId = "bench",
            Capabilities = { new AgentInfo.Types.Capability { Type = AgentInfo.Types.Capability.Types.Type.MultiRole } },
        };
        for (var i = 0; i < frameworks; i++)
        {
            subscribe.Frameworks.Add(Framework(i));
            var task = new Mesos.V1.Task
            {
                Name = "task",
                TaskId = new TaskID { Value = $"task-{i}" },
                FrameworkId = Framework(i).Id,
                AgentId = Id,
                State = TaskState.TaskRunning,
            };
            task.Resources.Add(Scalar("cpus", 0.1, "bench"));
            subscribe.Tasks.Add(task);
        }
        link.Send(HttpText.Post(Path, new Call { Type = Type.Subscribe, AgentId = Id, Subscribe = subscribe }, MessageFormat.Protobuf));
    }

    void IHttpLinkUser.Head(HttpLink link, ReadOnlySpan<byte> head)
    {
        if (link.Status != 200)
        {
            failed($"the agent's subscription was answered {link.Status}");
            return;
        }
        _header = $"Offerbook-Stream-Id: {Encoding.ASCII.GetString(AnswerParser.Header(head, "Offerbook-Stream-Id"u8))}\r\n";
        opened();
    }

    void IHttpLinkUser.Body(HttpLink link, ReadOnlySpan<byte> bytes)
    {
    }

    void IHttpLinkUser.Answered(HttpLink link) => failed("the master ended the agent's stream");

    void IHttpLinkUser.Closed(HttpLink link, string reason) => failed("the agent's stream broke: " + reason);

    private static Resource Scalar(string name, double value, string? role = null)
    {
        var resource = new Resource { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = value } };
        if (role is not null)
        {
            resource.AllocationInfo = new Resource.Types.AllocationInfo { Role = role };
        }
        return resource;
    }
}
