using System.Net;
using System.Text.Json;
using Google.Protobuf;
using Mesos.V1;
using Offerbook.Resources;
using Offerbook.Wire;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;
using AgentEvent = Offerbook.Wire.AgentProtocol.Event;
using Response = Mesos.V1.Master.Response;

namespace Offerbook.Master.Tests.Http.Reads;

/// <summary>Answers of many pieces over HTTP, and what spares sending them: compression, tags, shared work.</summary>
internal sealed class LargeStateTests
{
    private const int Tasks = 1500;

    private MasterFixture _master = null!;
    private EventReader<AgentEvent> _agent = null!;

    /// <summary>An agent comes back to a master that does not know it, with many tasks of two frameworks.</summary>
    [OneTimeSetUp]
    public async Task SetUp()
    {
        _master = await MasterFixture.StartAsync();
        var id = new AgentID { Value = "agent-1" };
        var subscribe = new AgentCall.Types.Subscribe { AgentInfo = new AgentInfo { Hostname = "h", Port = 5051, Id = id },
            Version = "1.12.0", BootId = "b" };
        subscribe.AgentInfo.Resources.Add(
            ResourceWriter.ToProto(ResourceBag.Parse("cpus:4000;mem:655360;ports:[1-65000]"), ResourceFormat.PostRefinement));
        foreach (var name in (string[])["f-1", "f-2"])
        {
            var framework = new FrameworkInfo { User = "root", Name = name, Id = new FrameworkID { Value = name }, Roles = { "web" },
                FailoverTimeout = 60 };
            framework.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole });
            subscribe.Frameworks.Add(framework);
        }
        for (var i = 0; i < Tasks; i++)
        {
            var task = new Mesos.V1.Task
            {
                Name = "täsk \"" + i,
                TaskId = new TaskID { Value = "t-" + i },
                FrameworkId = subscribe.Frameworks[i % 3 / 2].Id,
                AgentId = id,
                State = TaskState.TaskRunning,
            };
            task.Resources.Add(ResourceWriter.ToProto(ResourceBag.Parse("cpus:0.1;mem:32").Allocate("web"), ResourceFormat.PostRefinement));
            task.Statuses.Add(new TaskStatus { TaskId = task.TaskId, State = TaskState.TaskRunning, Timestamp = 1000 + i });
            subscribe.Tasks.Add(task);
        }
        _agent = await _master.SubscribeAsync<AgentEvent>("/offerbook/agent/v1",
            new AgentCall { Type = AgentCall.Types.Type.Subscribe, AgentId = id, Subscribe = subscribe }, MessageFormat.Protobuf,
            "Offerbook-Stream-Id");
        await _agent.NextAsync();
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _agent.Dispose();
        await _master.DisposeAsync();
    }

    [TestCase("gzip")]
    [TestCase(null)]
    public async Task State_InManyPieces_IsOneDocument(string? encoding)
    {
        using var client = new HttpClient(
            new HttpClientHandler { AutomaticDecompression = encoding is null ? DecompressionMethods.None : DecompressionMethods.GZip })
        {
            BaseAddress = _master.Host.Address,
        };
        var response = await client.GetAsync("/state", _master.Timeout);
        Assert.That(response.Headers.TransferEncodingChunked, Is.True, "its length is not known before it is made");
        using var state = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
        var frameworks = state.RootElement.GetProperty("frameworks").EnumerateArray().ToList();
        Assert.That(frameworks.Select(framework => framework.GetProperty("tasks").GetArrayLength()), Is.EqualTo(new[] { 1000, 500 }));
        Assert.That(frameworks[0].GetProperty("used_resources").GetRawText(),
            Is.EqualTo("""{"disk":0.0,"mem":32000.0,"gpus":0.0,"cpus":100.0}"""));
        Assert.That(frameworks[1].GetProperty("tasks")[499].GetProperty("name").GetString(), Is.EqualTo("täsk \"1499"));
    }

    [Test]
    public async Task GetState_InBothFormats_ShowsTheSame()
    {
        var json = await _master.PostAsync("/api/v1", """{"type":"GET_STATE"}""");
        var protobuf = await _master.PostAsync("/api/v1", """{"type":"GET_STATE"}""", accept: "application/x-protobuf");
        Assert.That(
            MessageCodec.Read<Response>(await json.Content.ReadAsByteArrayAsync(), MessageFormat.Json)
                .TryGet(out var fromJson, out var error), Is.True, error?.Detail);
        var fromProtobuf = Response.Parser.ParseFrom(await protobuf.Content.ReadAsByteArrayAsync());
        Assert.That(fromProtobuf.GetState.GetTasks.Tasks, Has.Count.EqualTo(Tasks));
        Assert.That(fromProtobuf, Is.EqualTo(fromJson));
    }

    [TestCase("GET_TASKS")]
    [TestCase("GET_AGENTS")]
    [TestCase("GET_FRAMEWORKS")]
    [TestCase("GET_EXECUTORS")]
    public async Task Part_InBothFormats_ShowsTheSame(string call)
    {
        var json = await _master.PostAsync("/api/v1", $$"""{"type":"{{call}}"}""");
        var protobuf = await _master.PostAsync("/api/v1", $$"""{"type":"{{call}}"}""", accept: "application/x-protobuf");
        Assert.That(
            MessageCodec.Read<Response>(await json.Content.ReadAsByteArrayAsync(), MessageFormat.Json)
                .TryGet(out var fromJson, out var error), Is.True, error?.Detail);
        Assert.That(Response.Parser.ParseFrom(await protobuf.Content.ReadAsByteArrayAsync()), Is.EqualTo(fromJson));
    }

    [Test]
    public async Task Tag_OfAnUnchangedState_SparesTheBody()
    {
        var first = await _master.Client.GetAsync("/state-summary");
        var tag = first.Headers.ETag!;
        Assert.That(tag.IsWeak, Is.True);
        foreach (var held in (string[])[tag.ToString(), "\"other\", " + tag, "*", tag.Tag])
        {
            var second = await Ask(HttpMethod.Get, held);
            Assert.That(((int)second.StatusCode, second.Headers.ETag, (await second.Content.ReadAsByteArrayAsync()).Length),
                Is.EqualTo((304, tag, 0)), held);
        }
        Assert.That((int)(await Ask(HttpMethod.Get, "W/\"other\"")).StatusCode, Is.EqualTo(200));
        Assert.That((int)(await Ask(HttpMethod.Post, tag.ToString())).StatusCode, Is.EqualTo(200), "only reads are conditional");

        Task<HttpResponseMessage> Ask(HttpMethod method, string held)
        {
            var request = new HttpRequestMessage(method, "/state-summary");
            request.Headers.TryAddWithoutValidation("If-None-Match", held);
            return _master.Client.SendAsync(request);
        }
    }

    [Test]
    public async Task Head_HasTheHeadersAlone()
    {
        var response = await _master.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/state"));
        Assert.That(((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType), Is.EqualTo((200, "application/json")));
        Assert.That(await response.Content.ReadAsByteArrayAsync(), Is.Empty);
    }

    [Test]
    public async Task Jsonp_WithCode_IsRefused()
    {
        var response = await _master.Client.GetAsync("/state?jsonp=alert(1)");
        Assert.That((int)response.StatusCode, Is.EqualTo(400));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("'jsonp'"));
    }

    [TestCase("", 100, "t-1499")]
    [TestCase("?limit=3", 3, "t-1499")]
    [TestCase("?limit=3&offset=2", 3, "t-1497")]
    [TestCase("?limit=2&order=asc&framework_id=f-2", 2, "t-2")]
    [TestCase("?limit=-1", Tasks, "t-1499")]
    [TestCase("?limit=many", 100, "t-1499")]
    [TestCase("?task_id=t-7", 1, "t-7")]
    [TestCase("?offset=1499&limit=5", 1, "t-0")]
    public async Task Tasks_AreSortedByTheirFirstStatus_AndPaged(string query, int count, string first)
    {
        using var tasks = JsonDocument.Parse(await _master.Client.GetStringAsync("/tasks" + query));
        var list = tasks.RootElement.GetProperty("tasks");
        Assert.That((list.GetArrayLength(), list[0].GetProperty("id").GetString()), Is.EqualTo((count, first)));
    }

    [Test]
    public async Task Filters_SelectFrameworksAndAgents()
    {
        using var one = JsonDocument.Parse(await _master.Client.GetStringAsync("/frameworks?framework_id=f-2"));
        Assert.That(one.RootElement.GetProperty("frameworks").EnumerateArray().Single().GetProperty("id").GetString(), Is.EqualTo("f-2"));
        using var none = JsonDocument.Parse(await _master.Client.GetStringAsync("/frameworks?framework_id=other"));
        Assert.That(none.RootElement.GetRawText(),
            Is.EqualTo("""{"frameworks":[],"completed_frameworks":[],"unregistered_frameworks":[]}"""));
        using var agents = JsonDocument.Parse(await _master.Client.GetStringAsync("/slaves?slave_id=agent-1"));
        Assert.That(agents.RootElement.GetProperty("slaves").GetArrayLength(), Is.EqualTo(1));
        using var other = JsonDocument.Parse(await _master.Client.GetStringAsync("/slaves?slave_id=agent-2"));
        Assert.That(other.RootElement.GetRawText(), Is.EqualTo("""{"slaves":[],"recovered_slaves":[]}"""));
    }

    [Test]
    public async Task Body_PackedWithGzip_IsTaken()
    {
        var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write("""{"type":"GET_HEALTH"}"""u8);
        }
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1") { Content = new ByteArrayContent(packed.ToArray()) };
        request.Content.Headers.Add("Content-Encoding", "gzip");
        request.Content.Headers.Add("Content-Type", "application/json");
        Assert.That(await (await _master.Client.SendAsync(request)).Content.ReadAsStringAsync(), Does.Contain("healthy"));
    }
}
