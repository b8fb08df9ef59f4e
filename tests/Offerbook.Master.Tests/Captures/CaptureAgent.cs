using System.Text.Json;
using Google.Protobuf;
using Mesos.V1;
using Offerbook.Master.Tests.Http;
using Offerbook.Resources;
using Offerbook.Wire;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;
using AgentEvent = Offerbook.Wire.AgentProtocol.Event;
using Capability = Mesos.V1.AgentInfo.Types.Capability;

namespace Offerbook.Master.Tests.Captures;

/// <summary>The agent of the recorded cluster, scripted: it says of its tasks what was recorded.</summary>
internal sealed class CaptureAgent : IDisposable
{
    private static readonly Capability.Types.Type[] s_capabilities =
    [
        Capability.Types.Type.MultiRole, Capability.Types.Type.HierarchicalRole, Capability.Types.Type.ReservationRefinement,
        Capability.Types.Type.ResourceProvider, Capability.Types.Type.ResizeVolume, Capability.Types.Type.AgentOperationFeedback,
        Capability.Types.Type.AgentDraining, Capability.Types.Type.TaskResourceLimits,
    ];

    private readonly MasterFixture _master;
    private readonly EventReader<AgentEvent> _events;
    private readonly AgentID _id;
    private int _updates;

    private CaptureAgent(MasterFixture master, EventReader<AgentEvent> events, AgentID id)
    {
        _master = master;
        _events = events;
        _id = id;
    }

    public string Id => _id.Value;

    public static async Task<CaptureAgent> RegisterAsync(MasterFixture master)
    {
        var info = new AgentInfo { Hostname = "127.0.0.1", Port = 5051, Checkpoint = true };
        info.Resources.Add(
            ResourceWriter.ToProto(ResourceBag.Parse("cpus:64;mem:65536;disk:65536;ports:[31000-39000]"), ResourceFormat.PostRefinement));
        var call = new AgentCall { Type = AgentCall.Types.Type.Subscribe,
            Subscribe = new() { AgentInfo = info, Version = "1.12.0", BootId = "b" } };
        call.Subscribe.Capabilities.Add(s_capabilities.Select(type => new Capability { Type = type }));
        var events = await master.SubscribeAsync<AgentEvent>("/offerbook/agent/v1", call, MessageFormat.Protobuf, "Offerbook-Stream-Id");
        return new CaptureAgent(master, events, (await events.NextAsync())!.Subscribed.AgentId);
    }

    public Task<AgentEvent> NextAsync(AgentEvent.Types.Type type) => _events.NextAsync(next => next.Type == type);

    /// <summary>Sends a status with the uuid that the recorded acknowledgement has.</summary>
    /// <param name="acknowledgement">Its name.</param>
    /// <param name="parent">The container of the executor, for tasks of a group.</param>
    /// <param name="latest">What the task has come to meanwhile.</param>
    /// <param name="withAddress">The container has its address.</param>
    public Task UpdateAsync(string framework, string acknowledgement, TaskState state, string? executor = null, string? parent = null,
        string? message = null, bool withAddress = true, TaskState? latest = null)
    {
        using var recorded = JsonDocument.Parse(CapturedExchange.All[acknowledgement].Body!.Replace("{M}", "m", StringComparison.Ordinal));
        var acknowledge = recorded.RootElement.GetProperty("acknowledge");
        var task = acknowledge.GetProperty("task_id").GetProperty("value").GetString()!;
        var container = new ContainerID { Value = Guid.Empty.ToString() };
        if (parent is not null)
        {
            container.Parent = new ContainerID { Value = parent };
        }
        var status = new TaskStatus
        {
            TaskId = new TaskID { Value = task },
            State = state,
            Source = TaskStatus.Types.Source.Executor,
            AgentId = _id,
            ExecutorId = new ExecutorID { Value = executor ?? task },
            Timestamp = 1795331872.25 + _updates++,
            Uuid = ByteString.FromBase64(acknowledge.GetProperty("uuid").GetString()!),
            ContainerStatus = new ContainerStatus { ContainerId = container },
        };
        if (withAddress)
        {
            status.ContainerStatus.ExecutorPid = 20382;
            var address = new NetworkInfo.Types.IPAddress { Protocol = NetworkInfo.Types.Protocol.Ipv4, IpAddress = "127.0.0.1" };
            status.ContainerStatus.NetworkInfos.Add(new NetworkInfo { IpAddresses = { address } });
        }
        if (message is not null)
        {
            status.Message = message;
        }
        return PostAsync(new AgentCall
        {
            Type = AgentCall.Types.Type.Update,
            Update = new() { FrameworkId = new FrameworkID { Value = framework }, LatestState = latest ?? state, Status = status },
        });
    }

    public Task ExitAsync(string framework, string executor) => PostAsync(new AgentCall
    {
        Type = AgentCall.Types.Type.ExecutorExited,
        ExecutorExited = new() { FrameworkId = new FrameworkID { Value = framework }, ExecutorId = new ExecutorID { Value = executor },
            Status = 0 },
    });

    public async Task PostAsync(AgentCall call)
    {
        call.AgentId = _id;
        var response = await _master.PostAsync("/offerbook/agent/v1", call, MessageFormat.Protobuf, _events.StreamId,
            "Offerbook-Stream-Id");
        Assert.That((int)response.StatusCode, Is.EqualTo(202), await response.Content.ReadAsStringAsync());
    }

    public void Dispose() => _events.Dispose();
}
