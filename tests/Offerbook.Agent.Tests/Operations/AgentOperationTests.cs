using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Actors;
using Offerbook.Agent.Operations;
using Offerbook.Agent.Tests.Support;
using Offerbook.Resources;
using Offerbook.Wire.AgentProtocol;
using CallType = Offerbook.Wire.AgentProtocol.Call.Types.Type;
using State = Mesos.V1.OperationState;

namespace Offerbook.Agent.Tests.Operations;

/// <summary>Operations in an agent's core.</summary>
internal sealed class AgentOperationTests
{
    private static Bench Start(string resources = "cpus:8;mem:8192;disk:10000") => new Bench(Make.Settings(resources)).Register();

    private static IReadOnlyList<Call.Types.OperationUpdate> Updates(Bench bench) =>
        bench.Effects<CallMaster>().Where(call => call.Call.Type == CallType.UpdateOperationStatus)
            .Select(call => call.Call.OperationUpdate).ToList();

    private static IReadOnlyList<Call.Types.ResourcesUpdate> Resources(Bench bench) =>
        bench.Effects<CallMaster>().Where(call => call.Call.Type == CallType.UpdateResources).Select(call => call.Call.ResourcesUpdate)
            .ToList();

    private static Bench WithVolume(Bench bench)
    {
        bench.Hear(Orders.Apply(Orders.Reserve(null, Orders.Reserved("disk", 64)), 1));
        bench.Hear(Orders.Apply(Orders.Create(null, Orders.Volume(64, "v1")), 2));
        bench.Tell(new AgentMessage.VolumesReady(bench.Effects<CreateVolumes>().Last().Operation, null));
        return bench;
    }

    [Test]
    public void Reserve_IsAppliedAndReportedUntilAcknowledged()
    {
        var bench = Start();
        bench.Hear(Orders.Apply(Orders.Reserve("r", Orders.Reserved("cpus", 2)), 1));
        var first = Updates(bench).Single();

        Assert.That((first.Status.State, first.Status.OperationId.Value, first.OperationUuid, first.Status.Uuid.Value.Length),
            Is.EqualTo((State.OperationFinished, "r", Orders.Uuid(1), 16)));
        Assert.That(ResourceReader.Read(first.Status.ConvertedResources).Bag.Reserved("web").ScalarOf("cpus"),
            Is.EqualTo(new Scalar(2000)));
        Assert.That(bench.Core.View().Total.Reserved("web").ScalarOf("cpus"), Is.EqualTo(new Scalar(2000)));

        bench.Pass(TimeSpan.FromSeconds(29));
        Assert.That(Updates(bench), Has.Count.EqualTo(2), "after 10 s; the next comes 20 s later");
        bench.Pass(TimeSpan.FromSeconds(2));
        Assert.That(Updates(bench), Has.Count.EqualTo(3));
        bench.Hear(Orders.Acknowledge(1, first.Status));
        bench.Pass(TimeSpan.FromMinutes(1));
        Assert.That(Updates(bench), Has.Count.EqualTo(3));
        Assert.That(bench.Core.View().Operations, Is.Empty);
    }

    [Test]
    public void Operation_WithoutAnId_IsReportedOnceAndForgotten()
    {
        var bench = Start();
        bench.Hear(Orders.Apply(Orders.Reserve(null, Orders.Reserved("cpus", 2)), 1, framework: null));

        Assert.That(Updates(bench).Single().Status.Uuid, Is.Null);
        Assert.That(bench.Core.View().Operations, Is.Empty);
    }

    [Test]
    public void Operation_SentTwice_IsAppliedOnce()
    {
        var bench = Start();
        bench.Hear(Orders.Apply(Orders.Reserve("r", Orders.Reserved("cpus", 2)), 1));
        bench.Hear(Orders.Apply(Orders.Reserve("r", Orders.Reserved("cpus", 2)), 1));

        Assert.That(bench.Core.View().Total.Reserved("web").ScalarOf("cpus"), Is.EqualTo(new Scalar(2000)));
    }

