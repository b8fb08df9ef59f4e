using Mesos.V1;
using Mesos.V1.Maintenance;
using Offerbook.Conformance.Kit;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;
using Status = Mesos.V1.Allocator.InverseOfferStatus.Types.Status;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Conformance.Cases.Operator;

/// <summary>
/// Maintenance of machines: the schedule, what frameworks learn of it, and the way down and up of machines that run no agent.
/// </summary>
public static class MaintenanceCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Schedule_Updated_IsShown", Updated) { Numbers = [174] },
        new("Schedule_ThatIsWrong_IsRefused", Wrong) { Numbers = [188] },
        new("Machines_GoDownAndUp", DownAndUp) { Numbers = [174, 188] },
        new("Machines_ThatAreDown_StayInTheSchedule", DownStays) { Numbers = [188] },
        new("Machines_ThroughTheOldEndpoints_AreTheSame", Endpoints) { Numbers = [174] },
        new("Offer_OfAScheduledMachine_SaysWhen", Unavailable) { Numbers = [188], Needs = Needs.Agent },
        new("InverseOffer_GoesToWhoUsesTheMachine_AndItsAnswerIsShown", InverseOffer) { Numbers = [188, 91], Needs = Needs.Agent },
        new("InverseOffer_Declined_ComesAgainAfterItsFilter", Declined) { Numbers = [188], Needs = Needs.Agent },
        new("InverseOffer_IsRescindedWhenTheScheduleIsLifted", Rescinded) { Numbers = [188], Needs = Needs.Agent },
    ];

    private static async Task Updated(CaseContext context)
    {
        var machine = Machine(context);
        await ScheduleAsync(context, OperatorCalls.Window([machine], duration: 3_600_000_000_000));
        var window = (await context.Operator.ReadAsync(Type.GetMaintenanceSchedule)).GetMaintenanceSchedule.Schedule.Windows.Single();
        Expect.Equal(window.MachineIds.Single().Hostname, machine.Hostname, "the machine");
        Expect.Equal(window.Unavailability.Duration.Nanoseconds, 3_600_000_000_000, "the duration");
        Expect.Equal((await StatusAsync(context)).DrainingMachines.Single().Id.Hostname, machine.Hostname, "the draining machine");
        await context.Operator.ExpectAsync(OperatorCalls.UpdateSchedule(), 200, "");
        Expect.Equal((await context.Operator.ReadAsync(Type.GetMaintenanceSchedule)).GetMaintenanceSchedule.Schedule.Windows.Count, 0,
            "the number of windows");
        Expect.Equal((await StatusAsync(context)).DrainingMachines.Count, 0, "the number of draining machines");
    }

    private static async Task Wrong(CaseContext context)
    {
        var machine = Machine(context);
        var named = $"Machine '{{\"hostname\":\"{machine.Hostname}\"}}'";
        await RefusedAsync("List of machines in the maintenance window is empty", OperatorCalls.Window([]));
        await RefusedAsync("Unavailability 'duration' is negative", OperatorCalls.Window([machine], duration: -1));
        await RefusedAsync("Both 'hostname' and 'ip' for a machine are empty", OperatorCalls.Window([new MachineID()]));
        await RefusedAsync(null, OperatorCalls.Window([new MachineID { Ip = "not.an.address" }]));
        await RefusedAsync($"{named} appears more than once in the schedule", OperatorCalls.Window([machine]),
            OperatorCalls.Window([machine]));
        await RefusedAsync($"{named} appears more than once in the schedule", OperatorCalls.Window([machine, machine]));

        async Task RefusedAsync(string? text, params Window[] windows) =>
            await context.Operator.ExpectAsync(OperatorCalls.UpdateSchedule(windows), 400, text);
    }

    private static async Task DownAndUp(CaseContext context)
    {
        var (one, other) = (Machine(context), Machine(context));
        await context.Operator.ExpectAsync(OperatorCalls.StartMaintenance(), 400, "List of machines is empty");
        await context.Operator.ExpectAsync(OperatorCalls.StartMaintenance(one), 400,
            $"Machine '{{\"hostname\":\"{one.Hostname}\"}}' is not part of a maintenance schedule");
        await ScheduleAsync(context, OperatorCalls.Window([one, other]));
        await context.Operator.ExpectAsync(OperatorCalls.StopMaintenance(one), 400,
            $"Machine '{{\"hostname\":\"{one.Hostname}\"}}' is not in DOWN mode and cannot be brought up");
        await context.Operator.ExpectAsync(OperatorCalls.StartMaintenance(one), 200, "");
        Expect.Equal((await StatusAsync(context)).DownMachines.Single().Hostname, one.Hostname, "the machine that is down");
        Expect.Equal((await StatusAsync(context)).DrainingMachines.Single().Id.Hostname, other.Hostname, "the machine that drains");
        await context.Operator.ExpectAsync(OperatorCalls.StartMaintenance(one), 400,
            $"Machine '{{\"hostname\":\"{one.Hostname}\"}}' is not in DRAINING mode and cannot be brought down");
        await context.Operator.ExpectAsync(OperatorCalls.StopMaintenance(one), 200, "");
        var windows = (await context.Operator.ReadAsync(Type.GetMaintenanceSchedule)).GetMaintenanceSchedule.Schedule.Windows;
        Expect.Equal(windows.Single().MachineIds.Single().Hostname, other.Hostname, "the machine that is left in the schedule");
    }

    private static async Task DownStays(CaseContext context)
    {
        var machine = Machine(context);
        await ScheduleAsync(context, OperatorCalls.Window([machine]));
        await context.Operator.ExpectAsync(OperatorCalls.StartMaintenance(machine), 200, "");
        await context.Operator.ExpectAsync(OperatorCalls.UpdateSchedule(), 400,
            $"Machine '{{\"hostname\":\"{machine.Hostname}\"}}' is deactivated and cannot be removed from the schedule");
        await context.Operator.ExpectAsync(OperatorCalls.StopMaintenance(machine), 200, "");
        await context.Operator.ExpectAsync(OperatorCalls.UpdateSchedule(), 200, "");
    }

    private static async Task Endpoints(CaseContext context)
    {
        var machine = Machine(context);
        context.AtEnd(() => context.Operator.CallAsync(OperatorCalls.UpdateSchedule()));
        var list = $$"""[{"hostname":"{{machine.Hostname}}"}]""";
        var schedule = $$$$"""{"windows":[{"machine_ids":{{{{list}}}},"unavailability":{"start":{"nanoseconds":2524608000000000000}}}]}""";
        Expect.Equal((await context.Http.PostJsonAsync("/maintenance/schedule", schedule)).Status, 200,
            "the status of POST /maintenance/schedule");
        Expect.Equal(
            (await context.Operator.GetAsync("/maintenance/schedule"))
                .GetProperty("windows")[0].GetProperty("machine_ids")[0].GetProperty("hostname").GetString(),
            machine.Hostname, "the machine in /maintenance/schedule");
        Expect.Equal((await context.Http.PostJsonAsync("/machine/down", list)).Status, 200, "the status of /machine/down");
        Expect.Equal(
            (await context.Operator.GetAsync("/maintenance/status")).GetProperty("down_machines")[0].GetProperty("hostname").GetString(),
            machine.Hostname, "the machine that is down");
        Expect.Equal((await context.Http.PostJsonAsync("/machine/up", list)).Status, 200, "the status of /machine/up");
        Expect.Equal((await context.Http.PostJsonAsync("/machine/up", list)).Status, 400, "the status of /machine/up again");
        Expect.Equal((await context.Http.PostJsonAsync("/maintenance/schedule", "nonsense")).Status, 400, "the status of nonsense");
    }

    private static async Task Unavailable(CaseContext context)
    {
        var agent = await context.AnAgentAsync();
        var scheduler = await context.SubscribedAsync();
        var before = await scheduler.NextOfferAsync(next => next.AgentId.Equals(agent.AgentInfo.Id), "an offer of the agent");
        Expect.That(before.Unavailability is null, "an offer without unavailability");
        await ScheduleAsync(context, OperatorCalls.Window([await MachineOfAsync(context, before.AgentId)]));
        await scheduler.NextAsync(e => e.Rescind?.OfferId.Equals(before.Id) == true, "RESCIND of the offer");
        var after = await scheduler.NextOfferAsync(next => next.AgentId.Equals(before.AgentId), "the agent again");
        Expect.Equal(after.Unavailability?.Start.Nanoseconds, 2_524_608_000_000_000_000, "unavailability.start");
    }

    private static async Task InverseOffer(CaseContext context)
    {
        var (scheduler, agent, inverse) = await AskedAsync(context);
        Expect.Equal((inverse.AgentId.Value, inverse.FrameworkId.Value), (agent.Value, scheduler.Id!.Value), "agent and framework");
        Expect.Equal(inverse.Unavailability.Start.Nanoseconds, 2_524_608_000_000_000_000, "unavailability.start");
        Expect.Equal(inverse.Resources.Count, 0, "the number of resources");
        var idle = await context.SubscribedAsync();
        await idle.SendAsync(Calls.Suppress());
        await scheduler.SendAsync(new()
        {
            Type = Mesos.V1.Scheduler.Call.Types.Type.AcceptInverseOffers,
            AcceptInverseOffers = new() { InverseOfferIds = { inverse.Id } },
        });
        await context.EventuallyAsync(
            async () => (await StatusAsync(context)).DrainingMachines.SelectMany(machine => machine.Statuses)
                .Any(answer => answer.FrameworkId.Equals(scheduler.Id) && answer.Status == Status.Accept),
            "the answer in the maintenance status");
        await scheduler.Events.NoneAsync(e => e.Type == EventType.InverseOffers, "inverse offer after the answer", context.Options.Quiet);
    }

    private static async Task Declined(CaseContext context)
    {
        var (scheduler, _, inverse) = await AskedAsync(context);
        await scheduler.SendAsync(new()
        {
            Type = Mesos.V1.Scheduler.Call.Types.Type.DeclineInverseOffers,
            DeclineInverseOffers = new() { InverseOfferIds = { inverse.Id }, Filters = new Filters { RefuseSeconds = 0.5 } },
        });
        await context.EventuallyAsync(
            async () => (await StatusAsync(context)).DrainingMachines.SelectMany(machine => machine.Statuses)
                .Any(answer => answer.FrameworkId.Equals(scheduler.Id) && answer.Status == Status.Decline),
            "the answer in the maintenance status");
        var again = (await scheduler.NextAsync(e => e.Type == EventType.InverseOffers, "an inverse offer again"))
            .InverseOffers.InverseOffers_.Single();
        Expect.That(!again.Id.Equals(inverse.Id), "a new id");
    }

    private static async Task Rescinded(CaseContext context)
    {
        var (scheduler, _, inverse) = await AskedAsync(context);
        await context.Operator.ExpectAsync(OperatorCalls.UpdateSchedule(), 200, "");
        await scheduler.NextAsync(
            e => e.Type == EventType.RescindInverseOffer
                && e.RescindInverseOffer.InverseOfferId.Equals(inverse.Id), "RESCIND_INVERSE_OFFER");
    }

    /// <summary>A framework with a task on an agent whose machine is in the schedule, and what it is asked.</summary>
    private static async Task<(ScriptedScheduler Scheduler, AgentID Agent, InverseOffer Inverse)> AskedAsync(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Suppress());
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task)));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
        await ScheduleAsync(context, OperatorCalls.Window([await MachineOfAsync(context, offer.AgentId)]));
        var inverse = await scheduler.NextAsync(
            e => e.Type == EventType.InverseOffers
                && e.InverseOffers.InverseOffers_.Any(asked => asked.AgentId.Equals(offer.AgentId)), "an inverse offer");
        return (scheduler, offer.AgentId, inverse.InverseOffers.InverseOffers_.Single(asked => asked.AgentId.Equals(offer.AgentId)));
    }

    private static MachineID Machine(CaseContext context) => new() { Hostname = context.Unique("machine") + ".example" };

    private static async Task<MachineID> MachineOfAsync(CaseContext context, AgentID id)
    {
        var agent = await context.AgentAsync(id);
        // A pid is slave(1)@IP:PORT.
        return new MachineID { Hostname = agent.AgentInfo.Hostname,
            Ip = agent.Pid[(agent.Pid.IndexOf('@', StringComparison.Ordinal) + 1)..agent.Pid.LastIndexOf(':')] };
    }

    private static async Task ScheduleAsync(CaseContext context, params Window[] windows)
    {
        context.AtEnd(() => context.Operator.CallAsync(OperatorCalls.UpdateSchedule()));
        await context.Operator.ExpectAsync(OperatorCalls.UpdateSchedule(windows), 200, "");
    }

    private static async Task<ClusterStatus> StatusAsync(CaseContext context) =>
        (await context.Operator.ReadAsync(Type.GetMaintenanceStatus)).GetMaintenanceStatus.Status;
}
