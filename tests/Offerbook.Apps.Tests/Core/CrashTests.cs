using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Core;

/// <summary>The process is killed at every event of its journal, before and after the effects of that turn have left.</summary>
public sealed class CrashTests
{
    [Test]
    public void Process_KilledAtEveryJournalEvent_LosesNothingAndLaunchesNothingTwice() => CrashSweep.Run(Play, Check);

    [Test]
    public void State_AfterAnyHistory_IsTheFoldOfItsJournal()
    {
        var rig = new AppsRig();
        Play(rig);
        AssertSame(rig.State, rig.Replayed());
    }

    [Test]
    public void Snapshot_OfAnyState_RestoresIt()
    {
        var rig = new AppsRig(AppsSettings.Default with { EventsPerSnapshot = 7, MinReviveInterval = TimeSpan.Zero });
        Play(rig);
        Assert.That(rig.Snapshot, Is.Not.Null);
        var before = rig.State;
        rig.Boot();
        AssertSame(rig.State with { LastEventId = before.LastEventId }, before);
        Assert.That(rig.State.LastEventId, Is.GreaterThanOrEqualTo(before.LastEventId));
    }

    [Test]
    public void EventIds_AcrossARestart_StayDense()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"sleep 1"}""");
        rig.Boot();
        rig.Run();
        rig.Update("/a", """{"instances":2}""");
        Assert.That(rig.Events.Select(published => published.Id), Is.EqualTo(Enumerable.Range(1, rig.Events.Count).Select(id => (long)id)));
    }

    [Test]
    public void Deployment_InProgressAtACrash_GoesOnFromItsStep()
    {
        var rig = new AppsRig();
        rig.Create("""
            {"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":4,"upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0}}
            """);
        rig.Master.OnLaunch = _ => TaskState.TaskStarting;
        var id = (string)rig.Update("/a", """{"cmd":"sleep 2"}""").Body!["deploymentId"]!;
        var tasks = rig.Master.Tasks.Count;
        rig.Boot();
        rig.Run();
        Assert.That(rig.State.Deployments.Single().Id, Is.EqualTo(id));
        Assert.That(rig.Master.Tasks, Has.Count.EqualTo(tasks), "nothing is launched twice");
        rig.Master.OnLaunch = _ => TaskState.TaskRunning;
        foreach (var task in rig.Master.Live.Where(task => task.State == TaskState.TaskStarting).ToList())
        {
            rig.Master.Update(task.Id, TaskState.TaskRunning);
        }
        rig.Run();
        Assert.That(rig.State.Finished[^1], Has.Property("Id").EqualTo(id).And.Property("Succeeded").True);
        Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.EqualTo(Enumerable.Repeat("sleep 2", 4)));
    }

    [Test]
    public void Framework_AfterARestart_KeepsItsId()
    {
        var rig = new AppsRig();
        rig.Boot();
        rig.Run();
        Assert.That(rig.State.Framework!.Value.Value, Is.EqualTo("framework-1"));
        Assert.That(rig.EventTypes, Does.Contain("scheduler_reregistered_event"));
    }

    [Test]
    public void Task_ThatTheFrameworkDoesNotKnow_IsKilled()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"sleep 1"}""");
        var info = rig.Master.Tasks.Values.Single().Info.Clone();
        info.TaskId.Value = "b.instance-00000000-0000-1000-8000-000000000000._app.1";
        rig.Master.Send(new FakeTask(info, "host-a").Status(TaskState.TaskRunning, null, "", uuid: false));
        rig.Run();
        Assert.That(rig.Master.Calls.Where(call => call.Kill is not null).Select(call => call.Kill.TaskId.Value),
            Is.EqualTo(new[] { info.TaskId.Value }));
    }

    private static void Play(AppsRig rig)
    {
        rig.PutGroup("/shop", """
            {"apps":[
              {"id":"db","cmd":"run 1","cpus":0.1,"mem":16},
              {"id":"web","cmd":"run 1","cpus":0.1,"mem":16,"instances":3,"dependencies":["db"],
               "upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0.4}}]}
            """);
        Settle(rig);
        rig.Update("/shop/web", """{"cmd":"run 2"}""", force: true);
        Settle(rig);
        if (rig.Of("/shop/web").FirstOrDefault(instance => instance.Condition == Condition.Running) is { } task)
        {
            rig.Call(new ApiCall.KillAppTasks("/shop/web", task.Task.Value, null, false, false, false));
        }
        Settle(rig);
        rig.Update("/shop/db", """{"instances":2}""", force: true);
        Settle(rig);
        if (rig.Master.Live.FirstOrDefault(live => live.App == "shop_db") is { } db)
        {
            rig.Master.Update(db.Id, TaskState.TaskFailed);
        }
        Settle(rig);
        rig.Update("/shop/web", """{"instances":1}""", force: true);
        Settle(rig);
        rig.Call(new ApiCall.DeleteApp("/shop/db", true));
        Settle(rig);
    }

    /// <summary>Long enough for back-offs, repeated kills and reconciliation.</summary>
    private static void Settle(AppsRig rig)
    {
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(45));
    }

    private static void Check(AppsRig rig, string when)
    {
        Assert.Multiple(() =>
        {
            Assert.That(rig.State.Deployments, Is.Empty, when);
            Assert.That(rig.Running("/shop/web"), Is.EqualTo(1), when);
            Assert.That(rig.Of("/shop/db"), Is.Empty, when);
            Assert.That(rig.Master.Live.Select(task => task.Id),
                Is.EqualTo(rig.State.Instances.All.Select(instance => instance.Task.Value)), when);
            Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.EqualTo(new[] { "run 2" }), when);
        });
        AssertSame(rig.State, rig.Replayed());
    }

    private static void AssertSame(AppsState left, AppsState right)
    {
        Assert.Multiple(() =>
        {
            Assert.That(right.Framework, Is.EqualTo(left.Framework));
            Assert.That(right.Root.Apps, Is.EqualTo(left.Root.Apps));
            Assert.That(right.Roots.Select(root => root.Version), Is.EqualTo(left.Roots.Select(root => root.Version)));
            Assert.That(right.Instances.All, Is.EqualTo(left.Instances.All));
            Assert.That(right.Versions.SelectMany(versions => versions.Value),
                Is.EqualTo(left.Versions.SelectMany(versions => versions.Value)));
            Assert.That(right.Deployments.Select(deployment => deployment.Id),
                Is.EqualTo(left.Deployments.Select(deployment => deployment.Id)));
            Assert.That(right.Finished.Select(outcome => (outcome.Id, outcome.Reason)),
                Is.EqualTo(left.Finished.Select(outcome => (outcome.Id, outcome.Reason))));
            Assert.That(right.Delays, Is.EqualTo(left.Delays));
        });
    }
}
