using System.Text.Json;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Master.Tests.Core;
using Offerbook.Resources;
using Offerbook.Wire;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;
using AgentEvent = Offerbook.Wire.AgentProtocol.Event;

namespace Offerbook.Master.Tests.Http;

/// <summary>What tools poll: paths, forms and members as recorded from the original, for a cluster with one running task.</summary>
internal sealed class ReadEndpointTests
{
    private MasterFixture _master = null!;
    private EventReader<AgentEvent> _agent = null!;
    private EventReader<Event> _scheduler = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _master = await MasterFixture.StartAsync();
        var info = new AgentInfo { Hostname = "127.0.0.1", Port = 5051 };
        info.Resources.Add(
            ResourceWriter.ToProto(ResourceBag.Parse("cpus:64;mem:65536;disk:65536;ports:[31000-39000]"), ResourceFormat.PostRefinement));
        var register = new AgentCall { Type = AgentCall.Types.Type.Subscribe,
            Subscribe = new() { AgentInfo = info, Version = "1.12.0", BootId = "b" } };
        register.Subscribe.Capabilities.Add(new AgentInfo.Types.Capability { Type = AgentInfo.Types.Capability.Types.Type.MultiRole });
        _agent = await _master.SubscribeAsync<AgentEvent>("/offerbook/agent/v1", register, MessageFormat.Protobuf, "Offerbook-Stream-Id");
        var agentId = (await _agent.NextAsync())!.Subscribed.AgentId;
        var framework = TestScheduler.Framework("*", 60);
        framework.Name = "capture";
        framework.Checkpoint = true;
        var subscribe = new Call { Type = Call.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = framework } };
        _scheduler = await _master.SubscribeAsync<Event>("/api/v1/scheduler", subscribe, MessageFormat.Json);
        var id = (await _scheduler.NextAsync())!.Subscribed.FrameworkId;
        var offer = (await _scheduler.NextAsync(e => e.Type == Event.Types.Type.Offers)).Offers.Offers_[0];
        var launch = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() };
        launch.Launch.TaskInfos.Add(TestScheduler.Task(offer, "cap-1", cpus: 0.5));
        var accept = new Call
        {
            Type = Call.Types.Type.Accept,
            FrameworkId = id,
            Accept = new() { OfferIds = { offer.Id }, Operations = { launch }, Filters = new Filters { RefuseSeconds = 0 } },
        };
        await _master.PostAsync("/api/v1/scheduler", accept, MessageFormat.Json, _scheduler.StreamId);
        await _scheduler.NextAsync(e => e.Type == Event.Types.Type.Offers);
        foreach (var state in (TaskState[])[TaskState.TaskStarting, TaskState.TaskRunning])
        {
            var status = new TaskStatus
            {
                TaskId = new TaskID { Value = "cap-1" },
                State = state,
                Timestamp = 1.5,
                Uuid = Google.Protobuf.ByteString.CopyFrom(new byte[16]),
                ContainerStatus = new ContainerStatus { ContainerId = new ContainerID { Value = "c" }, ExecutorPid = 7 },
            };
            var update = new AgentCall { Type = AgentCall.Types.Type.Update, AgentId = agentId,
                Update = new() { FrameworkId = id, LatestState = state, Status = status } };
            await _master.PostAsync("/offerbook/agent/v1", update, MessageFormat.Protobuf, _agent.StreamId, "Offerbook-Stream-Id");
        }
        await _scheduler.NextAsync(e => e.Type == Event.Types.Type.Update && e.Update.Status.State == TaskState.TaskRunning);
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _scheduler.Dispose();
        _agent.Dispose();
        await _master.DisposeAsync();
    }

    [TestCase("/state")]
    [TestCase("/state.json")]
    [TestCase("/master/state")]
    [TestCase("/master/state.json/")]
    [TestCase("/state/anything/below")]
    public async Task State_UnderAllItsPaths_HasTheMembersInOrder(string path)
    {
        using var state = JsonDocument.Parse(await _master.Client.GetStringAsync(path));
        Assert.That(Names(state.RootElement), Is.EqualTo(
            "version,git_tag,build_date,build_time,build_user,start_time,elected_time,id,pid,hostname,capabilities,activated_slaves,"
            + "deactivated_slaves,unreachable_slaves,leader,leader_info,flags,slaves,recovered_slaves,frameworks,completed_frameworks,orphan_tasks,"
            + "unregistered_frameworks"));
        Assert.That(Names(state.RootElement.GetProperty("slaves")[0]), Is.EqualTo(AgentMembers));
        Assert.That(Names(state.RootElement.GetProperty("frameworks")[0]), Is.EqualTo(FrameworkMembers));
        Assert.That(state.RootElement.GetProperty("activated_slaves").GetRawText(), Is.EqualTo("1.0"));
    }

    [Test]
    public async Task Tasks_AreShownAsRecorded()
    {
        using var tasks = JsonDocument.Parse(await _master.Client.GetStringAsync("/tasks/?task_id=cap-1"));
        var task = tasks.RootElement.GetProperty("tasks")[0];
        Assert.That(Names(task), Is.EqualTo("id,name,framework_id,executor_id,slave_id,state,resources,role,statuses"));
        Assert.That(task.GetProperty("resources").GetRawText(), Is.EqualTo("""{"disk":0.0,"mem":64.0,"gpus":0.0,"cpus":0.5}"""));
        Assert.That(task.GetProperty("statuses")[1].GetRawText(),
            Is.EqualTo("""{"state":"TASK_RUNNING","timestamp":1.5,"container_status":{"container_id":{"value":"c"}}}"""));
        using var none = JsonDocument.Parse(await _master.Client.GetStringAsync("/tasks?task_id=other"));
        Assert.That(none.RootElement.GetProperty("tasks").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task Slaves_ShowResourcesInFull()
    {
        using var slaves = JsonDocument.Parse(await _master.Client.GetStringAsync("/slaves"));
        var slave = slaves.RootElement.GetProperty("slaves")[0];
        Assert.That(Names(slave),
            Is.EqualTo(AgentMembers + ",reserved_resources_full,unreserved_resources_full,used_resources_full,offered_resources_full"));
        Assert.That(slave.GetProperty("used_resources_full")[0].GetRawText(),
            Is.EqualTo("""{"name":"cpus","type":"SCALAR","scalar":{"value":0.5},"role":"*","allocation_info":{"role":"*"}}"""));
        Assert.That(slave.GetProperty("resources").GetRawText(),
            Is.EqualTo("""{"disk":65536.0,"mem":65536.0,"gpus":0.0,"cpus":64.0,"ports":"[31000-39000]"}"""));
    }

    [Test]
    public async Task Roles_AndSummary_AreShownAsRecorded()
    {
        using var roles = JsonDocument.Parse(await _master.Client.GetStringAsync("/roles"));
        Assert.That(roles.RootElement.GetProperty("roles")[0].GetProperty("resources").GetRawText(),
            Is.EqualTo("""{"cpus":64.0,"disk":65536.0,"mem":65536.0,"ports":8001.0}"""));
        using var summary = JsonDocument.Parse(await _master.Client.GetStringAsync("/state-summary"));
        Assert.That(summary.RootElement.GetProperty("slaves")[0].GetProperty("TASK_RUNNING").GetRawText(), Is.EqualTo("1"));
    }

    [Test]
    public async Task Jsonp_IsACallOfTheFunction()
    {
        var response = await _master.Client.GetAsync("/state?jsonp=show");
        var body = await response.Content.ReadAsStringAsync();
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/javascript"));
        Assert.That(body, Does.StartWith("show({").And.EndsWith("});"));
    }

    [Test]
    public async Task Post_ToAReadEndpoint_Reads()
    {
        var response = await _master.PostAsync("/master/state", "");
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task Gzip_IsUsedForLongBodiesWhenAsked()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/state");
        request.Headers.Add("Accept-Encoding", "gzip");
        var response = await _master.Client.SendAsync(request);
        Assert.That(response.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
    }

    [Test]
    public async Task Redirect_NamesThisMasterWithoutScheme()
    {
        foreach (var path in (string[])["/redirect", "/master/redirect"])
        {
            var response = await _master.Client.GetAsync(path);
            Assert.That((int)response.StatusCode, Is.EqualTo(307));
            Assert.That(response.Headers.GetValues("Location").Single(), Is.EqualTo($"//127.0.0.1:{_master.Host.Address.Port}"));
        }
        Assert.That((int)(await _master.Client.GetAsync("/redirect/below")).StatusCode, Is.EqualTo(404));
    }

    [TestCase("/nonexistent")]
    [TestCase("/")]
    [TestCase("/masterx/state")]
    public async Task Path_OfNobody_IsNotFound(string path)
    {
        var response = await _master.Client.GetAsync(path);
        Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync()), Is.EqualTo((404, "404 Not Found.")));
    }

    [Test]
    public async Task Health_IsEmpty()
    {
        var response = await _master.Client.GetAsync("/master/health");
        Assert.That(((int)response.StatusCode, response.Content.Headers.ContentLength), Is.EqualTo((200, 0)));
    }

    [TestCase("/api/v1")]
    [TestCase("/api/v1/operator")]
    [TestCase("/master/api/v1/")]
    public async Task Operator_UnderAllItsPaths_AnswersHealth(string path)
    {
        var response = await _master.PostAsync(path, """{"type":"GET_HEALTH"}""");
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("""{"type":"GET_HEALTH","get_health":{"healthy":true}}"""));
    }

    [TestCase("{nope", "application/json", "application/json", 400, "Failed to parse body into JSON: syntax error at line 1 near: nope")]
    [TestCase("{}", "application/json", "application/json", 400, "Failed to validate master::Call: Expecting 'type' to be present")]
    [TestCase("""{"type":"GET_METRICS"}""", "application/json", null, 400, "Failed to validate master::Call: Expecting 'get_metrics' to be present")]
    [TestCase("""{"type":"GET_HEALTH"}""", "application/json", "text/html", 406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'")]
    [TestCase("""{"type":"GET_HEALTH"}""", "text/plain", null, 415, "Expecting 'Content-Type' of application/json or application/x-protobuf")]
    [TestCase("""{"type":"GET_HEALTH"}""", null, null, 400, "Expecting 'Content-Type' to be present")]
    [TestCase("""{"type":"TEARDOWN","teardown":{"framework_id":{"value":"nope"}}}""", "application/json", null, 400, "No framework found with specified ID")]
    public async Task Operator_Errors_AreThoseRecorded(string body, string? contentType, string? accept, int status, string text)
    {
        var response = await _master.PostAsync("/api/v1", body, contentType, accept);
        Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync()), Is.EqualTo((status, text)));
    }

    [Test]
    public async Task Operator_InProtobuf_AnswersInProtobuf()
    {
        var response = await _master.PostAsync("/api/v1", """{"type":"GET_TASKS"}""", accept: "application/x-protobuf");
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("application/x-protobuf"));
        var tasks = Mesos.V1.Master.Response.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync());
        Assert.That(tasks.GetTasks.Tasks.Single().State, Is.EqualTo(TaskState.TaskRunning));
    }

    [Test]
    public async Task GetState_ShowsItsListsInOrder()
    {
        var response = await _master.PostAsync("/api/v1", """{"type":"GET_STATE"}""");
        using var state = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var parts = state.RootElement.GetProperty("get_state");
        Assert.That(Names(parts), Is.EqualTo("get_tasks,get_executors,get_frameworks,get_agents"));
        Assert.That(Names(parts.GetProperty("get_tasks")), Is.EqualTo("tasks,unreachable_tasks,completed_tasks"));
        Assert.That(parts.GetProperty("get_executors").GetRawText(), Is.EqualTo("""{"executors":[]}"""));
        Assert.That(parts.GetProperty("get_agents").GetProperty("recovered_agents").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task Teardown_ByForm_ChecksItsField()
    {
        var get = await _master.Client.GetAsync("/teardown");
        Assert.That((int)get.StatusCode, Is.EqualTo(405));
        var missing = await _master.PostAsync("/teardown", "", "application/x-www-form-urlencoded");
        Assert.That(((int)missing.StatusCode, await missing.Content.ReadAsStringAsync()),
            Is.EqualTo((400, "Missing 'frameworkId' query parameter in the request body")));
        var unknown = await _master.PostAsync("/master/teardown", "frameworkId=nope", "application/x-www-form-urlencoded");
        Assert.That((int)unknown.StatusCode, Is.EqualTo(400));
    }

    [TestCase("master/cpus_total", 64)]
    [TestCase("master/cpus_used", 0.5)]
    [TestCase("master/tasks_running", 1)]
    [TestCase("master/elected", 1)]
    [TestCase("master/slaves_active", 1)]
    [TestCase("master/messages_kill_task", 0)]
    [TestCase("master/outstanding_offers", 1)]
    [TestCase("master/operations/reserve/total", 0)]
    [TestCase("allocator/mesos/resources/cpus/offered_or_allocated", 64)]
    public async Task Metrics_HaveTheOriginalNames(string name, double value)
    {
        using var metrics = JsonDocument.Parse(await _master.Client.GetStringAsync("/metrics/snapshot"));
        Assert.That(metrics.RootElement.GetProperty(name).GetDouble(), Is.EqualTo(value));
    }

    private const string AgentMembers = "id,hostname,port,attributes,pid,registered_time,resources,used_resources,offered_resources,"
        + "reserved_resources,unreserved_resources,active,deactivated,version,capabilities";

    private const string FrameworkMembers = "id,name,used_resources,offered_resources,capabilities,hostname,webui_url,active,connected,"
        + "recovered,user,failover_timeout,checkpoint,registered_time,unregistered_time,resources,roles,tasks,unreachable_tasks,completed_tasks,"
        + "offers,executors,offer_constraints";

    private static string Names(JsonElement element) => string.Join(",", element.EnumerateObject().Select(member => member.Name));
}
