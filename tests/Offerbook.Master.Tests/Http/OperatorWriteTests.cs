using Mesos.V1;
using Mesos.V1.Master;
using Mesos.V1.Quota;
using Offerbook.Resources;
using Offerbook.Wire;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;
using AgentEvent = Offerbook.Wire.AgentProtocol.Event;
using Window = Mesos.V1.Maintenance.Window;

namespace Offerbook.Master.Tests.Http;

/// <summary>
/// What operators change over HTTP: the v1 calls in both content types, and the older endpoints, with the recorded words.
/// </summary>
internal sealed class OperatorWriteTests
{
    private MasterFixture _master = null!;
    private EventReader<AgentEvent> _agent = null!;
    private AgentID _agentId = null!;

    [SetUp]
    public async Task SetUp()
    {
        _master = await MasterFixture.StartAsync();
        var info = new AgentInfo { Hostname = "host", Port = 5051 };
        info.Resources.Add(ResourceWriter.ToProto(ResourceBag.Parse("cpus:4;mem:4096"), ResourceFormat.PostRefinement));
        var register = new AgentCall { Type = AgentCall.Types.Type.Subscribe,
            Subscribe = new() { AgentInfo = info, Version = "1.12.0", BootId = "b" } };
        register.Subscribe.Capabilities.Add(new AgentInfo.Types.Capability { Type = AgentInfo.Types.Capability.Types.Type.AgentDraining });
        _agent = await _master.SubscribeAsync<AgentEvent>("/offerbook/agent/v1", register, MessageFormat.Protobuf, "Offerbook-Stream-Id");
        _agentId = (await _agent.NextAsync())!.Subscribed.AgentId;
    }

    [TearDown]
    public async Task TearDown() => await _master.DisposeAsync();

    [Test, Category("case 172"), Category("case 183")]
    public async Task QuotaAndWeights_SetByCalls_AreShownEverywhere([Values] MessageFormat format)
    {
        var quota = new QuotaConfig { Role = "capture-role" };
        quota.Guarantees["cpus"] = quota.Limits["cpus"] = new Value.Types.Scalar { Value = 1 };
        await SucceedsAsync(new Call { Type = Call.Types.Type.UpdateQuota, UpdateQuota = new() { QuotaConfigs = { quota } } }, format);
        var weights = new Call.Types.UpdateWeights { WeightInfos = { new WeightInfo { Role = "capture-role", Weight = 2.5 } } };
        await SucceedsAsync(new Call { Type = Call.Types.Type.UpdateWeights, UpdateWeights = weights }, format);

        Assert.That((await AskAsync(Call.Types.Type.GetQuota, format)).GetQuota.Status.Configs.Single(), Is.EqualTo(quota));
        Assert.That((await AskAsync(Call.Types.Type.GetWeights, format)).GetWeights.WeightInfos.Single(),
            Is.EqualTo(weights.WeightInfos[0]));
        Assert.That(await GetAsync("/weights"), Is.EqualTo("""[{"role":"capture-role","weight":2.5}]"""));
        Assert.That(await GetAsync("/master/quota"), Is.EqualTo(
            """{"infos":[{"role":"capture-role","guarantee":[{"name":"cpus","type":"SCALAR","scalar":{"value":1.0}}]}],"configs":[{"role":"capture-role","guarantees":{"cpus":{"value":1.0}},"limits":{"cpus":{"value":1.0}}}]}"""));
    }

