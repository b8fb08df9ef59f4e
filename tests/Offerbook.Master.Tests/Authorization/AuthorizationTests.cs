using Mesos.V1;
using Offerbook.Conformance.Cases;
using Offerbook.Conformance.Kit;
using Offerbook.Master.Authorization;
using Offerbook.Master.Hosting;
using Offerbook.Master.Tests.Conformance;
using Offerbook.Wire;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using Credential = Offerbook.Wire.Http.Credential;
using EventType = Mesos.V1.Master.Event.Types.Type;
using KitCalls = Offerbook.Conformance.Kit.Calls;
using OperatorCallType = Mesos.V1.Master.Call.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Master.Tests.Authorization;

/// <summary>A master with ACLs: what principals may do, and what those see who may not see everything.</summary>
[TestFixture(MessageFormat.Json)]
[TestFixture(MessageFormat.Protobuf)]
[Parallelizable(ParallelScope.Self)]
internal sealed class AuthorizationTests(MessageFormat format)
{
    private const string Acls = """
        {
          "register_frameworks": [
            {"principals": {"values": ["apps"]}, "roles": {"values": ["web", "web/%"]}},
            {"principals": {"values": ["apps"]}, "roles": {"type": "NONE"}}],
          "run_tasks": [{"principals": {"values": ["apps"]}, "users": {"values": ["nobody"]}}, {"principals": {"values": ["apps"]}, "users": {"type": "NONE"}}],
          "reserve_resources": [{"principals": {"values": ["apps", "guest"]}, "roles": {"type": "NONE"}}],
          "create_volumes": [{"principals": {"values": ["guest"]}, "roles": {"type": "NONE"}}],
          "teardown_frameworks": [{"principals": {"values": ["guest"]}, "framework_principals": {"values": ["guest"]}}, {"principals": {"values": ["guest"]}, "framework_principals": {"type": "NONE"}}],
          "update_quotas": [{"principals": {"values": ["guest"]}, "roles": {"type": "NONE"}}],
          "update_weights": [{"principals": {"values": ["guest"]}, "roles": {"values": ["guest"]}}, {"principals": {"values": ["guest"]}, "roles": {"type": "NONE"}}],
          "update_maintenance_schedules": [{"principals": {"values": ["guest"]}, "machines": {"type": "NONE"}}],
          "mark_agents_gone": [{"principals": {"values": ["guest"]}, "agents": {"type": "NONE"}}],
          "drain_agents": [{"principals": {"values": ["guest"]}, "agents": {"type": "NONE"}}],
          "set_log_level": [{"principals": {"values": ["guest"]}, "level": {"type": "NONE"}}],
          "get_endpoints": [{"principals": {"values": ["guest"]}, "paths": {"values": ["/metrics/snapshot"]}}, {"principals": {"values": ["guest"]}, "paths": {"type": "NONE"}}],
          "view_flags": [{"principals": {"values": ["guest"]}, "flags": {"type": "NONE"}}],
          "view_frameworks": [{"principals": {"values": ["guest"]}, "users": {"values": ["nobody"]}}, {"principals": {"values": ["guest"]}, "users": {"type": "NONE"}}],
          "view_tasks": [{"principals": {"values": ["guest"]}, "users": {"values": ["nobody"]}}, {"principals": {"values": ["guest"]}, "users": {"type": "NONE"}}],
          "view_roles": [{"principals": {"values": ["guest"]}, "roles": {"values": ["web", "web/%", "*"]}}, {"principals": {"values": ["guest"]}, "roles": {"type": "NONE"}}],
          "get_quotas": [{"principals": {"values": ["guest"]}, "roles": {"values": ["web"]}}, {"principals": {"values": ["guest"]}, "roles": {"type": "NONE"}}]
        }
        """;

    private static readonly Credential s_ops = new("ops", "s1"), s_apps = new("apps", "s2"), s_guest = new("guest", "s3");

