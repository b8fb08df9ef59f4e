using System.Text.Json;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Master.Tests.Core;
using Offerbook.Resources;
using Offerbook.Storage.Formats;
using Offerbook.Wire;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;
using AgentEvent = Offerbook.Wire.AgentProtocol.Event;

namespace Offerbook.Master.Tests.Http;

/// <summary>A scheduler and an agent over real HTTP.</summary>
internal sealed class ClusterHttpTests
{
    private const string SchedulerPath = "/api/v1/scheduler";
    private const string AgentPath = "/offerbook/agent/v1";
    private const string AgentHeader = "Offerbook-Stream-Id";

    [TestCase(MessageFormat.Json)]
    [TestCase(MessageFormat.Protobuf)]
    public async Task Cluster_FromSubscribeToRunning_OverTheWire(MessageFormat format)
    {
        await using var master = await MasterFixture.StartAsync();
        using var agent = await SubscribeAgentAsync(master);
        var agentId = (await agent.NextAsync())!.Subscribed.AgentId;
        var subscribe = new Call { Type = Call.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = TestScheduler.Framework("*") } };
        using var scheduler = await master.SubscribeAsync<Event>(SchedulerPath, subscribe, format);

        var subscribed = (await scheduler.NextAsync())!.Subscribed;
        Assert.That(subscribed.MasterInfo.Ip, Is.EqualTo(16_777_343));
        Assert.That(subscribed.MasterInfo.Port, Is.EqualTo((uint)master.Host.Address.Port));
        Assert.That((await scheduler.NextAsync())!.Type, Is.EqualTo(Event.Types.Type.Heartbeat));
        var offer = (await scheduler.NextAsync())!.Offers.Offers_.Single();
        var accept = new Call
        {
            Type = Call.Types.Type.Accept,
            FrameworkId = subscribed.FrameworkId,
            Accept = new()
            {
                OfferIds = { offer.Id },
                Operations =
                {
                    new Offer.Types.Operation
                    {
                        Type = Offer.Types.Operation.Types.Type.Launch,
                        Launch = new() { TaskInfos = { TestScheduler.Task(offer, "t") } },
                    },
                },
            },
        };
        Assert.That((int)(await master.PostAsync(SchedulerPath, accept, format, scheduler.StreamId)).StatusCode, Is.EqualTo(202));
        var launch = await agent.NextAsync(e => e.Type == AgentEvent.Types.Type.Launch);
        Assert.That(launch.Launch.Task.TaskId.Value, Is.EqualTo("t"));

        var update = new AgentCall
        {
            Type = AgentCall.Types.Type.Update,
            AgentId = agentId,
            Update = new()
            {
                FrameworkId = subscribed.FrameworkId,
                LatestState = TaskState.TaskRunning,
                Status = new TaskStatus
                {
                    TaskId = new TaskID { Value = "t" },
                    State = TaskState.TaskRunning,
                    Uuid = Google.Protobuf.ByteString.CopyFrom(new byte[16]),
                },
            },
        };
        Assert.That((int)(await master.PostAsync(AgentPath, update, MessageFormat.Protobuf, agent.StreamId, AgentHeader)).StatusCode,
            Is.EqualTo(202));
        var running = await scheduler.NextAsync(e => e.Type == Event.Types.Type.Update);
        Assert.That(running.Update.Status.State, Is.EqualTo(TaskState.TaskRunning));