    [Test, Category("case 174")]
    public async Task Maintenance_FromScheduleToUp([Values] MessageFormat format)
    {
        var machine = new MachineID { Hostname = "host", Ip = "127.0.0.1" };
        var window = new Window { MachineIds = { machine },
            Unavailability = new Unavailability { Start = new TimeInfo { Nanoseconds = 5 } } };
        await SucceedsAsync(new Call
        {
            Type = Call.Types.Type.UpdateMaintenanceSchedule,
            UpdateMaintenanceSchedule = new() { Schedule = new() { Windows = { window } } },
        }, format);
        Assert.That((await AskAsync(Call.Types.Type.GetMaintenanceSchedule, format)).GetMaintenanceSchedule.Schedule.Windows.Single(),
            Is.EqualTo(window));
        Assert.That(
            (await AskAsync(Call.Types.Type.GetMaintenanceStatus, format)).GetMaintenanceStatus.Status.DrainingMachines.Single().Id,
            Is.EqualTo(machine));
        await SucceedsAsync(new Call { Type = Call.Types.Type.StartMaintenance, StartMaintenance = new() { Machines = { machine } } },
            format);
        Assert.That((await _agent.NextAsync(e => e.Type == AgentEvent.Types.Type.Shutdown)).Shutdown.Message,
            Is.EqualTo("Operator initiated 'Machine DOWN'"));
        Assert.That(await GetAsync("/maintenance/status"), Is.EqualTo("""{"down_machines":[{"hostname":"host","ip":"127.0.0.1"}]}"""));
        await SucceedsAsync(new Call { Type = Call.Types.Type.StopMaintenance, StopMaintenance = new() { Machines = { machine } } },
            format);
        Assert.That(await GetAsync("/maintenance/schedule"), Is.EqualTo("{}"));
    }

    [Test, Category("case 189")]
    public async Task Drain_OfAnIdleAgent_EndsInDrained([Values] MessageFormat format)
    {
        await SucceedsAsync(
            new Call { Type = Call.Types.Type.DrainAgent,
                DrainAgent = new() { AgentId = _agentId, MaxGracePeriod = new() { Seconds = 60 } } }, format);
        var agent = (await AskAsync(Call.Types.Type.GetAgents, format)).GetAgents.Agents.Single();
        Assert.That((agent.Active, agent.Deactivated, agent.DrainInfo.State), Is.EqualTo((false, true, DrainState.Drained)));
        await SucceedsAsync(new Call { Type = Call.Types.Type.ReactivateAgent, ReactivateAgent = new() { AgentId = _agentId } }, format);
        Assert.That((await AskAsync(Call.Types.Type.GetAgents, format)).GetAgents.Agents.Single().DrainInfo, Is.Null);
    }

    [Test, Category("case 178")]
    public async Task Gone_IsForGood([Values] MessageFormat format)
    {
        await SucceedsAsync(new Call { Type = Call.Types.Type.MarkAgentGone, MarkAgentGone = new() { AgentId = _agentId } }, format);
        await SucceedsAsync(new Call { Type = Call.Types.Type.MarkAgentGone, MarkAgentGone = new() { AgentId = _agentId } }, format);
        Assert.That((await AskAsync(Call.Types.Type.GetAgents, format)).GetAgents.Agents, Is.Empty);
    }

