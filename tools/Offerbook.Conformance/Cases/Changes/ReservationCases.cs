using Mesos.V1;
using Offerbook.Conformance.Kit;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Conformance.Cases.Changes;

/// <summary>Reservations that frameworks and operators make.</summary>
public static class ReservationCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Reservation_ByAFramework_IsOfferedAndUndone", ReserveThenUnreserve) { Numbers = [185, 99, 100], Needs = Needs.Agent },
        new("Reservation_OfFractionsTwice_AddsUp", Fractions) { Numbers = [185], Needs = Needs.Agent },
        new("Reservation_UsedByATaskInTheSameCall_CanBeUndoneAfterIt", ReserveAndLaunch) { Numbers = [185, 107], Needs = Needs.Agent },
        new("Reservation_ThatIsWrong_IsAnsweredWithAnError", Wrong) { Numbers = [185, 31], Needs = Needs.Agent },
        new("Reservation_OfAnotherRole_CannotBeUndone", Alien) { Numbers = [185], Needs = Needs.Agent },
        new("Reservation_OutlivesItsFramework", Outlives) { Numbers = [185], Needs = Needs.Agent },
        new("Reservation_ByAnOperator_IsOfferedToItsRoleAlone", ByOperator) { Numbers = [173, 101, 109], Needs = Needs.Agent },
        new("Reservation_ByAnOperator_TakesBackOffers", TakesBack) { Numbers = [173, 109], Needs = Needs.Agent },
        new("Reservation_ByAnOperator_IsUpdatedByItsSource", Update) { Numbers = [173], Needs = Needs.Agent },
        new("Reservation_ByAnOperator_ThatIsWrong_IsRefused", OperatorErrors) { Numbers = [110, 187], Needs = Needs.Agent },
        new("Reservation_ThroughTheOldEndpoints_IsTheSame", Endpoints) { Numbers = [187], Needs = Needs.Agent },
        new("Reservation_OfARole_IsOfferedToItsDescendants", Descendants) { Numbers = [141], Needs = Needs.Agent },
    ];

    private static async Task ReserveThenUnreserve(CaseContext context)
    {
        var (role, scheduler, offer) = await OfferedAsync(context);
        var reserved = Operations.Reserved("cpus", 0.5, role);
        Undo(context, offer.AgentId, reserved);
        await scheduler.SendAsync(Calls.Accept([offer.Id], [Operations.Reserve("reserve", reserved)], refuseSeconds: 0));
        await scheduler.FinishAsync("reserve");
        var with = await scheduler.NextOfferAsync(next => Operations.ReservedOf(next.Resources, "cpus", role) == 0.5,
            "an offer with the reservation");
        Expect.Equal(Specs.ScalarOf(with.Resources, "cpus"), Specs.ScalarOf(offer.Resources, "cpus"), "all cpus of the agent");
        await scheduler.SendAsync(Calls.Accept([with.Id], [Operations.Unreserve("unreserve", reserved)], refuseSeconds: 0));
        await scheduler.FinishAsync("unreserve");
        await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId)
            && Operations.ReservedOf(next.Resources, "cpus", role) == 0, "an offer without it");
    }

    private static async Task Fractions(CaseContext context)
    {
        var (role, scheduler, offer) = await OfferedAsync(context);
        Undo(context, offer.AgentId, Operations.Reserved("cpus", 0.3, role));
        await scheduler.SendAsync(Calls.Accept(
            [offer.Id],
            [Operations.Reserve(null, Operations.Reserved("cpus", 0.1, role)),
                Operations.Reserve(null, Operations.Reserved("cpus", 0.2, role))],
            refuseSeconds: 0));
        var with = await scheduler.NextOfferAsync(next => Operations.ReservedOf(next.Resources, "cpus", role) == 0.3,
            "an offer with exactly 0.3 cpus reserved");
        await scheduler.SendAsync(
            Calls.Accept([with.Id], [Operations.Unreserve(null, Operations.Reserved("cpus", 0.3, role))], refuseSeconds: 0));
        await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId)
            && Operations.ReservedOf(next.Resources, "cpus", role) == 0, "an offer without it");
    }

    private static async Task ReserveAndLaunch(CaseContext context)
    {
        var (role, scheduler, offer) = await OfferedAsync(context);
        var reserved = Operations.Reserved("cpus", 0.5, role);
        Undo(context, offer.AgentId, reserved);
        var info = Specs.Task(offer, context.Unique("task"));
        info.Resources.Clear();
        info.Resources.Add([reserved, Specs.Scalar("mem", 32)]);
        await scheduler.SendAsync(
            Calls.Accept([offer.Id], [Operations.Reserve("reserve", reserved), Calls.LaunchOperation(info)], refuseSeconds: 0));
        await scheduler.FinishAsync("reserve");
        await scheduler.FollowAsync(info.TaskId.Value, TaskState.TaskRunning);
        var rest = await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the rest of the agent");
        Expect.Equal(Operations.ReservedOf(rest.Resources, "cpus", role), 0, "the reserved cpus that are offered");
        await scheduler.SendAsync(Calls.Kill(info.TaskId.Value));
        await scheduler.FollowAsync(info.TaskId.Value, TaskState.TaskKilled);
        var freed = await scheduler.NextOfferAsync(next => Operations.ReservedOf(next.Resources, "cpus", role) == 0.5,
            "an offer with the reservation");
        await scheduler.SendAsync(Calls.Accept([freed.Id], [Operations.Unreserve("unreserve", reserved)], refuseSeconds: 0));
        await scheduler.FinishAsync("unreserve");
    }

    private static async Task Wrong(CaseContext context)
    {
        var (role, scheduler, offer) = await OfferedAsync(context);
        Offer.Types.Operation[] wrong =
        [
            Operations.Reserve("too-large", Operations.Reserved("cpus", 100_000, role)),
            Operations.Reserve("other-role", Operations.Reserved("cpus", 0.5, context.Unique("other"))),
            Operations.Reserve("unreserved", Specs.Scalar("cpus", 0.5)),
            Operations.Unreserve("not-reserved", Operations.Reserved("cpus", 0.5, role)),
        ];
        await scheduler.SendAsync(Calls.Accept([offer.Id], wrong, refuseSeconds: 0));
        foreach (var operation in wrong)
        {
            var status = await scheduler.NextOperationAsync(operation.Id.Value);
            Expect.Equal(status.State, OperationState.OperationError, $"the state of '{operation.Id.Value}'");
            Expect.That(status.Uuid is null && status.Message.Length > 0, "a message and no uuid");
        }
        var again = await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the agent again");
        Expect.Equal(Operations.ReservedOf(again.Resources, "cpus", role), 0, "the reserved cpus");
    }

    private static async Task Alien(CaseContext context)
    {
        var (_, scheduler, offer) = await OfferedAsync(context);
        var alien = Operations.Reserved("cpus", 0.5, context.Unique("alien"));
        Undo(context, offer.AgentId, alien);
        await context.Operator.ExpectAsync(OperatorCalls.Reserve(offer.AgentId, alien), 202, "");
        await scheduler.SendAsync(Calls.Revive());
        var rest = await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId) && !next.Id.Equals(offer.Id),
            "the agent again");
        Expect.That(rest.Resources.All(resource => resource.Reservations.Count == 0), "nothing that is reserved for another");
        await scheduler.SendAsync(Calls.Accept([rest.Id], [Operations.Unreserve("unreserve", alien)], refuseSeconds: 0));
        Expect.Equal((await scheduler.NextOperationAsync("unreserve")).State, OperationState.OperationError, "the state");
    }

    private static async Task Outlives(CaseContext context)
    {
        var (role, scheduler, offer) = await OfferedAsync(context);
        var reserved = Operations.Reserved("mem", 64, role);
        Undo(context, offer.AgentId, reserved);
        await scheduler.SendAsync(Calls.Accept([offer.Id], [Operations.Reserve("reserve", reserved)], refuseSeconds: 0));
        await scheduler.FinishAsync("reserve");
        await scheduler.SendAsync(Calls.Plain(Mesos.V1.Scheduler.Call.Types.Type.Teardown));
        await context.RemovedAsync(scheduler);
        var heir = await context.SubscribedAsync(Specs.Framework([role]));
        await heir.NextOfferAsync(next => Operations.ReservedOf(next.Resources, "mem", role) == 64, "an offer with the reservation");
    }

    private static async Task ByOperator(CaseContext context)
    {
        var (role, other) = (context.Unique("role"), context.Unique("other"));
        var agent = (await context.AnAgentAsync()).AgentInfo.Id;
        var reserved = new[] { Operations.Reserved("cpus", 0.5, role), Operations.Reserved("mem", 64, role) };
        Undo(context, agent, reserved);
        await context.Operator.ExpectAsync(OperatorCalls.Reserve(agent, reserved), 202, "");
        var shown = (await context.AgentAsync(agent)).TotalResources;
        Expect.Equal((Operations.ReservedOf(shown, "cpus", role), Operations.ReservedOf(shown, "mem", role)), (0.5, 64.0),
            "what is reserved");
        var outsider = await context.SubscribedAsync(Specs.Framework([other]));
        var without = await outsider.NextOfferAsync(next => next.AgentId.Equals(agent), "an offer of the agent");
        Expect.That(without.Resources.All(resource => resource.Reservations.Count == 0), "nothing that is reserved for another");
        var insider = await context.SubscribedAsync(Specs.Framework([role]));
        var with = await insider.NextOfferAsync(next => next.AgentId.Equals(agent), "an offer of the agent");
        Expect.Equal(Operations.ReservedOf(with.Resources, "cpus", role), 0.5, "the reserved cpus that are offered");
        await context.Operator.ExpectAsync(OperatorCalls.Unreserve(agent, reserved), 202, "");
        Expect.That((await context.AgentAsync(agent)).TotalResources.All(resource => resource.Reservations.Count == 0),
            "nothing that is reserved any more");
    }

    private static async Task TakesBack(CaseContext context)
    {
        var (_, scheduler, offer) = await OfferedAsync(context);
        var reserved = Operations.Reserved("cpus", 0.5, context.Unique("reserved"));
        Undo(context, offer.AgentId, reserved);
        await context.Operator.ExpectAsync(OperatorCalls.Reserve(offer.AgentId, reserved), 202, "");
        await scheduler.NextAsync(e => e.Rescind?.OfferId.Equals(offer.Id) == true, "RESCIND of the offer");
    }

    private static async Task Update(CaseContext context)
    {
        var (from, to) = (context.Unique("from"), context.Unique("to"));
        var agent = (await context.AnAgentAsync()).AgentInfo.Id;
        var (before, after) = (Operations.Reserved("cpus", 0.5, from), Operations.Reserved("cpus", 0.5, to));
        context.AtEnd(() => context.Operator.CallAsync(OperatorCalls.Unreserve(agent, before)));
        Undo(context, agent, after);
        await context.Operator.ExpectAsync(OperatorCalls.Reserve(agent, before), 202, "");
        var update = OperatorCalls.Reserve(agent, after);
        update.ReserveResources.Source.Add(before);
        await context.Operator.ExpectAsync(update, 202, "");
        var shown = (await context.AgentAsync(agent)).TotalResources;
        Expect.Equal((Operations.ReservedOf(shown, "cpus", from), Operations.ReservedOf(shown, "cpus", to)), (0.0, 0.5),
            "what is reserved for the roles");
    }

    private static async Task OperatorErrors(CaseContext context)
    {
        var role = context.Unique("role");
        var agent = (await context.AnAgentAsync()).AgentInfo.Id;
        await context.Operator.ExpectAsync(OperatorCalls.Reserve(new AgentID { Value = "nope" }, Operations.Reserved("cpus", 1, role)),
            400, "No agent found with specified ID");
        await context.Operator.ExpectAsync(OperatorCalls.Reserve(agent, Specs.Scalar("cpus", 1)), 400);
        await context.Operator.ExpectAsync(OperatorCalls.Reserve(agent, Operations.Reserved("cpus", -1, role)), 400);
        await context.Operator.ExpectAsync(OperatorCalls.Reserve(agent, Operations.Reserved("cpus", 100_000, role)), 409);
        await context.Operator.ExpectAsync(OperatorCalls.Unreserve(agent, Operations.Reserved("cpus", 1, role)), 409);
        await context.Operator.ExpectAsync(OperatorCalls.Unreserve(agent, Specs.Scalar("cpus", 1)), 400);
        Expect.That((await context.AgentAsync(agent)).TotalResources.All(resource => resource.Reservations.Count == 0), "nothing reserved");
    }

    private static async Task Endpoints(CaseContext context)
    {
        var role = context.Unique("role");
        var agent = (await context.AnAgentAsync()).AgentInfo.Id;
        var json = $$"""[{"name":"cpus","type":"SCALAR","scalar":{"value":0.5},"reservations":[{"type":"DYNAMIC","role":"{{role}}"}]}]""";
        Undo(context, agent, Operations.Reserved("cpus", 0.5, role));
        Expect.Equal(await PostAsync(context, "/reserve", $"slaveId={agent.Value}&resources={Uri.EscapeDataString(json)}"), 202,
            "the status of /reserve");
        Expect.Equal(Operations.ReservedOf((await context.AgentAsync(agent)).TotalResources, "cpus", role), 0.5, "what is reserved");
        Expect.Equal(await PostAsync(context, "/reserve", $"slaveId=nope&resources={Uri.EscapeDataString(json)}"), 400,
            "the status for an unknown agent");
        Expect.Equal(await PostAsync(context, "/reserve", $"slaveId={agent.Value}"), 400, "the status without resources");
        Expect.Equal(await PostAsync(context, "/reserve", $"slaveId={agent.Value}&resources=nonsense"), 400, "the status of nonsense");
        Expect.Equal(
            await PostAsync(context, "/reserve",
                $"slaveId={agent.Value}&resources={Uri.EscapeDataString(json.Replace("0.5", "100000", StringComparison.Ordinal))}"), 409,
                    "the status of too much");
        Expect.Equal((await context.Http.SendAsync(HttpMethod.Get, "/reserve")).Status, 405, "the status of GET");
        Expect.Equal(await PostAsync(context, "/unreserve", $"slaveId={agent.Value}&resources={Uri.EscapeDataString(json)}"), 202,
            "the status of /unreserve");
        Expect.Equal(await PostAsync(context, "/unreserve", $"slaveId={agent.Value}&resources={Uri.EscapeDataString(json)}"), 409,
            "the status of /unreserve again");
    }

    private static async Task Descendants(CaseContext context)
    {
        var role = context.Unique("role");
        var agent = (await context.AnAgentAsync()).AgentInfo.Id;
        var reserved = Operations.Reserved("cpus", 0.5, role);
        Undo(context, agent, reserved);
        await context.Operator.ExpectAsync(OperatorCalls.Reserve(agent, reserved), 202, "");
        var child = await context.SubscribedAsync(Specs.Framework([role + "/child"]));
        var offer = await child.NextOfferAsync(next => next.AgentId.Equals(agent), "an offer of the agent");
        Expect.Equal(Operations.ReservedOf(offer.Resources, "cpus", role), 0.5, "the cpus reserved for the parent");
        Expect.That(offer.Resources.All(resource => resource.AllocationInfo.Role == role + "/child"), "resources allocated to the child");
    }

    internal static async Task<int> PostAsync(CaseContext context, string path, string form) =>
        (await context.Http.SendAsync(HttpMethod.Post, path, System.Text.Encoding.UTF8.GetBytes(form), "application/x-www-form-urlencoded"))
            .Status;

    /// <summary>A framework in a role of its own, and an offer for it.</summary>
    internal static async Task<(string Role, ScriptedScheduler Scheduler, Offer Offer)> OfferedAsync(
        CaseContext context, params FrameworkInfo.Types.Capability.Types.Type[] capabilities)
    {
        var role = context.Unique("role");
        var scheduler = await context.SubscribedAsync(Specs.Framework([role], capabilities));
        return (role, scheduler, await scheduler.NextOfferAsync());
    }

    /// <summary>Takes reservations back at the end, if they are still there.</summary>
    internal static void Undo(CaseContext context, AgentID agent, params Resource[] reserved) =>
        context.AtEnd(() => context.EventuallyAsync(
        async () =>
        {
            var total = (await context.AgentAsync(agent)).TotalResources;
            var left = reserved.Where(resource => Operations.ReservedOf(total, resource.Name, resource.Reservations[^1].Role) > 0)
                .ToArray();
            return left.Length == 0 || (await context.Operator.CallAsync(OperatorCalls.Unreserve(agent, left))).Status == 202;
        },
        "the reservations to be taken back"));
}