    [Test]
    public void Operation_OnResourcesThatAreNotThere_FailsAndRaisesTheVersion()
    {
        var bench = Start();
        bench.Hear(Orders.Apply(Orders.Reserve("r", Orders.Reserved("cpus", 9)), 1));

        Assert.That(Resources(bench).Single().ResourceVersion, Is.EqualTo(1));
        Assert.That(Updates(bench).Single().Status.State, Is.EqualTo(State.OperationFailed));
        Assert.That(Updates(bench).Single().Status.Message, Does.EndWith("does not contain cpus:9"));

        bench.Take();
        bench.Hear(Orders.Apply(Orders.Reserve("s", Orders.Reserved("cpus", 1)), 2, version: 0));
        Assert.That(Updates(bench).Single().Status.State, Is.EqualTo(State.OperationDropped), "it was decided on the old version");
        Assert.That(Resources(bench), Is.Empty);
        bench.Hear(Orders.Apply(Orders.Reserve("t", Orders.Reserved("cpus", 1)), 3, version: 1));
        Assert.That(Updates(bench)[^1].Status.State, Is.EqualTo(State.OperationFinished));
    }

    [Test]
    public void Launch_OnAnOldVersion_IsDropped()
    {
        var bench = Start();
        bench.Hear(Orders.Apply(Orders.Reserve("r", Orders.Reserved("cpus", 9)), 1));
        var launch = Make.Launch(Make.Task(), Make.Framework("f1", FrameworkInfo.Types.Capability.Types.Type.PartitionAware));
        launch.Launch.ResourceVersion = 0;
        bench.Hear(launch);

        Assert.That((bench.Pending()!.State, bench.Pending()!.Reason),
            Is.EqualTo((TaskState.TaskDropped, TaskStatus.Types.Reason.InvalidOffers)));
        Assert.That(bench.Effects<LaunchContainer>(), Is.Empty);
    }

    [Test]
    public void Volume_IsFinishedWhenItsDirectoryIs()
    {
        var bench = Start();
        bench.Hear(Orders.Apply(Orders.Reserve(null, Orders.Reserved("disk", 64)), 1));
        bench.Take();
        bench.Hear(Orders.Apply(Orders.Create("c", Orders.Volume(64, "v1")), 2));

        Assert.That(Updates(bench), Is.Empty);
        var order = bench.Effects<CreateVolumes>().Single();
        Assert.That(order.Volumes.Single(), Is.EqualTo(new VolumePath("volumes/roles/web/v1", false)));
        bench.Tell(new AgentMessage.VolumesReady(order.Operation, null));
        Assert.That(Updates(bench).Single().Status.State, Is.EqualTo(State.OperationFinished));
    }

    [Test]
    public void Volume_WhoseDirectoryCannotBeMade_IsDiskAgain()
    {
        var bench = Start();
        bench.Hear(Orders.Apply(Orders.Reserve(null, Orders.Reserved("disk", 64)), 1));
        bench.Hear(Orders.Apply(Orders.Create("c", Orders.Volume(64, "v1")), 2));
        bench.Tell(new AgentMessage.VolumesReady(bench.Effects<CreateVolumes>().Single().Operation, "disk full"));

        Assert.That(Updates(bench)[^1].Status.State, Is.EqualTo(State.OperationFailed));
        Assert.That(Updates(bench)[^1].Status.Message, Is.EqualTo("disk full"));
        Assert.That(bench.Core.View().Total.PersistentVolumes(), Is.Empty);
        Assert.That(Resources(bench).Single().ResourceVersion, Is.EqualTo(1));
        Assert.That(ResourceReader.Read(Resources(bench).Single().CheckpointedResources).Bag.ScalarOf("disk"),
            Is.EqualTo(new Scalar(64_000)));
    }

