using Mesos.V1;
using Offerbook.Conformance.Kit;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Conformance.Cases.Changes;

/// <summary>What frameworks are told of their operations.</summary>
public static class FeedbackCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Operation_WithAnId_SaysItsEndUntilAcknowledged", Feedback) { Numbers = [191, 31], Needs = Needs.Agent },
        new("Operation_WithoutAnId_SaysNothing", Silent) { Needs = Needs.Agent },
        new("Operation_OnOffersThatAreNone_IsAnsweredWithAnError", InvalidOffers) { Numbers = [31] },
        new("ReconcileOperations_OfUnknownOnes_SaysThatTheyAreUnknown", Unknown) { Numbers = [191], Needs = Needs.Agent },
        new("Launch_WithAnOperationId_IsAnErrorOfItsTasks", LaunchId) { Numbers = [31], Needs = Needs.Agent },
    ];

    private static async Task Feedback(CaseContext context)
    {
        var (role, scheduler, offer) = await ReservationCases.OfferedAsync(context);
        var reserved = Operations.Reserved("cpus", 0.5, role);
        ReservationCases.Undo(context, offer.AgentId, reserved);
        await scheduler.SendAsync(Calls.Accept([offer.Id], [Operations.Reserve("reserve", reserved)], refuseSeconds: 0));
        var finished = await scheduler.NextOperationAsync("reserve", status => status.Uuid is not null);
        Expect.Equal((finished.State, finished.AgentId.Value), (OperationState.OperationFinished, offer.AgentId.Value), "state and agent");
        Expect.Equal(finished.Uuid.Value.Length, 16, "the length of the uuid");
        // Known until acknowledged: by id, and among all.
        await scheduler.SendAsync(Calls.ReconcileOperations(("reserve", null)));
        Expect.Equal((await scheduler.NextOperationAsync("reserve", status => status.Uuid is null)).State,
            OperationState.OperationFinished, "the state by its id");
        await scheduler.SendAsync(Calls.ReconcileOperations());
        Expect.Equal((await scheduler.NextOperationAsync("reserve", status => status.Uuid is null)).State,
            OperationState.OperationFinished, "the state among all");
        Expect.That(
            (await OperationsAsync(context)).Any(known => known.Info.Id?.Value == "reserve" && known.FrameworkId.Equals(scheduler.Id)),
            "the operation in GET_OPERATIONS");
        await scheduler.SendAsync(Calls.AcknowledgeOperation(finished));
        await scheduler.SendAsync(Calls.ReconcileOperations(("reserve", offer.AgentId)));
        Expect.Equal(
            (await scheduler.NextOperationAsync("reserve", status => status.Uuid is null)).State, OperationState.OperationUnknown,
            "the state after its acknowledgement");
        Expect.That((await OperationsAsync(context)).All(known => known.FrameworkId?.Equals(scheduler.Id) != true),
            "no operation any more");
    }

    private static async Task Silent(CaseContext context)
    {
        var (role, scheduler, offer) = await ReservationCases.OfferedAsync(context);
        var reserved = Operations.Reserved("cpus", 0.5, role);
        ReservationCases.Undo(context, offer.AgentId, reserved);
        await scheduler.SendAsync(Calls.Accept([offer.Id], [Operations.Reserve(null, reserved)], refuseSeconds: 0));
        await scheduler.NextOfferAsync(next => Operations.ReservedOf(next.Resources, "cpus", role) == 0.5, "an offer with the reservation");
        await scheduler.SendAsync(Calls.ReconcileOperations());
        await scheduler.Events.NoneAsync(e => e.UpdateOperationStatus is not null, "status of an operation", context.Options.Quiet);
    }

    private static async Task InvalidOffers(CaseContext context)
    {
        var role = context.Unique("role");
        var scheduler = await context.SubscribedAsync(Specs.Framework([role]));
        await scheduler.SendAsync(
            Calls.Accept([new OfferID { Value = "none" }], [Operations.Reserve("reserve", Operations.Reserved("cpus", 1, role))]));
        var status = await scheduler.NextOperationAsync("reserve");
        Expect.Equal(status.State, OperationState.OperationError, "the state");
        Expect.Contains(status.Message, "Offer none is no longer valid", "the message");
    }

    private static async Task Unknown(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var agent = (await context.AnAgentAsync()).AgentInfo.Id;
        foreach (var asked in new[] { null, agent, new AgentID { Value = "nowhere" } })
        {
            await scheduler.SendAsync(Calls.ReconcileOperations(("never", asked)));
            var status = await scheduler.NextOperationAsync("never");
            Expect.Equal(status.State, OperationState.OperationUnknown, $"the state with the agent {asked}");
            Expect.That(status.Uuid is null, "no uuid");
        }
    }

    private static async Task LaunchId(CaseContext context)
    {
        var (_, scheduler, offer) = await ReservationCases.OfferedAsync(context);
        var task = context.Unique("task");
        var launch = Calls.LaunchOperation(Specs.Task(offer, task));
        launch.Id = new OperationID { Value = "launch" };
        await scheduler.SendAsync(Calls.Accept([offer.Id], [launch], refuseSeconds: 0));
        var status = await scheduler.NextUpdateAsync(task, TaskState.TaskError);
        Expect.Contains(status.Message, "field cannot be set on LAUNCH operations", "the message");
    }

    private static async Task<IReadOnlyList<Operation>> OperationsAsync(CaseContext context) =>
        (await context.Operator.ReadAsync(Type.GetOperations)).GetOperations.Operations;
}