    private ScriptedCluster _cluster = null!;
    private CaseContext _ops = null!, _apps = null!, _guest = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _cluster = await ScriptedCluster.StartAsync(format, tune: options => options with
        {
            Settings = options.Settings with { Authorizer = AclsText.Parse(Acls) },
            Security = new SecurityOptions
            {
                AuthenticateReadOnly = true, AuthenticateReadWrite = true, AuthenticateFrameworks = true, Known = [s_ops, s_apps, s_guest],
            },
        });
        (_ops, _apps, _guest) = (_cluster.As(s_ops), _cluster.As(s_apps), _cluster.As(s_guest));
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _guest.DisposeAsync();
        await _apps.DisposeAsync();
        await _ops.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [TestCase("web", null)]
    [TestCase("web/shop", null)]
    [TestCase("db", "Not authorized to use roles '{ db }'")]
    [TestCase("web,db", "Not authorized to use roles '{ db, web }'")]
    public async Task Subscribe_InARoleThatItMayNotHave_IsAStreamOfOneError(string roles, string? refusal)
    {
        var scheduler = _apps.NewScheduler();
        if (refusal is null)
        {
            await scheduler.SubscribeAsync(Specs.Framework(roles.Split(',')));
        }
        else
        {
            await scheduler.RefusedAsync(Specs.Framework(roles.Split(',')), refusal);
        }
    }

    [Test]
    public async Task UpdateFramework_ToARoleThatItMayNotHave_IsForbidden()
    {
        var scheduler = await _apps.SubscribedAsync(As("nobody", "web"));
        var info = As("nobody", "web", "db");
        (info.Id, info.Principal) = (scheduler.Id, "apps");
        await scheduler.ExpectAsync(KitCalls.UpdateFramework(info), 403, "Not authorized to use roles '{ db, web }'");
    }

    [Test]
    public async Task Launch_AsAUserThatItMayNotUse_IsAnErrorOfThatTaskAlone()
    {
        var scheduler = await _apps.SubscribedAsync(As("nobody", "web"));
        var offer = await scheduler.NextOfferAsync();
        var forbidden = Specs.Task(offer, "forbidden");
        forbidden.Command.User = "root";
        await scheduler.SendAsync(KitCalls.Launch(offer, forbidden, Specs.Task(offer, "permitted")));

        var status = await scheduler.NextUpdateAsync("forbidden", TaskState.TaskError);
        Assert.That((status.Reason, status.Message), Is.EqualTo((Reason.TaskUnauthorized, "Not authorized to launch as user 'root'")));
        await scheduler.FollowAsync("permitted", TaskState.TaskRunning);
    }

    [Test]
    public async Task LaunchGroup_WithATaskOfAUserThatItMayNotUse_IsAnErrorOfAllItsTasks()
    {
        var scheduler = await _apps.SubscribedAsync(As("nobody", "web"));
        var offer = await scheduler.NextOfferAsync();
        var forbidden = Specs.Task(offer, "forbidden");
        forbidden.Command.User = "root";
        await scheduler.SendAsync(
            KitCalls.LaunchGroup(offer, Specs.DefaultExecutor(scheduler.Id!, "group"), Specs.Task(offer, "permitted"), forbidden));

        foreach (var task in new[] { "permitted", "forbidden" })
        {
            var status = await scheduler.NextUpdateAsync(task, TaskState.TaskError);
            Assert.That((status.Reason, status.Message),
                Is.EqualTo((Reason.TaskGroupUnauthorized, "Task 'forbidden' is not authorized to launch as user 'root'")));
        }
        Assert.That(_cluster.Agent.Runs("permitted"), Is.False);
    }

    [Test]
    public async Task Reserve_ByAFrameworkThatMayNot_IsAnErrorOfTheOperation()
    {
        var scheduler = await _apps.SubscribedAsync(As("nobody", "web"));
        var offer = await scheduler.NextOfferAsync();
        await scheduler.SendAsync(KitCalls.Accept([offer.Id], [KitOperations.Reserve("r", KitOperations.Reserved("cpus", 1, "web"))]));

        var status = await scheduler.NextOperationAsync("r");
        Assert.That((status.State, status.Message),
            Is.EqualTo((OperationState.OperationError, "Not authorized to reserve resources as 'apps'")));
    }

