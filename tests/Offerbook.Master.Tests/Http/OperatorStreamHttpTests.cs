using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Mesos.V1;
using Offerbook.Master.Tests.Core;
using Offerbook.Wire;
using AgentEvent = Offerbook.Wire.AgentProtocol.Event;
using Call = Mesos.V1.Master.Call;
using Event = Mesos.V1.Master.Event;

namespace Offerbook.Master.Tests.Http;

/// <summary>The operators' event stream over real HTTP. Case 175.</summary>
[Category("case 175")]
internal sealed class OperatorStreamHttpTests
{
    private const string Path = "/api/v1";
    private static readonly Call Subscribe = new() { Type = Call.Types.Type.Subscribe };

    [TestCase(MessageFormat.Json)]
    [TestCase(MessageFormat.Protobuf)]
    public async Task Subscribe_GivesStateHeartbeatAndThenEvents(MessageFormat format)
    {
        await using var master = await MasterFixture.StartAsync();
        using var agent = await ClusterHttpTests.SubscribeAgentAsync(master);
        var agentId = (await agent.NextAsync())!.Subscribed.AgentId;
        using var events = await FollowAsync(master, format);
        var subscribed = await events.NextAsync();
        Assert.That(subscribed!.Type, Is.EqualTo(Event.Types.Type.Subscribed));
        Assert.That(subscribed.Subscribed.HeartbeatIntervalSeconds, Is.EqualTo(15));
        Assert.That(subscribed.Subscribed.GetState.GetAgents.Agents.Single().AgentInfo.Id, Is.EqualTo(agentId));
        Assert.That((await events.NextAsync())!.Type, Is.EqualTo(Event.Types.Type.Heartbeat));

        var subscribe = new Mesos.V1.Scheduler.Call
        {
            Type = Mesos.V1.Scheduler.Call.Types.Type.Subscribe,
            Subscribe = new() { FrameworkInfo = TestScheduler.Framework("*") },
        };
        using var scheduler = await master.SubscribeAsync<Mesos.V1.Scheduler.Event>("/api/v1/scheduler", subscribe, format);
        var added = await events.NextAsync();
        Assert.That(added!.Type, Is.EqualTo(Event.Types.Type.FrameworkAdded));
        Assert.That(added.FrameworkAdded.Framework.Connected, Is.True);
        agent.Dispose();
    }

