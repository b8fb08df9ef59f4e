using Google.Protobuf;
using Mesos.V1;
using Microsoft.Extensions.Logging;
using Offerbook.Master.Hosting.History;
using Offerbook.Master.Http;
using Offerbook.Storage;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using AgentSubscribe = Offerbook.Wire.AgentProtocol.Call.Types.Subscribe;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Master.Hosting;

/// <summary>
/// Has the code that a storm of returning agents needs compiled before they come: agents register over HTTP with a master that is thrown
/// away, on loopback and with a journal in memory. The engine compiles well only what was called 30 times after it had nothing
/// new to compile for a while (100 ms): hence more than one round. Some 1 s of processor time, which the first
/// agents would have to wait for else; nobody waits for it.
/// </summary>
internal static class WarmUp
{
    /// <summary>Agents in a round, more than the calls after which code is compiled well.</summary>
    private const int Agents = 40;

    private const int TasksAnAgent = 4;
    private const int Rounds = 4;

    /// <summary>More than the engine waits for quiet.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    /// <summary>Of a master that starts; what becomes of it matters to nobody else.</summary>
    /// <param name="directory">That of the master; nothing is written there.</param>
    public static async Task RunAsync(string directory, ILogger? log, CancellationToken cancellation)
    {
        try
        {
            await RunAsync(directory, Pause, cancellation);
        }
        catch (Exception failure)
        {
            log?.LogDebug("The code for agents that return is compiled when they do: {Reason}", failure.Message);
        }
    }

    /// <returns>Agents that registered, again ones included.</returns>
    public static async Task<int> RunAsync(string directory, TimeSpan pause, CancellationToken cancellation)
    {
        await using var master = await MasterHost.StartAsync(new MasterOptions
        {
            DataDirectory = directory, Port = 0, OfferBook = new OfferBookOptions { Enabled = false },
            Journal = _ => Task.FromResult<IJournal>(new InMemoryJournal(new InMemoryStore())),
        }, cancellation);
        using var http = new StreamingClient();
        var api = new Uri(master.Address, AgentEndpoint.Path);
        var registered = 0;
        for (var round = 0; round < Rounds; round++)
        {
            // New ones first, then the same again, as after a broken stream; then new ones …
            var streams = await Task.WhenAll(
                Enumerable.Range(round / 2 * Agents, Agents).Select(agent => RegisterAsync(http, api, agent, cancellation)));
            await Task.Delay(pause, cancellation);
            foreach (var stream in streams.OfType<IncomingStream<AgentEvent>>())
            {
                registered++;
                stream.Dispose();
            }
        }
        return registered;
    }

    private static async Task<IncomingStream<AgentEvent>?> RegisterAsync(StreamingClient http, Uri api, int number,
        CancellationToken cancellation)
    {
        var call = new AgentCall { Type = AgentCall.Types.Type.Subscribe, AgentId = IdOf(number), Subscribe = Describe(number) };
        return (await http.OpenAsync<AgentEvent>(api, call, MessageFormat.Protobuf, null, cancellation)).Stream;
    }

    private static AgentID IdOf(int number) => new() { Value = $"warm-up-{number}" };

    private static AgentSubscribe Describe(int number)
    {
        var report = new AgentSubscribe
        {
            AgentInfo = new AgentInfo
            {
                Id = IdOf(number), Hostname = $"warm-up-{number}", Port = 5051, Resources = { Scalar("cpus", 8), Scalar("mem", 8_192) },
                Attributes =
                    { new Mesos.V1.Attribute { Name = "rack", Type = Value.Types.Type.Text, Text = new Value.Types.Text { Value = "1" } } },
            },
            Version = "0",
            BootId = "warm-up",
            Capabilities = { new AgentInfo.Types.Capability { Type = AgentInfo.Types.Capability.Types.Type.MultiRole } },
            Frameworks =
            {
                new FrameworkInfo
                {
                    Id = new FrameworkID { Value = "warm-up" }, User = "root", Name = "warm-up", Roles = { "warm-up" },
                    FailoverTimeout = 3_600,
                    Capabilities = { new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole } },
                },
            },
        };
        for (var i = 0; i < TasksAnAgent; i++)
        {
            report.Tasks.Add(DescribeTask(number, new TaskID { Value = $"warm-up-{number}-{i}" }));
        }
        return report;
    }

    private static MesosTask DescribeTask(int agent, TaskID id) => new()
    {
        Name = "warm-up", TaskId = id, FrameworkId = new FrameworkID { Value = "warm-up" }, AgentId = IdOf(agent),
        State = TaskState.TaskRunning,
        Resources = { Allocated("cpus", 0.5), Allocated("mem", 64) },
        Labels = new Labels { Labels_ = { new Label { Key = "warm", Value = "up" } } },
        StatusUpdateState = TaskState.TaskRunning,
        StatusUpdateUuid = ByteString.CopyFrom(new byte[16]),
        Statuses =
        {
            new TaskStatus
            {
                TaskId = id, State = TaskState.TaskRunning, AgentId = IdOf(agent), Source = TaskStatus.Types.Source.Executor, Timestamp = 1,
                Uuid = ByteString.CopyFrom(new byte[16]),
            },
        },
    };

    private static Resource Allocated(string name, double value)
    {
        var resource = Scalar(name, value);
        resource.AllocationInfo = new Resource.Types.AllocationInfo { Role = "warm-up" };
        return resource;
    }

    private static Resource Scalar(string name, double value) =>
        new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = value } };
}
