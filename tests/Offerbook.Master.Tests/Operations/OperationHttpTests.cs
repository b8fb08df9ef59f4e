using System.Text.Json;
using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Master.Tests.Core;
using Offerbook.Master.Tests.Http;
using Offerbook.Resources;
using Offerbook.Wire;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;
using AgentEvent = Offerbook.Wire.AgentProtocol.Event;
using Capability = Mesos.V1.AgentInfo.Types.Capability.Types.Type;
using OperatorCall = Mesos.V1.Master.Call;
using OperatorType = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Tests.Operations;

/// <summary>Operations over real HTTP, by a framework, by operators' calls and by forms.</summary>
internal sealed class OperationHttpTests
{
    private const string SchedulerPath = "/api/v1/scheduler";
    private const string AgentPath = "/offerbook/agent/v1";
    private const string AgentHeader = "Offerbook-Stream-Id";

    private static Task<EventReader<AgentEvent>> SubscribeAgentAsync(MasterFixture master)
    {
        var info = new AgentInfo { Hostname = "agent", Port = 5051 };
        info.Resources.Add(ResourceBag.Parse("cpus:4;mem:4096;disk:1000").ToProto(ResourceFormat.PostRefinement));
        var call = new AgentCall
        {
            Type = AgentCall.Types.Type.Subscribe,
            Subscribe = new() { AgentInfo = info, Version = "1.12.0", BootId = "b" },
        };
        foreach (var type in (ReadOnlySpan<Capability>)[Capability.MultiRole, Capability.HierarchicalRole, Capability.ReservationRefinement,
            Capability.ResizeVolume, Capability.AgentOperationFeedback])
        {
            call.Subscribe.Capabilities.Add(new AgentInfo.Types.Capability { Type = type });
        }
        return master.SubscribeAsync<AgentEvent>(AgentPath, call, MessageFormat.Protobuf, AgentHeader);
    }

    [TestCase(MessageFormat.Json), TestCase(MessageFormat.Protobuf)]
    [Category("case 185"), Category("case 191")]
    public async Task Framework_ReservesAcknowledgesAndReconciles(MessageFormat format)
    {
        await using var master = await MasterFixture.StartAsync();
        using var agent = await SubscribeAgentAsync(master);
        var agentId = (await agent.NextAsync())!.Subscribed.AgentId;
        var subscribe = new Call { Type = Call.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = TestScheduler.Framework("web") } };
        using var scheduler = await master.SubscribeAsync<Event>(SchedulerPath, subscribe, format);
        var framework = (await scheduler.NextAsync())!.Subscribed.FrameworkId;
        var offer = (await scheduler.NextAsync(e => e.Type == Event.Types.Type.Offers)).Offers.Offers_.Single();

        await TellAsync(new Call
        {
            Type = Call.Types.Type.Accept,
            Accept = new()
            {
                OfferIds = { offer.Id },
                Operations = { KitOperations.Reserve("r", Ops.Scalar("cpus", 1, "web"), Ops.Scalar("disk", 64, "web")),
                    KitOperations.Create("c", Ops.Volume(64, "v1")) },
            },
        });
        var orders = new[]
        {
            (await agent.NextAsync(e => e.Type == AgentEvent.Types.Type.ApplyOperation)).ApplyOperation,
            (await agent.NextAsync(e => e.Type == AgentEvent.Types.Type.ApplyOperation)).ApplyOperation,
        };
        Assert.That(orders.Select(order => order.Info.Id.Value), Is.EqualTo(new[] { "r", "c" }));
        var offered = (await scheduler.NextAsync(e => e.Type == Event.Types.Type.Offers)).Offers.Offers_.Single();
        Assert.That(ResourceReader.Read(offered.Resources).Bag.PersistentVolumes().Single().Kind.Disk!.PersistenceId, Is.EqualTo("v1"));

        var status = new OperationStatus
        {
            OperationId = orders[0].Info.Id, State = OperationState.OperationFinished,
            Uuid = new UUID { Value = ByteString.CopyFrom(new byte[16]) },
        };
        var update = new AgentCall
        {
            Type = AgentCall.Types.Type.UpdateOperationStatus,
            AgentId = agentId,
            OperationUpdate = new() { FrameworkId = framework, OperationUuid = orders[0].OperationUuid, Status = status },
        };
        Assert.That((int)(await master.PostAsync(AgentPath, update, MessageFormat.Protobuf, agent.StreamId, AgentHeader)).StatusCode,
            Is.EqualTo(202));
        var heard = (await scheduler.NextAsync(e => e.Type == Event.Types.Type.UpdateOperationStatus)).UpdateOperationStatus.Status;
        Assert.That((heard.State, heard.OperationId.Value, heard.AgentId), Is.EqualTo((OperationState.OperationFinished, "r", agentId)));

        await TellAsync(new Call
        {
            Type = Call.Types.Type.AcknowledgeOperationStatus,
            AcknowledgeOperationStatus = new() { AgentId = agentId, Uuid = heard.Uuid.Value, OperationId = heard.OperationId },
        });
        Assert.That((await agent.NextAsync(e => e.Type == AgentEvent.Types.Type.AcknowledgeOperation)).AcknowledgeOperation.OperationUuid,
            Is.EqualTo(orders[0].OperationUuid));
        await TellAsync(new Call { Type = Call.Types.Type.ReconcileOperations, ReconcileOperations = new() });
        var reconciled = (await scheduler.NextAsync(e => e.Type == Event.Types.Type.UpdateOperationStatus)).UpdateOperationStatus.Status;
        Assert.That((reconciled.OperationId.Value, reconciled.State, reconciled.Uuid),
            Is.EqualTo(("c", OperationState.OperationPending, (UUID?)null)));