    [Test]
    public async Task Subscribed_InJson_ShowsEmptyListsLikeTheOriginal()
    {
        await using var master = await MasterFixture.StartAsync();
        using var response = await master.PostAsync(Path, """{"type":"SUBSCRIBE"}""");
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("application/json"));
        Assert.That(response.Headers.Contains("Mesos-Stream-Id"), Is.False);
        using var text = new StreamReader(await response.Content.ReadAsStreamAsync());
        var length = int.Parse((await text.ReadLineAsync(master.Timeout))!, System.Globalization.CultureInfo.InvariantCulture);
        var record = new char[length];
        Assert.That(await text.ReadBlockAsync(record, master.Timeout), Is.EqualTo(length));
        using var json = JsonDocument.Parse(new string(record));
        Assert.That(json.RootElement.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "type", "subscribed" }));
        Assert.That(json.RootElement.GetProperty("subscribed").GetProperty("get_state").GetRawText(), Is.EqualTo(
            """{"get_tasks":{"tasks":[],"unreachable_tasks":[],"completed_tasks":[]},"get_executors":{"executors":[]},"get_frameworks":{"frameworks":[],"completed_frameworks":[]},"get_agents":{"agents":[],"recovered_agents":[]}}"""));
        Assert.That(json.RootElement.GetProperty("subscribed").GetProperty("heartbeat_interval_seconds").GetRawText(), Is.EqualTo("15.0"));
    }

    [Test]
    public async Task Subscribe_BeyondTheLimit_EndsTheOldestStream()
    {
        await using var master =
            await MasterFixture.StartAsync(settings: MasterSettings.Default with { MaxOperatorEventStreamSubscribers = 1 });
        using var first = await FollowAsync(master, MessageFormat.Json);
        Assert.That((await first.NextAsync())!.Type, Is.EqualTo(Event.Types.Type.Subscribed));
        using var second = await FollowAsync(master, MessageFormat.Protobuf);
        Assert.That((await second.NextAsync())!.Type, Is.EqualTo(Event.Types.Type.Subscribed));
        Assert.That((await first.NextAsync())!.Type, Is.EqualTo(Event.Types.Type.Heartbeat));
        Assert.That(await first.NextAsync(), Is.Null, "closed, not broken");
    }

    [Test]
    public async Task Subscribe_WithUnacceptableType_Is406()
    {
        await using var master = await MasterFixture.StartAsync();
        using var response = await master.PostAsync(Path, """{"type":"SUBSCRIBE"}""", accept: "text/html");
        Assert.That((int)response.StatusCode, Is.EqualTo(406));
    }

    [Test]
    public async Task Events_AfterTheSnapshot_AreNeitherLostNorDoubled()
    {
        await using var master = await MasterFixture.StartAsync();
        var come = Task.Run(async () =>
        {
            var agents = new List<EventReader<AgentEvent>>();
            for (var i = 0; i < 40; i++)
            {
                agents.Add(await ClusterHttpTests.SubscribeAgentAsync(master, $"agent-{i}"));
            }
            return agents;
        });
        var readers = new List<EventReader<Event>>();
        for (var i = 0; i < 8; i++)
        {
            readers.Add(await FollowAsync(master, i % 2 == 0 ? MessageFormat.Json : MessageFormat.Protobuf));
        }
        var agents = await come;
        foreach (var reader in readers)
        {
            var seen = (await reader.NextAsync())!.Subscribed.GetState.GetAgents.Agents.Select(agent => agent.AgentInfo.Hostname).ToList();
            while (seen.Count < 40)
            {
                seen.Add((await reader.NextAsync(e => e.Type == Event.Types.Type.AgentAdded)).AgentAdded.Agent.AgentInfo.Hostname);
            }
            Assert.That(seen, Is.EqualTo(Enumerable.Range(0, 40).Select(i => $"agent-{i}")));
            reader.Dispose();
        }
        agents.ForEach(agent => agent.Dispose());
    }

    [Test]
    public async Task Reader_ThatStopsReading_IsCutAtTheFeedsBound_AndOthersGetEverything()
    {
        await using var master = await MasterFixture.StartAsync();
        using var stalled = new TcpClient();
        await stalled.ConnectAsync(master.Host.Address.Host, master.Host.Address.Port, master.Timeout);
        stalled.ReceiveBufferSize = 4096;
        var body = """{"type":"SUBSCRIBE"}""";
        await stalled.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /api/v1 HTTP/1.1\r\nHost: m\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"),
                master.Timeout);
        using var healthy = await FollowAsync(master, MessageFormat.Protobuf);
        Assert.That((await healthy.NextAsync())!.Type, Is.EqualTo(Event.Types.Type.Subscribed));

        // Each framework brings an event with a label of 1 MiB: beyond the kernel's buffers and the feed's 32 MiB soon enough.
        var name = new string('x', 1024 * 1024);
        var told = 0;
        for (var i = 0; i < 48; i++)
        {
            var info = TestScheduler.Framework("*");
            info.Name = name;
            var call = new Mesos.V1.Scheduler.Call { Type = Mesos.V1.Scheduler.Call.Types.Type.Subscribe,
                Subscribe = new() { FrameworkInfo = info } };
            (await master.SubscribeAsync<Mesos.V1.Scheduler.Event>("/api/v1/scheduler", call, MessageFormat.Protobuf)).Dispose();
            await healthy.NextAsync(e => e.Type == Event.Types.Type.FrameworkAdded);
            told++;
        }
        Assert.That(told, Is.EqualTo(48));
        var buffer = new byte[1024 * 1024];
        Assert.That(async () =>
        {
            long total = 0;
            int read;
            while ((read = await stalled.GetStream().ReadAsync(buffer, master.Timeout)) > 0)
            {
                total += read;
            }
            return total;
        }, Throws.InstanceOf<IOException>().Or.LessThan(40L * 1024 * 1024));
    }

    private static Task<EventReader<Event>> FollowAsync(MasterFixture master, MessageFormat format) =>
        master.SubscribeAsync<Event>(Path, Subscribe, format, streamHeader: null);
}