    [Test, Category("case 178")]
    public async Task Writes_OfAnOperatorThatMayNot_AreForbiddenAndChangeNothing()
    {
        var scheduler = await _apps.SubscribedAsync(As("nobody", "web"));
        var agent = (await _ops.AnAgentAsync()).AgentInfo.Id;
        Mesos.V1.Master.Call[] calls =
        [
            OperatorCalls.Teardown(scheduler.Id!),
            OperatorCalls.Reserve(agent, KitOperations.Reserved("cpus", 1, "web")),
            OperatorCalls.CreateVolumes(agent, KitOperations.Volume(8, "v", "web")),
            OperatorCalls.UpdateQuota(true, OperatorCalls.Quota("web", limits: [("cpus", 1)])),
            OperatorCalls.UpdateWeights(("guest", 2), ("web", 2)),
            OperatorCalls.UpdateSchedule(),
            OperatorCalls.MarkGone(agent),
            OperatorCalls.Drain(agent),
            new() { Type = OperatorCallType.SetLoggingLevel,
                SetLoggingLevel = new() { Level = 1, Duration = new DurationInfo { Nanoseconds = 1 } } },
            new() { Type = OperatorCallType.GetFlags },
        ];
        foreach (var call in calls)
        {
            await _guest.Operator.ExpectAsync(call, 403, "403 Forbidden.");
        }
        foreach (var path in new[] { "/flags", "/logging/toggle", "/files/debug", "/offerbook/v1/offers" })
        {
            var answer = await _guest.Http.SendAsync(HttpMethod.Get, path);
            Assert.That((int)answer.Status, Is.EqualTo(403), path);
        }
        Assert.That((int)(await _guest.Http.SendAsync(HttpMethod.Get, "/metrics/snapshot")).Status, Is.EqualTo(200));

        var state = (await _ops.Operator.ReadAsync(OperatorCallType.GetState)).GetState;
        Assert.That(state.GetFrameworks.Frameworks.Single().Active
            && state.GetAgents.Agents.Single() is { Active: true, Deactivated: false }, Is.True);
        Assert.That((await _ops.Operator.ReadAsync(OperatorCallType.GetQuota)).GetQuota.Status.Configs, Is.Empty);
        await _guest.Operator.ExpectAsync(OperatorCalls.UpdateWeights(("guest", 2)), 200);
        await _ops.Operator.ExpectAsync(OperatorCalls.Teardown(scheduler.Id!), 200);
    }

    [Test, Category("case 176")]
    public async Task Reads_OfWhoMayNotSeeEverything_LeaveOutTheRest()
    {
        var (_, seen) = await RunAsync(_apps, As("nobody", "web"));
        var (_, hidden) = await RunAsync(_ops, As("root", "db"));
        var agent = (await _ops.AnAgentAsync()).AgentInfo.Id;
        await _ops.Operator.ExpectAsync(OperatorCalls.Reserve(agent, WithPrincipal(KitOperations.Reserved("cpus", 0.5, "db"))), 202);
        await _ops.Operator.ExpectAsync(
            OperatorCalls.UpdateQuota(true, OperatorCalls.Quota("db", limits: [("cpus", 4)]),
                OperatorCalls.Quota("web", limits: [("cpus", 4)])), 200);
        await _ops.Operator.ExpectAsync(OperatorCalls.UpdateWeights(("db", 2), ("web", 3)), 200);

        var all = (await _ops.Operator.ReadAsync(OperatorCallType.GetState)).GetState;
        Assert.That(all.GetTasks.Tasks.Select(task => task.TaskId.Value), Is.EquivalentTo(new[] { seen, hidden }));
        var state = (await _guest.Operator.ReadAsync(OperatorCallType.GetState)).GetState;
        Assert.That(state.GetTasks.Tasks.Select(task => task.TaskId.Value), Is.EqualTo(new[] { seen }));
        Assert.That(state.GetFrameworks.Frameworks.Select(framework => framework.FrameworkInfo.User), Is.EqualTo(new[] { "nobody" }));
        Assert.That(RolesIn(all.GetAgents.Agents.Single().TotalResources), Does.Contain("db"));
        Assert.That(RolesIn(state.GetAgents.Agents.Single().TotalResources), Does.Not.Contain("db"));
        Assert.That((await _guest.Operator.ReadAsync(OperatorCallType.GetRoles)).GetRoles.Roles.Select(role => role.Name),
            Is.EqualTo(new[] { "*", "web" }).Or.EqualTo(new[] { "web" }));
        Assert.That((await _guest.Operator.ReadAsync(OperatorCallType.GetQuota)).GetQuota.Status.Configs.Select(quota => quota.Role),
            Is.EqualTo(new[] { "web" }));
        Assert.That((await _guest.Operator.ReadAsync(OperatorCallType.GetWeights)).GetWeights.WeightInfos.Select(weight => weight.Role),
            Is.EqualTo(new[] { "web" }));
        Assert.That((await _guest.Operator.ReadAsync(OperatorCallType.GetOperations)).GetOperations.Operations, Is.Empty);

        foreach (var path in new[] { "/state", "/tasks", "/frameworks", "/slaves", "/roles", "/state-summary" })
        {
            var text = (await _guest.Operator.GetAsync(path)).GetRawText();
            Assert.That(text, Does.Not.Contain(hidden).And.Not.Contain("\"db\""), path);
            Assert.That(text, path is "/slaves" ? Does.Contain(agent.Value) : Does.Contain("web").Or.Contain(seen), path);
        }
        Assert.That((await _guest.Operator.GetAsync("/state")).GetProperty("flags").EnumerateObject(), Is.Empty);
        Assert.That((await _ops.Operator.GetAsync("/state")).GetProperty("flags").EnumerateObject(), Is.Not.Empty);
        Assert.That((await _ops.Operator.GetAsync("/tasks")).GetRawText(), Does.Contain(hidden));
    }