        async Task TellAsync(Call call)
        {
            call.FrameworkId = framework;
            var answer = await master.PostAsync(SchedulerPath, call, format, scheduler.StreamId);
            Assert.That((int)answer.StatusCode, Is.EqualTo(202), await answer.Content.ReadAsStringAsync());
        }
    }

    [TestCase(MessageFormat.Json), TestCase(MessageFormat.Protobuf)]
    [Category("case 173"), Category("case 187")]
    public async Task Operator_ReservesAndIsToldOfConflictsAndErrors(MessageFormat format)
    {
        await using var master = await MasterFixture.StartAsync();
        using var agent = await SubscribeAgentAsync(master);
        var id = (await agent.NextAsync())!.Subscribed.AgentId;

        Assert.That(await OperateAsync(id, Ops.Scalar("cpus", 1, "capture-role"), Ops.Scalar("disk", 64, "capture-role")),
            Is.EqualTo((202, "")));
        Assert.That(await OperateAsync(new AgentID { Value = "nope" }), Is.EqualTo((400, "No agent found with specified ID")));
        Assert.That((await OperateAsync(id, Ops.Scalar("cpus", 1))).Status, Is.EqualTo(400));
        Assert.That((await OperateAsync(id, Ops.Scalar("cpus", 100, "capture-role"))).Status, Is.EqualTo(409));
        Assert.That((await agent.NextAsync(e => e.Type == AgentEvent.Types.Type.ApplyOperation)).ApplyOperation.Info.Reserve.Resources,
            Has.Count.EqualTo(2));

        var answer = await master.PostAsync("/api/v1", new OperatorCall { Type = OperatorType.GetOperations }, format);
        Assert.That(
            MessageCodec.Read<Mesos.V1.Master.Response>(await answer.Content.ReadAsByteArrayAsync(), format)
                .TryGet(out var response, out _));
        Assert.That(response!.GetOperations.Operations.Single().LatestStatus.State, Is.EqualTo(OperationState.OperationPending));
        using var slaves = JsonDocument.Parse(await master.Client.GetStringAsync("/slaves"));
        var reserved = slaves.RootElement.GetProperty("slaves")[0].GetProperty("reserved_resources_full").GetProperty("capture-role");
        Assert.That(reserved.EnumerateArray().Select(resource => resource.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "cpus", "disk" }));

        async Task<(int Status, string Text)> OperateAsync(AgentID agentId, params Resource[] resources)
        {
            var call = new OperatorCall { Type = OperatorType.ReserveResources,
                ReserveResources = new() { AgentId = agentId, Resources = { resources } } };
            var sent = await master.PostAsync("/api/v1", call, format);
            return ((int)sent.StatusCode, await sent.Content.ReadAsStringAsync());
        }
    }

    [Test, Category("case 187")]
    public async Task Forms_DoWhatTheCallsDo()
    {
        await using var master = await MasterFixture.StartAsync();
        using var agent = await SubscribeAgentAsync(master);
        var id = (await agent.NextAsync())!.Subscribed.AgentId.Value;
        const string Reserved =
            """{"name":"disk","type":"SCALAR","scalar":{"value":64},"reservations":[{"type":"DYNAMIC","role":"web"}]}""";
        const string Volume = """{"name":"disk","type":"SCALAR","scalar":{"value":64},"reservations":[{"type":"DYNAMIC","role":"web"}],"disk":{"persistence":{"id":"v1"},"volume":{"mode":"RW","container_path":"data"}}}""";

        Assert.That(await PostAsync("/reserve", $"slaveId={id}&resources=[{Reserved}]"), Is.EqualTo((202, "")));
        Assert.That(await PostAsync("/master/create-volumes", $"slaveId={id}&volumes=[{Volume}]"), Is.EqualTo((202, "")));
        Assert.That(await PostAsync("/destroy-volumes", $"slaveId={id}&volumes={Uri.EscapeDataString($"[{Volume}]")}"),
            Is.EqualTo((202, "")));
        Assert.That(await PostAsync("/unreserve", $"slaveId={id}&resources=[{Reserved}]"), Is.EqualTo((202, "")));
        Assert.That((await PostAsync("/unreserve", $"slaveId={id}&resources=[{Reserved}]")).Status, Is.EqualTo(409));

        Assert.That(await PostAsync("/reserve", "resources=[]"),
            Is.EqualTo((400, "Missing 'slaveId' query parameter in the request body")));
        Assert.That(await PostAsync("/reserve", $"slaveId={id}"),
            Is.EqualTo((400, "Missing 'resources' query parameter in the request body")));
        Assert.That(await PostAsync("/create-volumes", $"slaveId={id}"),
            Is.EqualTo((400, "Missing 'volumes' query parameter in the request body")));
        Assert.That((await PostAsync("/reserve", $"slaveId={id}&resources=nope")).Text,
            Does.StartWith("Error parsing 'resources' query parameter in the request body: "));
        Assert.That((await PostAsync("/destroy-volumes", $"slaveId={id}&volumes=[1]")).Text,
            Does.StartWith("Error in parsing 'volumes' query parameter in the request body: "));
        Assert.That(await PostAsync("/reserve", "slaveId=nope&resources=[]"), Is.EqualTo((400, "No agent found with specified ID")));
        Assert.That((int)(await master.Client.GetAsync("/reserve")).StatusCode, Is.EqualTo(405));

        async Task<(int Status, string Text)> PostAsync(string path, string body)
        {
            var answer = await master.PostAsync(path, body, contentType: "application/x-www-form-urlencoded");
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
    }
}
