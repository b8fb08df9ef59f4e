using Mesos.V1;
using Offerbook.Master.Tests.Core;
using Offerbook.Resources;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Operations;

/// <summary>Revocable resources that agents report on top of their own.</summary>
internal sealed class RevocableTests
{
    private MasterHarness _master = null!;
    private OperatingAgent _agent = null!;

    private static Resource Revocable(double cpus)
    {
        var resource = TestScheduler.Scalar("cpus", cpus);
        resource.Revocable = new Resource.Types.RevocableInfo();
        return resource;
    }

    [SetUp]
    public void Start()
    {
        _master = new MasterHarness();
        _agent = new OperatingAgent(_master);
        _agent.Oversubscribed.Add(Revocable(2));
        _agent.Subscribe();
    }

    [Test, Category("case 190")]
    public void Revocable_Reported_IsOfferedToWhoCanUseIt()
    {
        var careful = new TestScheduler(_master).Subscribe();
        Assert.That(_master.Offered().Revocable(), Is.Empty);
        Assert.That(_master.Offered().ScalarOf("cpus"), Is.EqualTo(new Scalar(4000)));
        careful.Decline(careful.Offers[^1], 3600);

        var bold = new TestScheduler(_master, TestScheduler.Framework("batch", 0, Capability.RevocableResources)).Subscribe();
        Assert.That(bold.Offers, Is.Not.Empty);
        Assert.That(_master.Offered().Revocable().ScalarOf("cpus"), Is.EqualTo(new Scalar(2000)));
    }

    [TestCase(3.0)]
    [TestCase(1.0)]
    [Category("case 190")]
    public void Revocable_Changed_RescindsTheOffersThatHoldSome(double cpus)
    {
        var bold = new TestScheduler(_master, TestScheduler.Framework("batch", 0, Capability.RevocableResources)).Subscribe();
        _agent.Oversubscribed[0] = Revocable(cpus);
        _agent.UpdateResources();

        Assert.That(bold.Events.Count(e => e.Type == EventType.Rescind), Is.EqualTo(1));
        Assert.That(_master.Offered().Revocable().ScalarOf("cpus"), Is.EqualTo(Scalar.FromUnits(cpus)));
    }

    [Test, Category("case 190")]
    public void Revocable_Changed_LeavesOtherOffersAlone()
    {
        var careful = new TestScheduler(_master).Subscribe();
        _agent.Oversubscribed[0] = Revocable(1);
        _agent.UpdateResources();

        Assert.That(careful.Events.Count(e => e.Type == EventType.Rescind), Is.Zero);
    }

    [Test, Category("case 112")]
    public void Revocable_CutUnderATask_LeavesTheTaskAlone()
    {
        var bold = new TestScheduler(_master, TestScheduler.Framework("batch", 0, Capability.RevocableResources)).Subscribe();
        var offer = bold.Offers[^1];
        var task = Ops.TaskOn(offer, "t");
        task.Resources[0] = Revocable(2);
        bold.Accept(offer, Ops.Launch(task));
        _agent.Oversubscribed.Clear();
        _agent.UpdateResources();

        Assert.That(bold.Updates, Is.Empty);
        Assert.That(_master.View.Agents.Single().Total.Revocable(), Is.Empty);
        _agent.Agent.Update(bold.Id!, "t", TaskState.TaskFinished);
        Assert.That(_master.Offered().Revocable(), Is.Empty);
    }

    [Test]
    public void OperationUnderWay_WhileTheEstimateChanges_IsNotForgotten()
    {
        var web = new TestScheduler(_master).Subscribe();
        web.Accept(web.Offers[^1], KitOperations.Reserve(null, Ops.Scalar("cpus", 1, "web")));
        _agent.Oversubscribed[0] = Revocable(1);
        _agent.UpdateResources();

        Assert.That(_master.View.Agents.Single().Total.Reserved("web").ScalarOf("cpus"), Is.EqualTo(new Scalar(1000)));
    }

    [Test]
    public void Revocable_IsNotReserved()
    {
        var bold = new TestScheduler(_master, TestScheduler.Framework("batch", 0, Capability.RevocableResources)).Subscribe();
        var reserved = Revocable(1);
        reserved.Reservations.Add(Ops.Scalar("cpus", 1, "batch").Reservations);
        bold.Accept(bold.Offers[^1], KitOperations.Reserve("r", reserved));

        Assert.That(bold.OperationUpdates().Single().Message, Does.Contain("Revocable resources cannot be reserved"));
    }
}