    [Test, Category("case 175")]
    public async Task Stream_OfWhoMayNotSeeEverything_LeavesOutTheRest()
    {
        var (old, oldTask) = await RunAsync(_ops, As("root", "db"));
        var events = await _guest.Operator.SubscribeAsync();
        var snapshot = await events.TakeAsync(e => e.Type == EventType.Subscribed, "SUBSCRIBED", TimeSpan.FromSeconds(20));
        Assert.That(snapshot.Subscribed.GetState.GetFrameworks.Frameworks, Is.Empty);
        Assert.That(snapshot.Subscribed.GetState.GetTasks.Tasks, Is.Empty);

        await old.SendAsync(KitCalls.Kill(oldTask));
        await old.FollowAsync(oldTask, TaskState.TaskKilled);
        var (hidden, hiddenTask) = await RunAsync(_ops, As("root", "db"));
        var (seen, seenTask) = await RunAsync(_apps, As("nobody", "web"));
        await hidden.SendAsync(KitCalls.Kill(hiddenTask));
        await hidden.FollowAsync(hiddenTask, TaskState.TaskKilled);
        await seen.SendAsync(KitCalls.Kill(seenTask));
        await seen.FollowAsync(seenTask, TaskState.TaskKilled);
        await events.TakeAsync(e => e.TaskUpdated?.State == TaskState.TaskKilled, "the end of the task that may be seen",
            TimeSpan.FromSeconds(20));

        var told = events.All.Skip(1).Where(e => e.Type != EventType.Heartbeat).ToList();
        Assert.That(told.Select(e => e.ToString()),
            Has.None.Contain(hiddenTask).And.None.Contain(oldTask).And.None.Contain(hidden.Id!.Value));
        Assert.That(told.Select(e => e.Type),
            Is.SupersetOf(new[] { EventType.FrameworkAdded, EventType.TaskAdded, EventType.TaskUpdated }));
    }

    private async Task<(ScriptedScheduler Scheduler, string Task)> RunAsync(CaseContext context, FrameworkInfo info)
    {
        var scheduler = await context.SubscribedAsync(info);
        var offer = await scheduler.NextOfferAsync();
        var task = context.Unique("task");
        await scheduler.SendAsync(KitCalls.Suppress());
        await scheduler.SendAsync(KitCalls.Launch(offer, Specs.Task(offer, task)));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
        return (scheduler, task);
    }

    private static FrameworkInfo As(string user, params string[] roles)
    {
        var info = Specs.Framework(roles, Capability.PartitionAware);
        info.User = user;
        return info;
    }

    private static Resource WithPrincipal(Resource resource)
    {
        resource.Reservations[^1].Principal = "ops";
        return resource;
    }

    private static IEnumerable<string> RolesIn(IEnumerable<Resource> resources) =>
        resources.SelectMany(resource => resource.Reservations.Select(reservation => reservation.Role).Append(resource.Role));
}
