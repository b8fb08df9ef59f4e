using System.Text;
using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Master;
using Offerbook.Conformance.Kit;
using ResponseType = Mesos.V1.Master.Response.Types.Type;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Conformance.Cases.Operator;

/// <summary>The calls of operators that only look, and requests that are no calls.</summary>
public static class ReadCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("OperatorRequest_ThatIsNoCall_IsRefused", Refused) { Numbers = [179] },
        new("OperatorCall_WithoutItsBody_IsRefused", Bodiless) { Numbers = [179] },
        new("OperatorCall_WithoutAccept_IsAnsweredInJson", DefaultAccept) { Numbers = [179] },
        new("Get_OfEverything_AnswersInItsOwnType", Everything) { Numbers = [172] },
        new("Get_OfTheMaster_SaysWhoItIs", Master) { Numbers = [172] },
        new("GetLoggingLevel_AfterSet_ShowsItUntilItsTimeIsOver", LoggingLevel) { Numbers = [172] },
        new("ReadFile_OfAPathThatIsNot_IsNotFound", Files) { Numbers = [172] },
        new("GetAgents_ShowsResourcesAndCapabilities", Agents) { Numbers = [172], Needs = Needs.Agent },
        new("GetAgents_OfNoRecoveredAgents_ListsNone", RecoveredAgents) { Numbers = [176] },
        new("GetFrameworks_FollowsAFrameworkFromConnectedToCompleted", Frameworks) { Numbers = [172] },
        new("GetTasks_FollowsATaskFromLiveToCompleted", Tasks) { Numbers = [172, 181], Needs = Needs.Agent },
        new("GetExecutors_ShowsTheExecutorOfAGroup", Executors) { Numbers = [172], Needs = Needs.TaskGroups },
        new("GetState_HoldsWhatItsPartsHold", State) { Numbers = [172], Needs = Needs.Agent },
    ];

    private static async Task Refused(CaseContext context)
    {
        const string Path = ScriptedOperator.Path;
        var body = Encoding.UTF8.GetBytes("""{"type":"GET_HEALTH"}""");
        Check(await context.Http.SendAsync(HttpMethod.Get, Path), 405,
            "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'.");
        Check(await context.Http.SendAsync(HttpMethod.Post, Path, body), 400, "Expecting 'Content-Type' to be present");
        Check(await context.Http.SendAsync(HttpMethod.Post, Path, body, "text/plain"), 415,
            "Expecting 'Content-Type' of application/json or application/x-protobuf");
        Check(await context.Http.SendAsync(HttpMethod.Post, Path, body, "application/json", "text/html"), 406,
            "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'");
        Check(await context.Http.SendAsync(HttpMethod.Post, Path, body, "application/x-protobuf"), 400,
            "Failed to parse body into Call protobuf");
        var garbage = await context.Http.PostJsonAsync(Path, "not json");
        Expect.Equal(garbage.Status, 400, "the status of a body that is no JSON");
        Expect.That(garbage.Text.StartsWith("Failed to parse body into JSON: ", StringComparison.Ordinal),
            $"a text about JSON, but it was {garbage.Text}");
        Check(await context.Http.PostJsonAsync(Path, "{}"), 400, "Failed to validate master::Call: Expecting 'type' to be present");
        Check(await context.Http.PostJsonAsync(Path, """{"type":"NO_SUCH_CALL"}"""), 400,
            "Failed to validate master::Call: Expecting 'type' to be present");
        Check(await context.Http.PostJsonAsync(Path, """{"type":"UNKNOWN"}"""), 501);
    }

    private static async Task Bodiless(CaseContext context)
    {
        foreach (var (type, member) in new[]
        {
            (Type.GetMetrics, "get_metrics"), (Type.SetLoggingLevel, "set_logging_level"), (Type.ListFiles, "list_files"),
            (Type.ReadFile, "read_file"),
            (Type.UpdateWeights, "update_weights"), (Type.ReserveResources, "reserve_resources"),
            (Type.UnreserveResources, "unreserve_resources"),
            (Type.CreateVolumes, "create_volumes"), (Type.DestroyVolumes, "destroy_volumes"), (Type.GrowVolume, "grow_volume"),
            (Type.ShrinkVolume, "shrink_volume"), (Type.UpdateMaintenanceSchedule, "update_maintenance_schedule"),
            (Type.StartMaintenance, "start_maintenance"), (Type.StopMaintenance, "stop_maintenance"), (Type.DrainAgent, "drain_agent"),
            (Type.DeactivateAgent, "deactivate_agent"), (Type.ReactivateAgent, "reactivate_agent"), (Type.UpdateQuota, "update_quota"),
            (Type.SetQuota, "set_quota"), (Type.RemoveQuota, "remove_quota"), (Type.Teardown, "teardown"),
            (Type.MarkAgentGone, "mark_agent_gone"),
        })
        {
            await context.Operator.ExpectAsync(new Call { Type = type }, 400,
                $"Failed to validate master::Call: Expecting '{member}' to be present");
        }
    }

    private static async Task DefaultAccept(CaseContext context)
    {
        var body = new Call { Type = Type.GetHealth };
        foreach (var accept in new[] { null, "*/*", "application/*", "application/json" })
        {
            var answer = await context.Http.SendAsync(HttpMethod.Post, ScriptedOperator.Path, body.ToByteArray(), "application/x-protobuf",
                accept);
            Expect.Equal((answer.Status, answer.ContentType?.MediaType), (200, "application/json"),
                $"status and type with Accept '{accept}'");
            Expect.Equal(answer.Text, """{"type":"GET_HEALTH","get_health":{"healthy":true}}""", "the answer");
        }
    }

    private static async Task Everything(CaseContext context)
    {
        foreach (var (type, expected) in new[]
        {
            (Type.GetHealth, ResponseType.GetHealth), (Type.GetFlags, ResponseType.GetFlags), (Type.GetVersion, ResponseType.GetVersion),
            (Type.GetLoggingLevel, ResponseType.GetLoggingLevel), (Type.GetState, ResponseType.GetState),
            (Type.GetAgents, ResponseType.GetAgents),
            (Type.GetFrameworks, ResponseType.GetFrameworks), (Type.GetExecutors, ResponseType.GetExecutors),
            (Type.GetOperations, ResponseType.GetOperations), (Type.GetTasks, ResponseType.GetTasks),
            (Type.GetRoles, ResponseType.GetRoles),
            (Type.GetWeights, ResponseType.GetWeights), (Type.GetMaster, ResponseType.GetMaster),
            (Type.GetMaintenanceStatus, ResponseType.GetMaintenanceStatus),
            (Type.GetMaintenanceSchedule, ResponseType.GetMaintenanceSchedule),
            (Type.GetQuota, ResponseType.GetQuota),
        })
        {
            Expect.Equal((await context.Operator.ReadAsync(type)).Type, expected, "the type of the answer");
        }
        var metrics = await context.Operator.ReadAsync(new Call { Type = Type.GetMetrics, GetMetrics = new() });
        Expect.Equal(metrics.GetMetrics.Metrics.Single(metric => metric.Name == "master/elected").Value, 1, "master/elected");
    }

    private static async Task Master(CaseContext context)
    {
        var scheduler = context.NewScheduler();
        var subscribed = await scheduler.SubscribeAsync(Specs.Framework([context.Unique("role")]));
        var master = (await context.Operator.ReadAsync(Type.GetMaster)).GetMaster;
        Expect.Equal(master.MasterInfo.Id, subscribed.MasterInfo.Id, "the master's id");
        Expect.That(master.StartTime > 0 && master.ElectedTime >= master.StartTime, "a start, and an election after it");
        Expect.That((await context.Operator.ReadAsync(Type.GetHealth)).GetHealth.Healthy, "a healthy master");
        Expect.Equal((await context.Operator.ReadAsync(Type.GetVersion)).GetVersion.VersionInfo.Version, master.MasterInfo.Version,
            "the version");
        Expect.That((await context.Operator.ReadAsync(Type.GetFlags)).GetFlags.Flags.Count > 0, "some flags");
    }

    private static async Task LoggingLevel(CaseContext context)
    {
        var before = (await context.Operator.ReadAsync(Type.GetLoggingLevel)).GetLoggingLevel.Level;
        await context.Operator.ExpectAsync(new Call
        {
            Type = Type.SetLoggingLevel,
            SetLoggingLevel = new() { Level = before + 1, Duration = new DurationInfo { Nanoseconds = 500_000_000 } },
        }, 200, "");
        Expect.Equal((await context.Operator.ReadAsync(Type.GetLoggingLevel)).GetLoggingLevel.Level, before + 1, "the level that was set");
        await context.EventuallyAsync(
            async () =>
                (await context.Operator.ReadAsync(Type.GetLoggingLevel)).GetLoggingLevel.Level == before, "the level to be as before");
    }

    private static async Task Files(CaseContext context)
    {
        await context.Operator.ExpectAsync(new Call { Type = Type.ListFiles, ListFiles = new() { Path = "/no/such/path" } }, 404);
        await context.Operator.ExpectAsync(new Call { Type = Type.ReadFile, ReadFile = new() { Path = "/no/such/path", Offset = 0 } }, 404);
    }

    private static async Task Agents(CaseContext context)
    {
        var agent = await context.AnAgentAsync();
        Expect.That(agent.Pid.StartsWith("slave(1)@", StringComparison.Ordinal), $"a pid of slave(1), but it was {agent.Pid}");
        Expect.That(agent.RegisteredTime.Nanoseconds > 0, "the time of its registration");
        Expect.That(Specs.ScalarOf(agent.TotalResources, "cpus") > 0 && Specs.ScalarOf(agent.AgentInfo.Resources, "cpus") > 0, "cpus");
        Expect.That(agent.TotalResources.All(resource => resource.Role == "*" && resource.Reservations.Count == 0),
            "unreserved resources with the role *");
        Expect.That(agent.Capabilities.Any(capability => capability.Type == AgentInfo.Types.Capability.Types.Type.MultiRole),
            "the capability MULTI_ROLE");
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync(next => next.AgentId.Equals(agent.AgentInfo.Id), "an offer of the agent");
        var offered = await context.AgentAsync(offer.AgentId);
        Expect.Equal(Specs.ScalarOf(offered.OfferedResources, "cpus"), Specs.ScalarOf(offer.Resources, "cpus"),
            "the cpus that are offered");
    }

    private static async Task RecoveredAgents(CaseContext context)
    {
        Expect.Equal((await context.Operator.ReadAsync(Type.GetAgents)).GetAgents.RecoveredAgents.Count, 0,
            "the number of recovered agents");
        Expect.Equal((await context.Operator.ReadAsync(Type.GetState)).GetState.GetAgents.RecoveredAgents.Count, 0,
            "the number of recovered agents in GET_STATE");
    }

    private static async Task Frameworks(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var connected = await FindAsync(context, scheduler.Id!);
        Expect.Equal((connected.Active, connected.Connected, connected.Recovered), (true, true, false), "active, connected, recovered");
        await context.DisconnectedAsync(scheduler);
        var away = await FindAsync(context, scheduler.Id!);
        Expect.Equal((away.Active, away.Connected, away.Recovered), (false, false, false), "active, connected, recovered after it went");
        await context.Operator.ExpectAsync(OperatorCalls.Teardown(scheduler.Id!), 200);
        var frameworks = (await context.Operator.ReadAsync(Type.GetFrameworks)).GetFrameworks;
        Expect.That(frameworks.Frameworks.All(framework => !framework.FrameworkInfo.Id.Equals(scheduler.Id)),
            "the framework among those no more");
        var over = frameworks.CompletedFrameworks.Single(framework => framework.FrameworkInfo.Id.Equals(scheduler.Id));
        Expect.That(over.UnregisteredTime.Nanoseconds > 0, "the time of its end");
    }

    private static async Task Tasks(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task)));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
        var live = (await context.Operator.ReadAsync(Type.GetTasks)).GetTasks.Tasks.Single(shown => shown.TaskId.Value == task);
        Expect.Equal((live.State, live.AgentId.Value, live.FrameworkId.Value),
            (TaskState.TaskRunning, offer.AgentId.Value, scheduler.Id!.Value), "state, agent, framework");
        await scheduler.SendAsync(Calls.Kill(task));
        await scheduler.FollowAsync(task, TaskState.TaskKilled);
        await context.EventuallyAsync(async () =>
        {
            var tasks = (await context.Operator.ReadAsync(Type.GetTasks)).GetTasks;
            return tasks.Tasks.All(shown => shown.TaskId.Value != task)
                && tasks.CompletedTasks.Any(shown => shown.TaskId.Value == task && shown.State == TaskState.TaskKilled);
        }, "the task to be among the completed");
    }

    private static async Task Executors(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var (task, executor) = (context.Unique("task"), context.Unique("executor"));
        await scheduler.SendAsync(Calls.LaunchGroup(offer, Specs.DefaultExecutor(scheduler.Id!, executor), Specs.Task(offer, task)));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
        var shown = (await context.Operator.ReadAsync(Type.GetExecutors)).GetExecutors.Executors
            .Single(known => known.ExecutorInfo.ExecutorId.Value == executor);
        Expect.Equal((shown.AgentId.Value, shown.ExecutorInfo.FrameworkId.Value), (offer.AgentId.Value, scheduler.Id!.Value),
            "agent and framework");
    }

    private static async Task State(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task)));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
        var state = (await context.Operator.ReadAsync(Type.GetState)).GetState;
        Expect.That(state.GetTasks.Tasks.Any(shown => shown.TaskId.Value == task), "the task");
        Expect.That(state.GetFrameworks.Frameworks.Any(shown => shown.FrameworkInfo.Id.Equals(scheduler.Id)), "the framework");
        Expect.That(state.GetAgents.Agents.Any(shown => shown.AgentInfo.Id.Equals(offer.AgentId)), "the agent");
        var legacy = await context.Operator.GetAsync("/state");
        var framework = legacy.GetProperty("frameworks").EnumerateArray()
            .Single(shown => shown.GetProperty("id").GetString() == scheduler.Id!.Value);
        Expect.Equal(framework.GetProperty("tasks")[0].GetProperty("id").GetString(), task, "the task in /state");
    }

    private static async Task<Response.Types.GetFrameworks.Types.Framework> FindAsync(CaseContext context, FrameworkID id) =>
        (await context.Operator.ReadAsync(Type.GetFrameworks))
            .GetFrameworks.Frameworks.Single(framework => framework.FrameworkInfo.Id.Equals(id));

    private static void Check(RawAnswer answer, int status, string? text = null)
    {
        Expect.Equal(answer.Status, status, "the status");
        if (text is not null)
        {
            Expect.Equal(answer.Text, text, "the text");
        }
    }
}