    [TestCase("""{"type":"MARK_AGENT_GONE","mark_agent_gone":{"agent_id":{"value":"nope"}}}""", 404, "Agent 'nope' not found")]
    [TestCase("""{"type":"UPDATE_WEIGHTS","update_weights":{"weight_infos":[{"role":"a","weight":-1}]}}""", 400,
        "Failed to validate update weights request JSON for role 'a': Invalid weight '-1': Weights must be positive")]
    [TestCase("""{"type":"DRAIN_AGENT","drain_agent":{"agent_id":{"value":"nope"}}}""", 400, "Unknown agent")]
    [TestCase("""{"type":"UPDATE_MAINTENANCE_SCHEDULE","update_maintenance_schedule":{"schedule":{"windows":[]}}}""", 200, "")]
    [TestCase("""{"type":"UPDATE_QUOTA","update_quota":{"force":true,"quota_configs":[{"role":"capture-role"}]}}""", 200, "")]
    public async Task Calls_InJson_AreAnsweredAsRecorded(string body, int status, string text)
    {
        using var response = await _master.PostAsync("/api/v1", body);
        Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync()), Is.EqualTo((status, text)));
    }

    [TestCase("POST", "/quota", """{"role":"a","guarantee":[{"name":"cpus","type":"SCALAR","scalar":{"value":1}}]}""", 200, "")]
    [TestCase("POST", "/quota", """{"role":"a","guarantee":[]}""", 400, "Failed to validate set quota request: QuotaInfo with empty 'guarantee'")]
    [TestCase("POST", "/quota", """{"role":"a","guarantee":[{"name":"cpus","type":"SCALAR","scalar":{"value":9}}]}""", 409,
        "Quota guarantees overcommit the cluster (use 'force' to bypass this check): Total quota guarantees 'cpus:9' exceed cluster capacity 'cpus:4; mem:4096'")]
    [TestCase("DELETE", "/quota/a/b", "", 400, "Failed to remove quota for path '/master/quota/a/b': Role 'a/b' has no quota set")]
    [TestCase("DELETE", "/quota", "", 400, "Failed to parse remove quota request for path '/master/quota': expected 3 tokens, found 2 tokens")]
    [TestCase("PATCH", "/quota", "", 405, "405 Method Not Allowed. Expecting one of { 'GET', 'POST', 'DELETE' }, but received 'PATCH'.")]
    [TestCase("PUT", "/weights", """[{"role":"a","weight":2}]""", 200, "")]
    [TestCase("PUT", "/weights", """[{"role":"a","weight":0}]""", 400,
        "Failed to validate update weights request JSON for role 'a': Invalid weight '0': Weights must be positive")]
    [TestCase("POST", "/weights", "[]", 405, "405 Method Not Allowed. Expecting one of { 'GET', 'PUT' }, but received 'POST'.")]
    [TestCase("POST", "/maintenance/schedule", """{"windows":[{"machine_ids":[],"unavailability":{"start":{"nanoseconds":1}}}]}""", 400,
        "List of machines in the maintenance window is empty")]
    [TestCase("POST", "/machine/down", """[{"hostname":"x"}]""", 400, """Machine '{"hostname":"x"}' is not part of a maintenance schedule""")]
    [TestCase("POST", "/machine/up", "[]", 400, "List of machines is empty")]
    [TestCase("GET", "/machine/up", "", 405, "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'.")]
    public async Task OlderEndpoints_AnswerAsRecorded(string method, string path, string body, int status, string text)
    {
        using var response = await _master.SendAsync(new HttpMethod(method), path, System.Text.Encoding.UTF8.GetBytes(body), null, null,
            null);
        Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync()), Is.EqualTo((status, text)));
    }

    [Test]
    public async Task Quota_SetAndRemovedByPath_IsGone()
    {
        await OlderEndpoints_AnswerAsRecorded("POST", "/quota",
            """{"role":"a","guarantee":[{"name":"cpus","type":"SCALAR","scalar":{"value":1}}]}""", 200, "");
        await OlderEndpoints_AnswerAsRecorded("DELETE", "/master/quota/a", "", 200, "");
        Assert.That(await GetAsync("/quota"), Is.EqualTo("{}"));
    }

    [Test]
    public async Task Nothing_IsShownAsRecorded()
    {
        Assert.That((await GetAsync("/quota"), await GetAsync("/weights"), await GetAsync("/maintenance/status")),
            Is.EqualTo(("{}", "[]", "{}")));
        using var weights = await _master.PostAsync("/api/v1", """{"type": "GET_WEIGHTS"}""");
        Assert.That(await weights.Content.ReadAsStringAsync(), Is.EqualTo("""{"type":"GET_WEIGHTS"}"""));
        using var quota = await _master.PostAsync("/api/v1", """{"type": "GET_QUOTA"}""");
        Assert.That(await quota.Content.ReadAsStringAsync(), Is.EqualTo("""{"type":"GET_QUOTA","get_quota":{"status":{}}}"""));
    }

    private async Task SucceedsAsync(Call call, MessageFormat format)
    {
        using var response = await _master.PostAsync("/api/v1", call, format);
        Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync()), Is.EqualTo((200, "")));
    }

    private async Task<Response> AskAsync(Call.Types.Type type, MessageFormat format)
    {
        using var response = await _master.PostAsync("/api/v1", new Call { Type = type }, format);
        var read = MessageCodec.Read<Response>(await response.Content.ReadAsByteArrayAsync(), format);
        Assert.That(read.TryGet(out var message, out var error), error?.Detail);
        return message!;
    }

    private async Task<string> GetAsync(string path) => await _master.Client.GetStringAsync(path, _master.Timeout);
}
