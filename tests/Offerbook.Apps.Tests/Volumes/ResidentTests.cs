using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Volumes;

/// <summary>Apps and pods with persistent volumes, against a master that carries out reservations (cases 205, 206, 190).</summary>
[Property("case", 205)]
public sealed class ResidentTests
{
    private const string Db = """
        {"id":"/shop/db","cmd":"serve","cpus":1,"mem":64,"instances":2,"role":"shop",
         "container":{"type":"MESOS","volumes":[{"containerPath":"data","mode":"RW","persistent":{"size":100}}]}}
        """;

    [Test]
    public void App_WithAVolume_ReservesThenLaunchesOnIt()
    {
        var rig = new AppsRig();
        var created = rig.Create(Db);
        Assert.That(created.Status, Is.EqualTo(201), created.Body?.ToString());
        Assert.That(rig.Running("/shop/db"), Is.EqualTo(2));
        Assert.That(rig.State.Deployments, Is.Empty);
        var operations = rig.Master.Calls.Where(call => call.Accept is not null).SelectMany(call => call.Accept.Operations)
            .Select(operation => operation.Type).ToList();
        Assert.That(operations[0], Is.EqualTo(Offer.Types.Operation.Types.Type.Reserve));
        Assert.That(operations[1], Is.EqualTo(Offer.Types.Operation.Types.Type.Create));
        foreach (var instance in rig.Of("/shop/db"))
        {
            var task = rig.Master.Tasks[instance.Task.Value].Info;
            var volume = task.Resources.Single(resource => resource.Disk is { Persistence: not null });
            Assert.That(volume.Disk!.Persistence.Id, Does.Match("^shop_db#data#[-0-9a-f]{36}$"));
            Assert.That(volume.Disk.Volume.ContainerPath, Is.EqualTo("data"));
            Assert.That(volume.Reservations.Single().Role, Is.EqualTo("shop"));
            var labels = volume.Reservations.Single().Labels!.Labels_.ToDictionary(label => label.Key, label => label.Value);
            Assert.That(labels,
                Is.EqualTo(new Dictionary<string, string> { ["marathon_framework_id"] = "framework-1",
                    ["marathon_task_id"] = instance.Id.Value }));
            Assert.That(task.Resources.All(resource => resource.Reservations.Count == 1), "all of it is reserved");
            Assert.That(
                (string?)TaskWriter.Write((AppDefinition)rig.State.DefinitionOf(instance), instance)
                    .SelectToken("localVolumes[0].persistenceId"),
                Is.EqualTo(volume.Disk.Persistence.Id));
        }
    }

