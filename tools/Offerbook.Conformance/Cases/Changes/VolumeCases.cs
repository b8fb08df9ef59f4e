using Mesos.V1;
using Offerbook.Conformance.Kit;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;

namespace Offerbook.Conformance.Cases.Changes;

/// <summary>Persistent volumes that frameworks and operators make.</summary>
public static class VolumeCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Volume_ByAFramework_IsOfferedUsedAndDestroyed", Life) { Numbers = [186, 107], Needs = Needs.Agent },
        new("Volume_ThatIsWrong_IsAnsweredWithAnError", Wrong) { Numbers = [186, 31], Needs = Needs.Agent },
        new("Volume_GrownAndShrunk_ChangesItsSize", Resized) { Numbers = [186], Needs = Needs.Agent },
        new("Volume_ByAnOperator_IsMadeResizedAndDestroyed", ByOperator) { Numbers = [173], Needs = Needs.Agent },
        new("Volume_ThroughTheOldEndpoints_IsTheSame", Endpoints) { Numbers = [187], Needs = Needs.Agent },
        new("Volume_Shared_IsOfferedWhileInUseToThoseWhoShare", Shared) { Numbers = [108, 146, 186], Needs = Needs.Agent },
    ];

    private static async Task Life(CaseContext context)
    {
        var (role, scheduler, offer) = await ReservationCases.OfferedAsync(context);
        var (disk, volume) = (Operations.Reserved("disk", 64, role), Operations.Volume(64, context.Unique("v"), role));
        Undo(context, offer.AgentId, disk, volume);
        var info = Specs.Task(offer, context.Unique("task"));
        info.Resources.Add(volume);
        await scheduler.SendAsync(Calls.Accept(
            [offer.Id], [Operations.Reserve("reserve", disk), Operations.Create("create", volume), Calls.LaunchOperation(info)],
            refuseSeconds: 0));
        await scheduler.FinishAsync("reserve");
        await scheduler.FinishAsync("create");
        await scheduler.FollowAsync(info.TaskId.Value, TaskState.TaskRunning);
        // In use: neither offered nor to be destroyed.
        var rest = await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the rest of the agent");
        Expect.That(Operations.VolumeOf(rest.Resources, volume.Disk.Persistence.Id) is null, "no volume in the rest");
        await context.Operator.ExpectAsync(OperatorCalls.DestroyVolumes(offer.AgentId, volume), 400);
        await scheduler.SendAsync(Calls.Kill(info.TaskId.Value));
        await scheduler.FollowAsync(info.TaskId.Value, TaskState.TaskKilled);
        var with = await scheduler.NextOfferAsync(next => Operations.VolumeOf(next.Resources, volume.Disk.Persistence.Id) is not null,
            "an offer with the volume");
        Expect.Equal(Operations.VolumeOf(with.Resources, volume.Disk.Persistence.Id)!.Disk.Volume.ContainerPath, "data", "container_path");
        await scheduler.SendAsync(
            Calls.Accept([with.Id], [Operations.Destroy("destroy", volume), Operations.Unreserve("unreserve", disk)], refuseSeconds: 0));
        await scheduler.FinishAsync("destroy");
        await scheduler.FinishAsync("unreserve");
    }

    private static async Task Wrong(CaseContext context)
    {
        var (role, scheduler, offer) = await ReservationCases.OfferedAsync(context);
        var (disk, volume) = (Operations.Reserved("disk", 128, role), Operations.Volume(64, context.Unique("v"), role));
        Undo(context, offer.AgentId, disk, volume);
        var pathless = Operations.Volume(32, context.Unique("v"), role);
        pathless.Disk.Volume = null;
        var shared = Operations.Volume(32, context.Unique("v"), role, shared: true);
        Offer.Types.Operation[] wrong =
        [
            Operations.Create("not-reserved", Operations.Volume(32, context.Unique("v"), context.Unique("other"))),
            Operations.Create("twice", Operations.Volume(32, volume.Disk.Persistence.Id, role)),
            Operations.Create("no-path", pathless),
            Operations.Create("too-large", Operations.Volume(65_536_000, context.Unique("v"), role)),
            Operations.Create("shared", shared),
            Operations.Destroy("no-such", Operations.Volume(32, context.Unique("v"), role)),
        ];
        await scheduler.SendAsync(
            Calls.Accept([offer.Id], [Operations.Reserve("reserve", disk), Operations.Create("create", volume), .. wrong],
                refuseSeconds: 0));
        foreach (var operation in wrong)
        {
            Expect.Equal((await scheduler.NextOperationAsync(operation.Id.Value)).State, OperationState.OperationError,
                $"the state of '{operation.Id.Value}'");
        }
        await scheduler.FinishAsync("create");
    }

    private static async Task Resized(CaseContext context)
    {
        var (role, scheduler, offer) = await ReservationCases.OfferedAsync(context);
        var id = context.Unique("v");
        var (disk, volume) = (Operations.Reserved("disk", 128, role), Operations.Volume(64, id, role));
        Undo(context, offer.AgentId, disk, volume, Operations.Volume(96, id, role));
        await scheduler.SendAsync(
            Calls.Accept([offer.Id], [Operations.Reserve("reserve", disk), Operations.Create("create", volume)], refuseSeconds: 0));
        await scheduler.FinishAsync("reserve");
        await scheduler.FinishAsync("create");
        var small = await scheduler.NextOfferAsync(next => Size(next, id) == 64, "an offer with the volume");
        // What grew is for the next offer: a task cannot use it in the same call.
        var info = Specs.Task(small, context.Unique("task"));
        info.Resources.Add(Operations.Volume(96, id, role));
        await scheduler.SendAsync(Calls.Accept(
            [small.Id], [Operations.Grow("grow", volume, Operations.Reserved("disk", 32, role)), Calls.LaunchOperation(info)],
            refuseSeconds: 0));
        Expect.Equal((await scheduler.NextUpdateAsync(info.TaskId.Value, TaskState.TaskError)).Source, TaskStatus.Types.Source.Master,
            "the source");
        await scheduler.FinishAsync("grow");
        var large = await scheduler.NextOfferAsync(next => Size(next, id) == 96, "an offer with the grown volume");
        await scheduler.SendAsync(
            Calls.Accept([large.Id], [Operations.Shrink("shrink", Operations.Volume(96, id, role), 32)], refuseSeconds: 0));
        await scheduler.FinishAsync("shrink");
        await scheduler.NextOfferAsync(next => Size(next, id) == 64, "an offer with the shrunk volume");
    }

    private static async Task ByOperator(CaseContext context)
    {
        var (role, id) = (context.Unique("role"), context.Unique("v"));
        var agent = (await context.AnAgentAsync()).AgentInfo.Id;
        var (disk, volume, grown) = (Operations.Reserved("disk", 128, role), Operations.Volume(64, id, role),
            Operations.Volume(96, id, role));
        Undo(context, agent, disk, volume, grown);
        await context.Operator.ExpectAsync(OperatorCalls.CreateVolumes(agent, volume), 409);
        await context.Operator.ExpectAsync(OperatorCalls.Reserve(agent, disk), 202, "");
        await context.Operator.ExpectAsync(OperatorCalls.CreateVolumes(agent, volume), 202, "");
        await context.Operator.ExpectAsync(OperatorCalls.CreateVolumes(agent, volume), 400);
        Expect.Equal(await SizeAsync(context, agent, id), 64, "the size of the volume");
        await context.Operator.ExpectAsync(OperatorCalls.GrowVolume(agent, volume, Operations.Reserved("disk", 32, role)), 202, "");
        Expect.Equal(await SizeAsync(context, agent, id), 96, "its size after GROW_VOLUME");
        await context.Operator.ExpectAsync(OperatorCalls.ShrinkVolume(agent, grown, 200), 400);
        await context.Operator.ExpectAsync(OperatorCalls.ShrinkVolume(agent, grown, 32), 202, "");
        Expect.Equal(await SizeAsync(context, agent, id), 64, "its size after SHRINK_VOLUME");
        var scheduler = await context.SubscribedAsync(Specs.Framework([role]));
        await scheduler.NextOfferAsync(next => Size(next, id) == 64, "an offer with the volume");
        await context.Operator.ExpectAsync(OperatorCalls.DestroyVolumes(agent, volume), 202, "");
        Expect.Equal(await SizeAsync(context, agent, id), null, "the size of what was destroyed");
    }

    private static async Task Endpoints(CaseContext context)
    {
        var (role, id) = (context.Unique("role"), context.Unique("v"));
        var agent = (await context.AnAgentAsync()).AgentInfo.Id;
        var (disk, volume) = (Operations.Reserved("disk", 64, role), Operations.Volume(64, id, role));
        Undo(context, agent, disk, volume);
        await context.Operator.ExpectAsync(OperatorCalls.Reserve(agent, disk), 202, "");
        var json = $$$$"""[{"name":"disk","type":"SCALAR","scalar":{"value":64},"reservations":[{"type":"DYNAMIC","role":"{{{{role}}}}"}],"disk":{"persistence":{"id":"{{{{id}}}}"},"volume":{"mode":"RW","container_path":"data"}}}]""";
        var form = $"slaveId={agent.Value}&volumes={Uri.EscapeDataString(json)}";
        Expect.Equal(await ReservationCases.PostAsync(context, "/create-volumes", form), 202, "the status of /create-volumes");
        Expect.Equal(await SizeAsync(context, agent, id), 64, "the size of the volume");
        Expect.Equal(await ReservationCases.PostAsync(context, "/create-volumes", $"slaveId=nope&volumes={Uri.EscapeDataString(json)}"),
            400, "the status for an unknown agent");
        Expect.Equal(await ReservationCases.PostAsync(context, "/create-volumes", "volumes=[]"), 400, "the status without an agent");
        Expect.Equal(await ReservationCases.PostAsync(context, "/destroy-volumes", form), 202, "the status of /destroy-volumes");
        Expect.Equal(await ReservationCases.PostAsync(context, "/destroy-volumes", form), 400, "the status of /destroy-volumes again");
        Expect.Equal((await context.Http.SendAsync(HttpMethod.Get, "/create-volumes")).Status, 405, "the status of GET");
    }

    private static async Task Shared(CaseContext context)
    {
        var (role, scheduler, offer) = await ReservationCases.OfferedAsync(context, Capability.SharedResources);
        var id = context.Unique("v");
        var (disk, volume) = (Operations.Reserved("disk", 64, role), Operations.Volume(64, id, role, shared: true));
        Undo(context, offer.AgentId, disk, volume);
        var (first, second) = (Specs.Task(offer, context.Unique("task")), Specs.Task(offer, context.Unique("task")));
        first.Resources.Add(volume);
        second.Resources.Add(volume);
        await scheduler.SendAsync(Calls.Accept(
            [offer.Id],
            [Operations.Reserve("reserve", disk), Operations.Create("create", volume), Calls.LaunchOperation(first, second)],
            refuseSeconds: 0));
        await scheduler.FinishAsync("reserve");
        await scheduler.FinishAsync("create");
        await scheduler.FollowAsync(first.TaskId.Value, TaskState.TaskRunning);
        await scheduler.FollowAsync(second.TaskId.Value, TaskState.TaskRunning);
        var held = await scheduler.NextOfferAsync(next => Operations.VolumeOf(next.Resources, id) is not null,
            "an offer with the volume that is in use");
        await scheduler.SendAsync(Calls.Suppress());
        await scheduler.SendAsync(Calls.Decline(0, held.Id));
        var selfish = await context.SubscribedAsync(Specs.Framework([role]));
        var without = await selfish.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "an offer of the agent");
        Expect.That(Operations.VolumeOf(without.Resources, id) is null, "no shared volume for a framework that does not share");
    }

    private static double? Size(Offer offer, string id) => Operations.VolumeOf(offer.Resources, id)?.Scalar.Value;

    private static async Task<double?> SizeAsync(CaseContext context, AgentID agent, string id) =>
        Operations.VolumeOf((await context.AgentAsync(agent)).TotalResources, id)?.Scalar.Value;

    /// <summary>Destroys volumes and takes reservations back at the end.</summary>
    private static void Undo(CaseContext context, AgentID agent, Resource disk, params Resource[] volumes)
    {
        ReservationCases.Undo(context, agent, disk);
        context.AtEnd(() => context.EventuallyAsync(
            async () =>
            {
                var total = (await context.AgentAsync(agent)).TotalResources;
                var left = volumes.Where(volume =>
                    Operations.VolumeOf(total, volume.Disk.Persistence.Id)?.Scalar.Value == volume.Scalar.Value).ToArray();
                return left.Length == 0 || (await context.Operator.CallAsync(OperatorCalls.DestroyVolumes(agent, left))).Status == 202;
            },
            "the volumes to be destroyed"));
    }
}
