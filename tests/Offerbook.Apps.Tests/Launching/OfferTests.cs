using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Launching;

public sealed class OfferTests
{
    [Test]
    public void Offers_NobodyWants_AreSuppressedAndRevivedLater()
    {
        var rig = new AppsRig();
        Assert.That(rig.Master.IsSuppressed, Is.True);
        rig.Create("""{"id":"/a","cmd":"sleep 1","cpus":100}""");
        Assert.That(rig.Master.IsSuppressed, Is.False);
        var decline = rig.Master.Calls.Last(call => call.Type == Call.Types.Type.Decline).Decline;
        Assert.That(decline.Filters.RefuseSeconds, Is.EqualTo(120));
        Assert.That(rig.View.Queue.Values.Single().LastOffers.Values.First().Reasons, Is.EqualTo(new[] { "InsufficientCpus" }));
    }

    [Test]
    public void Offer_ThatFits_TakesSeveralInstancesUpToTheMaximum()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":12}""");
        var accepts = rig.Master.Calls.Where(call => call.Type == Call.Types.Type.Accept)
            .Select(call => call.Accept.Operations.Single().Launch.TaskInfos.Count).ToList();
        Assert.That(accepts.Sum(), Is.EqualTo(12));
        Assert.That(accepts.Max(), Is.EqualTo(5));
    }

    [Test]
    public void Offers_SharedByApps_GoRound()
    {
        var rig = new AppsRig();
        rig.Master.Offers = false;
        rig.PutGroup("/g", """
            {"apps":[{"id":"a","cmd":"sleep 1","cpus":4,"mem":16,"instances":9},{"id":"b","cmd":"sleep 1","cpus":4,"mem":16,"instances":9}]}
            """);
        rig.Master.Offers = true;
        rig.Run();
        Assert.That(rig.Master.Live.Count(), Is.EqualTo(8), "two agents of 16 cpus");
        Assert.That(rig.Running("/g/a"), Is.InRange(3, 5));
    }

    [Test]
    public void Launches_NobodyConfirms_AreBounded()
    {
        var rig = new AppsRig(AppsSettings.Default with { MaxLaunchesInFlight = 3, MinReviveInterval = TimeSpan.Zero });
        rig.Master.OnLaunch = _ => null;
        rig.Create("""{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":10}""");
        Assert.That(rig.Of("/a").Count(instance => instance.Condition == Condition.Provisioned), Is.EqualTo(3));
    }

    [Test]
    public void Revive_ManyWants_AreGatheredIntoOne()
    {
        var rig = new AppsRig(AppsSettings.Default);
        rig.Master.Offers = false;
        for (var i = 0; i < 10; i++)
        {
            rig.Create($$"""{"id":"/a{{i}}","cmd":"sleep 1","cpus":0.1,"mem":16}""");
        }
        rig.Advance(TimeSpan.FromSeconds(1));
        Assert.That(rig.Master.Calls.Count(call => call.Type == Call.Types.Type.Revive), Is.EqualTo(2));
    }

    [Test]
    public void App_WithARoleOfItsOwn_IsOfferedResourcesInThatRole()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16}""");
        var subscribed = rig.Master.Subscribed;
        Assert.That(rig.Create("""{"id":"/dev/a","cmd":"sleep 1","cpus":0.1,"mem":16,"role":"dev"}""").Status, Is.EqualTo(201));
        Assert.That(rig.Master.Roles, Is.EqualTo(new[] { "*", "dev" }));
        Assert.That(rig.Master.Subscribed, Is.EqualTo(subscribed + 1));
        Assert.That(rig.Running("/dev/a"), Is.EqualTo(1));
        Assert.That(rig.Master.Live.Single(task => task.App == "dev_a").Info.Resources.Select(resource => resource.AllocationInfo.Role),
            Is.All.EqualTo("dev"));
        Assert.That(rig.Running("/a"), Is.EqualTo(1), "what runs is not disturbed");
    }

    [Test]
    public void Unique_Constraint_WaitsForAnotherHost()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":3,"constraints":[["hostname","UNIQUE"]]}""");
        Assert.That(rig.Running("/a"), Is.EqualTo(2));
        Assert.That(rig.View.Queue.Values.Single().LastOffers.Values.Select(offer => offer.Reasons[0]),
            Is.All.EqualTo("UnfulfilledConstraint"));
        rig.Master.AddAgent("host-c");
        rig.Run();
        Assert.That(rig.Running("/a"), Is.EqualTo(3));
    }

    [Test]
    public void Reconciliation_OnceEveryTaskWasHeardOf_RestsForTenMinutes()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16}""");
        rig.Boot();
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(6));
        int Rounds() => rig.Master.Calls.Count(call => call.Type == Call.Types.Type.Reconcile);
        var rounds = Rounds();
        rig.Advance(TimeSpan.FromSeconds(590));
        Assert.That(Rounds(), Is.EqualTo(rounds));
        rig.Advance(TimeSpan.FromSeconds(20));
        Assert.That(Rounds(), Is.EqualTo(rounds + 1), "of all; it answers for everything, and nothing is left to be asked by name");
    }

    [Test]
    public void Master_ThatComesBack_IsAskedForEveryTask()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":2}""");
        rig.Master.IsUp = false;
        rig.Master.Disconnect();
        rig.Run();
        // While we are away one task ends; nobody tells.
        rig.Master.Live.First().State = TaskState.TaskFailed;
        rig.Master.IsUp = true;
        rig.Advance(TimeSpan.FromSeconds(30));
        Assert.That(rig.Running("/a"), Is.EqualTo(2));
        Assert.That(rig.Master.Live.Count(), Is.EqualTo(2));
        Assert.That(rig.EventTypes, Does.Contain("scheduler_disconnected_event").And.Contain("scheduler_reregistered_event"));
    }
}