    [Test]
    public void Volume_WhoseDirectoryCannotBeMadeWhileTheAgentRegisters_IsToldOfAfterwards()
    {
        var bench = Start();
        bench.Hear(Orders.Apply(Orders.Reserve(null, Orders.Reserved("disk", 64)), 1));
        bench.Hear(Orders.Apply(Orders.Create("c", Orders.Volume(64, "v1")), 2));
        var restarted = bench.Restart();
        while (!restarted.Effects<ConnectToMaster>().Any())
        {
            restarted.Pass(TimeSpan.FromMilliseconds(10));
        }
        restarted.Tell(new AgentMessage.VolumesReady(restarted.Effects<CreateVolumes>().Single().Operation, "disk full"));
        restarted.Register();

        Assert.That(restarted.Effects<ConnectToMaster>().Single().Subscribe.Subscribe.ResourceVersion, Is.Zero);
        Assert.That(Resources(restarted).Single().ResourceVersion, Is.EqualTo(1), "else every later operation would be dropped");
        Assert.That(Resources(restarted.Restart().Register()), Is.Empty, "nothing has changed");
    }

    [Test]
    public void Restart_KeepsReservationsVolumesAndStatuses()
    {
        var bench = WithVolume(Start());
        bench.Hear(Orders.Apply(Orders.Reserve("r", Orders.Reserved("cpus", 1)), 3));
        var restarted = bench.Restart().Register();
        var subscribe = restarted.Effects<ConnectToMaster>().Last().Subscribe.Subscribe;

        Assert.That(ResourceReader.Read(subscribe.CheckpointedResources).Bag.PersistentVolumes().Single().Kind.Disk!.PersistenceId,
            Is.EqualTo("v1"));
        Assert.That(subscribe.Operations.Single().Info.Id.Value, Is.EqualTo("r"));
        Assert.That(Updates(restarted).Single().Status.State, Is.EqualTo(State.OperationFinished));
        Assert.That(restarted.Core.CaptureState(), Is.EqualTo(bench.Core.CaptureState()));
    }

    [Test]
    public void Restart_BeforeTheDirectoryWasReady_MakesItAgain()
    {
        var bench = Start();
        bench.Hear(Orders.Apply(Orders.Reserve(null, Orders.Reserved("disk", 64)), 1));
        bench.Hear(Orders.Apply(Orders.Create("c", Orders.Volume(64, "v1")), 2));
        var restarted = bench.Restart();
        restarted.Register();
        restarted.Tell(new AgentMessage.VolumesReady(restarted.Effects<CreateVolumes>().Single().Operation, null));

        Assert.That(Updates(restarted).Single().Status.State, Is.EqualTo(State.OperationFinished));
    }

    [Test]
    public void Restart_AfterAVolumeWasMadeAnew_DoesNotRemoveTheNewOne()
    {
        var bench = WithVolume(Start());
        bench.Hear(Orders.Apply(Orders.Destroy("d", Orders.Volume(64, "v1")), 3));
        bench.Hear(Orders.Apply(Orders.Create("c", Orders.Volume(64, "v1")), 4));
        var restarted = bench.Restart();

        Assert.That(restarted.Effects<RemoveVolumes>().Single().Volumes, Is.Empty);
        Assert.That(restarted.Effects<CreateVolumes>().Single().Volumes, Has.Count.EqualTo(1));
    }

    [Test, Category("case 186")]
    public void Restart_WithResourcesThatCannotHoldTheVolume_IsRefused()
    {
        var bench = WithVolume(Start());
        var small = Make.Settings("cpus:8;mem:8192;disk:10");

        Assert.That(() => new Bench(small, bench.Journal.ToList(), bench.Now),
            Throws.TypeOf<AgentStartException>()
                .With.Message.Contains("Incompatible agent resources: cpus:8; mem:8192; disk:10 does not contain disk:64"));
        Assert.That(() => new Bench(Make.Settings("cpus:16;mem:8192;disk:10000"), bench.Journal.ToList(), bench.Now), Throws.Nothing);
    }