    [Test]
    public void Task_ThatFails_IsLaunchedAgainWhereItsVolumeIs()
    {
        var rig = new AppsRig();
        rig.Create(Db);
        var before = rig.Of("/shop/db")[0];
        rig.Master.Update(before.Task.Value, TaskState.TaskFailed);
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(3));
        var after = rig.Of("/shop/db").Single(instance => instance.Id == before.Id);
        Assert.That((after.Condition, after.Incarnation, after.Placement!.Agent),
            Is.EqualTo((Condition.Running, 2, before.Placement!.Agent)));
        Assert.That(VolumesOf(rig, after), Is.EqualTo(VolumesOf(rig, before)));
    }

    [Test]
    public void App_ScaledDownAndUp_KeepsItsInstancesAndVolumes()
    {
        var rig = new AppsRig();
        rig.Create(Db.Replace("\"instances\":2", "\"instances\":4"));
        var ids = rig.Of("/shop/db").Select(instance => instance.Id).ToList();
        var volumes = Volumes(rig);
        rig.Update("/shop/db", """{"instances":0}""");
        Assert.That(rig.Master.Live, Is.Empty);
        Assert.That(rig.Of("/shop/db").Select(instance => (instance.Goal, instance.IsActive)), Is.All.EqualTo((Goal.Stopped, false)));
        rig.Update("/shop/db", """{"instances":4}""");
        Assert.That(rig.Running("/shop/db"), Is.EqualTo(4));
        Assert.That(rig.Of("/shop/db").Select(instance => instance.Id), Is.EqualTo(ids));
        Assert.That(Volumes(rig), Is.EqualTo(volumes), "no volume was made anew");
    }

    [Test]
    public void App_WithAnotherConfiguration_KeepsItsVolumes()
    {
        var rig = new AppsRig();
        rig.Create(Db);
        var volumes = Volumes(rig);
        var changed = rig.Update("/shop/db", """{"cmd":"serve better"}""");
        Assert.That(changed.Status, Is.EqualTo(200), changed.Body?.ToString());
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.EqualTo(new[] { "serve better", "serve better" }));
        Assert.That(rig.Of("/shop/db").Select(instance => instance.Incarnation), Is.All.EqualTo(2));
        Assert.That(Volumes(rig), Is.EqualTo(volumes));
    }

    [Test]
    public void App_Deleted_GivesEverythingBack()
    {
        var rig = new AppsRig();
        rig.Create(Db);
        rig.Call(new ApiCall.DeleteApp("/shop/db", true));
        Assert.That(rig.Master.Live, Is.Empty);
        Assert.That(rig.Of("/shop/db"), Is.Empty);
        Assert.That(Volumes(rig), Is.Empty);
        Assert.That(rig.Master.Agent("host-a").Total.ToString() + rig.Master.Agent("host-b").Total, Does.Not.Contain("DYNAMIC"));
        Assert.That(rig.State.Releases, Is.Empty);
        Assert.That(rig.Master.IsSuppressed, "nothing is wanted any more");
    }

    [Test]
    public void Task_KilledWithWipe_LosesItsVolume()
    {
        var rig = new AppsRig();
        rig.Create(Db);
        var first = rig.Of("/shop/db")[0];
        rig.Call(new ApiCall.KillAppTasks("/shop/db", first.Task.Value, null, false, Wipe: true, false));
        Assert.That(rig.Of("/shop/db").Select(instance => instance.Id), Does.Not.Contain(first.Id));
        Assert.That(rig.Running("/shop/db"), Is.EqualTo(2));
        Assert.That(Volumes(rig), Has.Count.EqualTo(2));
        Assert.That(Volumes(rig), Does.Not.Contain(first.Reservation!.Volumes[0].PersistenceId));
    }

    [Test]
    [Property("case", 206)]
    public void Agent_GoneByOperator_LosesTheReservationAndTheInstanceMoves()
    {
        var rig = new AppsRig();
        rig.Create(Db.Replace("\"instances\":2", "\"instances\":1"));
        var before = rig.Of("/shop/db")[0];
        rig.Master.Update(before.Task.Value, TaskState.TaskGoneByOperator);
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(3));
        var after = rig.Of("/shop/db").Single();
        Assert.That((after.Id, after.Condition), Is.EqualTo((before.Id, Condition.Running)));
        Assert.That(after.Incarnation, Is.GreaterThan(1));
        Assert.That(after.Reservation!.Volumes, Is.Not.EqualTo(before.Reservation!.Volumes));
    }

    /// <summary>There is no task that the master could tell of: Apps must ask. Seed 7 of the simulator waited for ever.</summary>
    [TestCase(0, TestName = "Agent_GoneByOperatorWhileItsInstanceIsSuspended_IsNotWaitedFor")]
    [TestCase(1, TestName = "Agent_GoneByOperatorWhileItsInstanceIsHeldBack_IsNotWaitedFor")]
    [Property("case", 206)]
    public void Agent_GoneWithoutATask(int wanted)
    {
        var rig = new AppsRig();
        rig.Create(Db.Replace("\"instances\":2", "\"instances\":1"));
        var before = rig.Of("/shop/db").Single();
        if (wanted == 0)
        {
            rig.Update("/shop/db", """{"instances":0}""");
        }
        else
        {
            rig.Master.Offers = false;
            rig.Master.Update(before.Task.Value, TaskState.TaskFailed);
            rig.Run();
        }
        Assert.That(rig.Of("/shop/db").Single().IsActive, Is.False);
        rig.Master.GiveUp(before.Placement!.Host);
        rig.Master.Offers = true;
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(30));
        if (wanted == 0)
        {
            Assert.That(rig.Of("/shop/db"), Is.Empty, "what it held is gone");
            rig.Update("/shop/db", """{"instances":1}""");
            rig.Advance(TimeSpan.FromSeconds(3));
        }
        var after = rig.Of("/shop/db").Single();
        Assert.That((after.Id == before.Id, after.Condition), Is.EqualTo((false, Condition.Running)));
        Assert.That((after.Placement!.Host == before.Placement.Host, rig.State.Releases.IsEmpty), Is.EqualTo((false, true)));
    }

    /// <summary>A machine that was down for maintenance is another agent then. What it kept must not be taken for left over.</summary>
    [TestCase(false, TestName = "Agent_BackUnderAnotherId_GoesOnWithItsVolumes")]
    [TestCase(true, TestName = "Agent_BackUnderAnotherIdWhileItsInstanceIsSuspended_KeepsItsVolumes")]
    public void Agent_BackUnderAnotherId(bool suspended)
    {
        var rig = new AppsRig();
        rig.Create(Db.Replace("\"instances\":2", "\"instances\":1"));
        var (before, volumes) = (rig.Of("/shop/db").Single(), Volumes(rig));
        if (suspended)
        {
            rig.Update("/shop/db", """{"instances":0}""");
        }
        rig.Master.ComeBackAs(before.Placement!.Host, "another");
        rig.Create(Db.Replace("/shop/db", "/shop/other"));
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(3));
        rig.Update("/shop/db", """{"instances":1}""");
        rig.Advance(TimeSpan.FromSeconds(3));
        var after = rig.Of("/shop/db").Single();
        Assert.That((after.Id, after.Condition, after.Placement?.Agent.Value), Is.EqualTo((before.Id, Condition.Running, "another")));
        Assert.That(VolumesOf(rig, after), Is.EqualTo(volumes));
    }

    /// <summary>
    /// Whether an agent comes back that the master does not know any more cannot be known: only somebody who wipes what waits for it can
    /// say.
    /// </summary>
    [Test]
    public void Instance_WaitingForAnAgentThatTheMasterDoesNotKnow_IsReplacedWhenItIsWiped()
    {
        var rig = new AppsRig();
        rig.Create(Db.Replace("\"instances\":2", "\"instances\":1"));
        var before = rig.Of("/shop/db").Single();
        rig.Master.Offers = false;
        rig.Master.Update(before.Task.Value, TaskState.TaskFailed);
        rig.Run();
        rig.Master.Forget(before.Placement!.Host);
        rig.Master.Offers = true;
        rig.Advance(TimeSpan.FromMinutes(3));
        Assert.That(rig.Of("/shop/db").Single().Reservation, Is.EqualTo(before.Reservation! with { IsUsed = true }), "it may come back");

        var ids = new Newtonsoft.Json.Linq.JObject { ["ids"] = new Newtonsoft.Json.Linq.JArray(before.Task.Value) };
        Assert.That(rig.Call(new ApiCall.KillTasks(ids, false, Wipe: false, false)).Status, Is.EqualTo(200));
        Assert.That(rig.Of("/shop/db").Single().Id, Is.EqualTo(before.Id), "without wipe only tasks are meant");
        Assert.That(rig.Call(new ApiCall.KillTasks(ids, false, Wipe: true, false)).Status, Is.EqualTo(200));
        rig.Advance(TimeSpan.FromMinutes(2));
        var after = rig.Of("/shop/db").Single();
        Assert.That((after.Id == before.Id, after.Condition), Is.EqualTo((false, Condition.Running)));
        Assert.That((rig.State.Releases.Count, rig.Master.IsSuppressed), Is.EqualTo((0, true)), "nothing is waited for");
    }

    [Test]
    public void Agent_OutOfReach_IsWaitedForWithoutAReplacement()
    {
        var rig = new AppsRig();
        rig.Create(Db);
        var lost = rig.Of("/shop/db")[0];
        rig.Master.Update(lost.Task.Value, TaskState.TaskUnreachable);
        rig.Run();
        rig.Advance(TimeSpan.FromHours(2));
        Assert.That(rig.Of("/shop/db"), Has.Count.EqualTo(2));
        Assert.That(Volumes(rig), Has.Count.EqualTo(2));
        rig.Master.Update(lost.Task.Value, TaskState.TaskRunning);
        rig.Run();
        Assert.That(rig.Running("/shop/db"), Is.EqualTo(2));
    }

    /// <summary>
    /// What its task still uses is not offered, so an offer without it does not mean that it is gone. Seed 0x3a of the simulator, with apps
    /// of every kind, left it behind for ever.
    /// </summary>
    [TestCase(false, TestName = "App_DeletedWhileItsAgentIsOutOfReach_IsGivenBackWhenItsTaskHasEnded")]
    [TestCase(true, TestName = "App_DeletedWhileItsAgentIsOutOfReach_IsGivenBackByTheNextLeader")]
    public void App_DeletedWhileItsAgentIsOutOfReach(bool restarted)
    {
        var rig = new AppsRig();
        rig.Create(Db.Replace("\"instances\":2", "\"instances\":1"));
        var task = rig.Of("/shop/db").Single().Task.Value;
        (rig.Master.KillsAtOnce, rig.Master.Offers) = (false, false);
        rig.Master.Update(task, TaskState.TaskUnreachable);
        rig.Run();
        rig.Call(new ApiCall.DeleteApp("/shop/db", true));
        Assert.That((rig.Of("/shop/db").Count, rig.State.Releases.Count), Is.EqualTo((0, 1)));
        rig.Master.Update(task, TaskState.TaskRunning);
        rig.Master.Offers = true;
        if (restarted)
        {
            rig.Boot();
            Assert.That(rig.Master.MakeOffers(), "offered before the next leader has heard what runs");
        }
        rig.Run();
        rig.Advance(TimeSpan.FromMinutes(1));
        Assert.That((Volumes(rig).Count, rig.State.Releases.Count), Is.EqualTo((1, 1)), "its task still runs");
        rig.Master.Update(task, TaskState.TaskKilled);
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(10));
        Assert.That((Volumes(rig).Count, rig.State.Releases.Count, rig.Master.IsSuppressed), Is.EqualTo((0, 0, true)));
    }

    [Test]
    public void Reservation_ThatNeverComesBack_IsGivenUpAndUndoneWhenItTurnsUp()
    {
        var rig = new AppsRig();
        rig.Master.Offers = false;
        rig.Create(Db.Replace("\"instances\":2", "\"instances\":1"));
        rig.Master.Offers = true;
        Assert.That(rig.Master.MakeOffers());
        rig.Master.Offers = false;
        rig.Run();
        var waiting = rig.Of("/shop/db").Single();
        Assert.That((waiting.Condition, waiting.Reservation is not null), Is.EqualTo((Condition.Scheduled, true)));
        rig.Advance(TimeSpan.FromSeconds(30));
        Assert.That(rig.Of("/shop/db").Single().Id, Is.Not.EqualTo(waiting.Id), "20 s have passed");
        rig.Master.Offers = true;
        rig.Run();
        Assert.That(rig.Running("/shop/db"), Is.EqualTo(1));
        Assert.That(Volumes(rig), Has.Count.EqualTo(1));
    }

    [Test]
    [Property("case", 155)]
    public void Role_ChangedWithForce_StaysWithExistingInstancesOnly()
    {
        var rig = new AppsRig(AppsSettings.Default with { MinReviveInterval = TimeSpan.Zero, Role = "ops" });
        rig.Create(Db.Replace("\"instances\":2", "\"instances\":1"));
        var before = rig.Of("/shop/db").Single();
        var refused = rig.Update("/shop/db", """{"role":"ops"}""");
        Assert.That((refused.Status, (string?)refused.Body!.SelectToken("details[0].path")), Is.EqualTo((422, "/apps//shop/db/role")));
        Assert.That(rig.Update("/shop/db", """{"role":"ops"}""", force: true).Status, Is.EqualTo(200));
        rig.Advance(TimeSpan.FromSeconds(5));
        Assert.That((rig.Of("/shop/db").Single().Id, rig.Of("/shop/db").Single().Role, rig.Running("/shop/db")),
            Is.EqualTo((before.Id, "shop", 1)));
        rig.Update("/shop/db", """{"instances":2}""");
        rig.Advance(TimeSpan.FromSeconds(5));
        Assert.That(rig.Of("/shop/db").Single(instance => instance.Id != before.Id).Role, Is.EqualTo("ops"));
        Assert.That((rig.Running("/shop/db"), rig.State.Deployments.Count), Is.EqualTo((2, 0)));
    }

    [Test]
    [Property("case", 190)]
    public void Pod_WithAVolume_ReservesItForItsExecutorAndKeepsIt()
    {
        var rig = new AppsRig();
        var created = rig.CreatePod("""
            {"id":"/shop/pod","role":"shop","volumes":[{"name":"data","persistent":{"size":50}}],
             "containers":[{"name":"a","exec":{"command":{"shell":"x"}},"resources":{"cpus":0.1,"mem":32},"endpoints":[{"name":"web","hostPort":0}],
                            "volumeMounts":[{"name":"data","mountPath":"d"}]},
                           {"name":"b","exec":{"command":{"shell":"x"}},"resources":{"cpus":0.1,"mem":32},"volumeMounts":[{"name":"data","mountPath":"d"}]}]}
            """);
        Assert.That(created.Status, Is.EqualTo(201), created.Body?.ToString());
        Assert.That(rig.Running("/shop/pod"), Is.EqualTo(1));
        var before = rig.Of("/shop/pod").Single();
        Assert.That(rig.Master.Pods.Single().Executor.Resources.Count(resource => resource.Disk?.Persistence is not null), Is.EqualTo(1));
        Assert.That((string?)Tests.Pods.PodLifeTests.Status(rig, "/shop/pod").SelectToken("instances[0].localVolumes[0].containerPath"),
            Is.EqualTo("data"));
        rig.Master.Update(before.Id.Task(1, "a").Value, TaskState.TaskFailed);
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(3));
        var after = rig.Of("/shop/pod").Single();
        Assert.That((after.Incarnation, after.Reservation), Is.EqualTo((2, before.Reservation)));
        Assert.That(after.Condition, Is.EqualTo(Condition.Running));
    }

    [Test]
    public void Process_KilledAtEveryJournalEvent_LosesNoVolume()
    {
        var whole = new AppsRig();
        Play(whole);
        for (var events = 1; events <= whole.Journal.Count; events++)
        {
            foreach (var effectsLeave in new[] { false, true })
            {
                var rig = new AppsRig(boot: false) { CrashAt = (events, effectsLeave) };
                rig.Boot();
                rig.Run();
                Play(rig);
                var when = $"killed at event {events}, effects {(effectsLeave ? "left" : "lost")}";
                Assert.That(rig.Running("/shop/db"), Is.EqualTo(2), when);
                Assert.That(Volumes(rig),
                    Is.EquivalentTo(
                        rig.Of("/shop/db").SelectMany(instance => instance.Reservation!.Volumes).Select(volume => volume.PersistenceId)),
                            when);
                Assert.That(AppsCore.Fold(AppsSettings.Default, new Storage.Recovery(null, rig.Journal.ToArray(), rig.Journal.Count)),
                    Is.EqualTo(rig.Core.CaptureState()), when);
            }
        }
    }

    private static void Play(AppsRig rig)
    {
        foreach (var step in new Action[]
        {
            () => rig.Create(Db, force: true),
            () => rig.Update("/shop/db", """{"instances":1}""", force: true),
            () => rig.Update("/shop/db", """{"instances":2,"cmd":"serve 2"}""", force: true),
            () => rig.Create(Db.Replace("/shop/db", "/shop/gone"), force: true),
            () => rig.Call(new ApiCall.DeleteApp("/shop/gone", true)),
        })
        {
            step();
            rig.Run();
            rig.Advance(TimeSpan.FromSeconds(45));
        }
    }

    private static List<string> VolumesOf(AppsRig rig, Instance instance) => rig.Master.Tasks[instance.Task.Value].Info.Resources
        .Select(resource => resource.Disk?.Persistence?.Id).OfType<string>().ToList();

    private static List<string> Volumes(AppsRig rig) => new[] { "host-a", "host-b" }.SelectMany(host => rig.Master.Agent(host).Total)
        .Select(entry => entry.Kind.Disk?.PersistenceId).OfType<string>().Order(StringComparer.Ordinal).ToList();
}
