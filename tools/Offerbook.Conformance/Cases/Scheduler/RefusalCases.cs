using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Conformance.Kit;
using Type = Mesos.V1.Scheduler.Call.Types.Type;

namespace Offerbook.Conformance.Cases.Scheduler;

/// <summary>Frameworks that are not let in, and calls of frameworks that are answered with an error.</summary>
public static class RefusalCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Subscribe_WithBadRoles_IsAStreamOfOneError", BadRoles) { Numbers = [7, 184] },
        new("Subscribe_WithBadFailoverTimeout_IsAStreamOfOneError", BadTimeout) { Numbers = [161] },
        new("Subscribe_WithAnotherPrincipal_IsAStreamOfOneError", OtherPrincipal) { Numbers = [17] },
        new("Subscribe_SuppressingRolesOfOthers_IsAStreamOfOneError", AlienSuppressedRoles),
        new("Subscribe_WithBadMinimum_IsAStreamOfOneError", BadMinimum),
        new("Subscribe_WithBadConstraints_IsAStreamOfOneError", BadConstraints),
        new("Call_WithoutStreamId_IsRefused", NoStreamId) { Numbers = [14] },
        new("Call_WithWrongStreamId_IsRefused", WrongStreamId) { Numbers = [15] },
        new("Call_AcknowledgeWithShortUuid_IsRefused", ShortUuid) { Numbers = [16] },
        new("Call_OfUnknownType_IsRefused", UnknownType),
        new("Call_OfEachKindAboutNothing_IsTaken", AboutNothing) { Numbers = [39] },
    ];

    private static async Task BadRoles(CaseContext context)
    {
        (FrameworkInfo Info, string Text)[] refused =
        [
            (Specs.Framework(["a/../b"]), "'FrameworkInfo.roles' contains invalid role: Role 'a/../b' cannot include '..' as a component"),
            (Specs.Framework(["/a"]), "'FrameworkInfo.roles' contains invalid role: Role '/a' cannot start with a slash"),
            (Specs.Framework(["a/"]), "'FrameworkInfo.roles' contains invalid role: Role 'a/' cannot end with a slash"),
            (Specs.Framework(["a//b"]), "'FrameworkInfo.roles' contains invalid role: Role 'a//b' cannot contain two adjacent slashes"),
            (Specs.Framework(["a/*"]), "'FrameworkInfo.roles' contains invalid role: Role 'a/*' cannot include '*' as a component"),
            (Specs.Framework(["-a"]),
                "'FrameworkInfo.roles' contains invalid role: Role component '-a' is invalid because it starts with a dash"),
            (Specs.Framework(["a b"]),
                "'FrameworkInfo.roles' contains invalid role: Role component 'a b' is invalid because it contains backspace or whitespace"),
            (Specs.Framework([""]), "'FrameworkInfo.roles' contains invalid role: Role names cannot be the empty string"),
            (Specs.Framework(["a", "a"]), "'FrameworkInfo.roles' contains duplicate items: { a }"),
            (Specs.OldFramework("a/."), "'FrameworkInfo.role' is not a valid role: Role 'a/.' cannot include '.' as a component"),
        ];
        foreach (var (info, text) in refused)
        {
            await context.NewScheduler().RefusedAsync(info, text);
        }
        var both = Specs.Framework(["*"]);
        both.Role = "a";
        await context.NewScheduler().RefusedAsync(both, "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable");
        var several = Specs.OldFramework("*");
        several.Roles.Add("a");
        await context.NewScheduler().RefusedAsync(several,
            "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable");
    }

    private static async Task BadTimeout(CaseContext context)
    {
        var info = Specs.Framework(["*"]);
        info.FailoverTimeout = 1e300;
        await context.NewScheduler().RefusedAsync(info, "The framework failover_timeout (1e+300) is invalid");
    }

    private static async Task OtherPrincipal(CaseContext context)
    {
        var info = Specs.Framework([context.Unique("role")]);
        info.Principal = "one";
        var scheduler = await context.SubscribedAsync(info);
        var other = info.Clone();
        other.Principal = "two";
        await context.Successor(scheduler).RefusedAsync(other, "Changing framework's principal is not allowed.");
        other.ClearPrincipal();
        await context.Successor(scheduler).RefusedAsync(other, "Changing framework's principal is not allowed.");
        await scheduler.SendAsync(Calls.Revive());
    }

    private static Task AlienSuppressedRoles(CaseContext context) => context.NewScheduler().RefusedAsync(
        Specs.Framework(["a"]), "Suppressed roles { b } are not contained in the set of roles", suppressed: ["a", "b"]);

    private static async Task BadMinimum(CaseContext context)
    {
        var info = Specs.Framework(["a"]);
        var minimum = new OfferFilters { MinAllocatableResources = new() { Quantities = { new OfferFilters.Types.ResourceQuantities() } } };
        info.OfferFilters["a"] = minimum;
        await context.NewScheduler().RefusedAsync(info, "Resource quantities must contain at least one quantity");
        minimum.MinAllocatableResources.Quantities[0].Quantities["cpus"] = new Value.Types.Scalar { Value = -1 };
        await context.NewScheduler().RefusedAsync(info, "Invalid resource quantity for 'cpus': Negative values not supported");
    }

    private static async Task BadConstraints(CaseContext context)
    {
        await context.NewScheduler().RefusedAsync(Specs.Framework(["a"]),
            "Offer constraints specify `role_constraints` for a role 'b'not contained in the set of roles",
            constraints: Specs.Constraints("b", "x", new() { Exists = new() }));
        await context.NewScheduler().RefusedAsync(Specs.Framework(["a"]),
            "Offer constraints are not valid: A role a has an invalid 'AttributeConstraint': Unknown predicate type",
            constraints: Specs.Constraints("a", "x", new()));
        var empty = new OfferConstraints { RoleConstraints = { ["a"] = new OfferConstraints.Types.RoleConstraints() } };
        await context.NewScheduler().RefusedAsync(Specs.Framework(["a"]),
            "Offer constraints are not valid: 'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role a",
            constraints: empty);
    }

    private static async Task NoStreamId(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var streamId = scheduler.StreamId;
        scheduler.StreamId = null;
        foreach (var type in new[] { Type.Revive, Type.Teardown })
        {
            await scheduler.ExpectAsync(Calls.Plain(type), 400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header");
        }
        scheduler.StreamId = streamId;
        await scheduler.SendAsync(Calls.Revive());
    }

    private static async Task WrongStreamId(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var streamId = scheduler.StreamId;
        scheduler.StreamId = "6592c95f-a03a-47bf-ba2a-060669ef747b";
        foreach (var type in new[] { Type.Revive, Type.Teardown })
        {
            await scheduler.ExpectAsync(Calls.Plain(type), 400,
                "The stream ID '6592c95f-a03a-47bf-ba2a-060669ef747b' included in this request didn't match "
                + $"the stream ID currently associated with framework ID {scheduler.Id!.Value}");
        }
        scheduler.StreamId = streamId;
        await scheduler.SendAsync(Calls.Revive());
    }

    private static async Task ShortUuid(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        await scheduler.ExpectAsync(
            new Call
            {
                Type = Type.Acknowledge,
                Acknowledge = new()
                {
                    AgentId = new AgentID { Value = "a" },
                    TaskId = new TaskID { Value = "t" },
                    Uuid = Google.Protobuf.ByteString.CopyFrom(0, 0, 0),
                },
            },
            400, "Failed to validate scheduler::Call: Not a valid UUID");
    }

    private static async Task UnknownType(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        await scheduler.ExpectAsync(Calls.Plain(Type.Unknown), 501);
        var answer = await context.Http.PostJsonAsync(ScriptedScheduler.Path,
            """{"type": "NO_SUCH_CALL", "framework_id": {"value": "ID"}}""".Replace("ID", scheduler.Id!.Value),
            streamId: scheduler.StreamId);
        Expect.Equal(answer.Status, 400, "the status");
        Expect.Equal(answer.Text, "Failed to validate scheduler::Call: Expecting 'type' to be present", "the text");
    }

    private static async Task AboutNothing(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var nowhere = new AgentID { Value = "nowhere" };
        Call[] calls =
        [
            Calls.Decline(null, new OfferID { Value = "none" }),
            Calls.Accept([], []),
            Calls.Accept([new OfferID { Value = "none" }], [Calls.LaunchOperation()]),
            Calls.Revive("not-ours"),
            Calls.Suppress("not-ours"),
            Calls.Kill("none"),
            new() { Type = Type.Shutdown, Shutdown = new() { AgentId = nowhere, ExecutorId = new ExecutorID { Value = "e" } } },
            new() { Type = Type.Message,
                Message = new() { AgentId = nowhere, ExecutorId = new ExecutorID { Value = "e" },
                    Data = Google.Protobuf.ByteString.Empty } },
            new() { Type = Type.Request, Request = new() { Requests = { new Request { Resources = { Specs.Scalar("cpus", 1) } } } } },
            new() { Type = Type.AcceptInverseOffers, AcceptInverseOffers = new() { InverseOfferIds = { new OfferID { Value = "none" } } } },
            new() { Type = Type.DeclineInverseOffers,
                DeclineInverseOffers = new() { InverseOfferIds = { new OfferID { Value = "none" } } } },
            new() { Type = Type.ReconcileOperations, ReconcileOperations = new() },
            Calls.Reconcile(),
        ];
        foreach (var call in calls)
        {
            await scheduler.SendAsync(call);
        }
        await scheduler.NextUpdateAsync("none", TaskState.TaskLost);
    }
}