        var state = await master.Client.GetStringAsync("/master/state.json");
        Assert.That(
            JsonDocument.Parse(state).RootElement.GetProperty("frameworks")[0].GetProperty("tasks")[0].GetProperty("state").GetString(),
            Is.EqualTo("TASK_RUNNING"));
    }

    [Test]
    public async Task Agent_OfANewerVersion_IsToldWhatIsNotKnown_AndKeepsItsStream()
    {
        await using var master = await MasterFixture.StartAsync();
        using var agent = await SubscribeAgentAsync(master);
        var id = (await agent.NextAsync())!.Subscribed.AgentId;
        var future = new AgentCall { Type = (AgentCall.Types.Type)99, AgentId = id };
        Assert.That((int)(await master.PostAsync(AgentPath, future, MessageFormat.Protobuf, agent.StreamId, AgentHeader)).StatusCode,
            Is.EqualTo(501));
        var pong = new AgentCall { Type = AgentCall.Types.Type.Pong, AgentId = id };
        Assert.That((int)(await master.PostAsync(AgentPath, pong, MessageFormat.Protobuf, agent.StreamId, AgentHeader)).StatusCode,
            Is.EqualTo(202));
    }

    [Test]
    public async Task FormatLevel_IsShown_AndRaisedToWhatIsKnown()
    {
        await using var master =
            await MasterFixture.StartAsync(settings: MasterSettings.Default with { Format = new FormatSupport(2, "0.9.0") });
        var shown = await master.Client.GetAsync(FormatAnswer.Path);
        Assert.That(await shown.Content.ReadAsStringAsync(), Is.EqualTo("""{"level":1,"newest":2,"build":"0.9.0"}"""));
        Assert.That(shown.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/json"));
        foreach (var (query, status, text) in new[]
        {
            ("", 400, "'level'"), ("?level=x", 400, "'level'"), ("?level=3", 409, "up to 2"), ("?level=2", 200, "\"level\":2"),
            ("?level=1", 409, "never lowered"),
        })
        {
            var answer = await master.PostAsync(FormatAnswer.Path + query, "");
            Assert.That((int)answer.StatusCode, Is.EqualTo(status), query);
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(text), query);
        }
        Assert.That((int)(await master.Client.DeleteAsync(FormatAnswer.Path)).StatusCode, Is.EqualTo(405));
    }

    [Test]
    public async Task Stream_ThatTheSchedulerDrops_DisconnectsTheFramework()
    {
        await using var master = await MasterFixture.StartAsync();
        var subscribe = new Call { Type = Call.Types.Type.Subscribe,
            Subscribe = new() { FrameworkInfo = TestScheduler.Framework("*", 3600) } };
        var scheduler = await master.SubscribeAsync<Event>(SchedulerPath, subscribe, MessageFormat.Json);
        var id = (await scheduler.NextAsync())!.Subscribed.FrameworkId;
        scheduler.Dispose();
        var call = new Call { Type = Call.Types.Type.Revive, FrameworkId = id };
        HttpResponseMessage answer;
        do
        {
            answer = await master.PostAsync(SchedulerPath, call, MessageFormat.Json, scheduler.StreamId);
        }
        while ((int)answer.StatusCode == 202);
        Assert.That(((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()), Is.EqualTo((403, "Framework is not subscribed")));
    }

    [Test]
    public async Task Restart_KeepsFrameworksAndAgents()
    {
        var master = await MasterFixture.StartAsync();
        using var agent = await SubscribeAgentAsync(master);
        var agentId = (await agent.NextAsync())!.Subscribed.AgentId;
        var subscribe = new Call { Type = Call.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = TestScheduler.Framework("*") } };
        using var scheduler = await master.SubscribeAsync<Event>(SchedulerPath, subscribe, MessageFormat.Json);
        var id = (await scheduler.NextAsync())!.Subscribed.FrameworkId;
        await master.DisposeAsync();

        await using var again = await MasterFixture.StartAsync(master.Directory);
        using var state = JsonDocument.Parse(await again.Client.GetStringAsync("/state"));
        var framework = state.RootElement.GetProperty("frameworks")[0];
        Assert.That(framework.GetProperty("id").GetString(), Is.EqualTo(id.Value),
            "a clean stop does not remove frameworks with a failover timeout of 0");
        Assert.That(framework.GetProperty("recovered").GetBoolean(), Is.True);
        Assert.That(state.RootElement.GetProperty("recovered_slaves")[0].GetProperty("id").GetString(), Is.EqualTo(agentId.Value));
        Assert.That(state.RootElement.GetProperty("id").GetString(), Is.Not.EqualTo(id.Value[..36]));
    }

    [Test]
    public async Task Port_InUse_IsAClearError()
    {
        await using var master = await MasterFixture.StartAsync();
        var options = new Offerbook.Master.Hosting.MasterOptions
        {
            DataDirectory = TestDirectories.New(),
            Port = master.Host.Address.Port,
        };
        Assert.That(async () => await Offerbook.Master.Hosting.MasterHost.StartAsync(options, CancellationToken.None),
            Throws.InstanceOf<IOException>().With.Message.Contains($"127.0.0.1:{options.Port}").And.Message.Contains("--master-port"));
    }

    internal static Task<EventReader<AgentEvent>> SubscribeAgentAsync(MasterFixture master, string hostname = "agent")
    {
        var info = new AgentInfo { Hostname = hostname, Port = 5051 };
        info.Resources.Add(ResourceWriter.ToProto(ResourceBag.Parse("cpus:4;mem:4096;ports:[31000-31099]"), ResourceFormat.PostRefinement));
        var call = new AgentCall
        {
            Type = AgentCall.Types.Type.Subscribe,
            Subscribe = new()
            {
                AgentInfo = info,
                Version = "1.12.0",
                BootId = "b",
                Capabilities = { new AgentInfo.Types.Capability { Type = AgentInfo.Types.Capability.Types.Type.MultiRole } },
            },
        };
        return master.SubscribeAsync<AgentEvent>(AgentPath, call, MessageFormat.Protobuf, AgentHeader);
    }
}