    [Test]
    public void Reconciliation_OfWhatIsUnknown_IsAnsweredDropped()
    {
        var bench = Start();
        bench.Hear(Orders.Reconcile(9, "x"));

        Assert.That((Updates(bench).Single().Status.State, Updates(bench).Single().Status.Uuid),
            Is.EqualTo((State.OperationDropped, (UUID?)null)));
    }

    [Test]
    public void FrameworkGone_EndsItsStatuses()
    {
        var bench = Start();
        bench.Hear(Orders.Apply(Orders.Reserve("r", Orders.Reserved("cpus", 2)), 1));
        bench.Hear(Make.ShutDownFramework());
        bench.Take();
        bench.Pass(TimeSpan.FromMinutes(1));

        Assert.That(Updates(bench), Is.Empty);
        Assert.That(bench.Core.View().Total.Reserved(), Is.Not.Empty);
    }

    [Test]
    public void Snapshot_HoldsWhatOperationsMade()
    {
        var settings = Make.Settings() with { SnapshotEvery = 1 };
        var bench = WithVolume(new Bench(settings).Register());

        bench.Hear(Orders.Apply(Orders.Reserve("r", Orders.Reserved("cpus", 9)), 3));
        var core = new AgentCore(settings, new SeededRandom(1));
        core.Recover(
            new Storage.Recovery(new Storage.Snapshot(bench.Journal.Count, bench.Effects<SaveSnapshot>().Last().State), [],
                bench.Journal.Count),
            bench.Now, new Effects());

        Assert.That(core.CaptureState(), Is.EqualTo(bench.Core.CaptureState()));
        Assert.That(core.View().Total.PersistentVolumes(), Is.Not.Empty);
    }

    [Test]
    public void Task_WithAVolume_GetsALinkToIt()
    {
        var bench = WithVolume(Start());
        var task = Make.Task();
        task.Resources.Add(Orders.Volume(64, "v1"));
        bench.Hear(Make.Launch(task));

        var volume = bench.Effects<LaunchContainer>().Single().Spec.Volumes.Single();
        Assert.That((volume.ContainerPath, ((VolumeSource.Persistent)volume.Source).Volume.Directory),
            Is.EqualTo(("data", "volumes/roles/web/v1")));
    }

    [TestCase("/data/../etc", "without '..'")]
    [TestCase("a/../../b", "without '..'")]
    public void Task_WithAVolumeElsewhere_FailsWithAClearText(string path, string text)
    {
        var bench = WithVolume(Start());
        var task = Make.Task();
        task.Resources.Add(Orders.Volume(64, "v1", path));
        bench.Hear(Make.Launch(task));

        Assert.That((bench.Pending()!.State, bench.Pending()!.Message.Contains(text, StringComparison.Ordinal)),
            Is.EqualTo((TaskState.TaskFailed, true)));
    }

    [Test]
    public void Task_WithAVolumeThatIsNotThere_IsRefused()
    {
        var bench = Start();
        var task = Make.Task();
        task.Resources.Add(Orders.Volume(64, "v9"));
        bench.Hear(Make.Launch(task));

        Assert.That((bench.Pending()!.State, bench.Pending()!.Message.Contains("which the agent does not have", StringComparison.Ordinal)),
            Is.EqualTo((TaskState.TaskError, true)));
    }

    [Test, Category("case 190")]
    public void Revocable_Estimated_IsReportedAtOnceAndWithTheNextSubscription()
    {
        var bench = Start();
        var revocable = ResourceBag.Of(new ResourceEntry(new ResourceKind("cpus", revocable: true), new Scalar(4000)));
        bench.Tell(new AgentMessage.RevocableEstimated(revocable));

        Assert.That(ResourceReader.Read(Resources(bench).Single().OversubscribedResources).Bag, Is.EqualTo(revocable));
        Assert.That(bench.Core.View().Total.Revocable(), Is.EqualTo(revocable));
        bench.Tell(new AgentMessage.RevocableEstimated(revocable));
        Assert.That(Resources(bench), Has.Count.EqualTo(1), "no news");
    }
}
