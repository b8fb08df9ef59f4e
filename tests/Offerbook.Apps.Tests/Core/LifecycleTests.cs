using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Core;

public sealed class LifecycleTests
{
    private const string Web = """{"id":"/g/web","cmd":"sleep 1000","cpus":0.1,"mem":16,"instances":2}""";

    [Test]
    public void CreateApp_WithOffers_RunsItsInstances()
    {
        var rig = new AppsRig();
        var reply = rig.Create(Web);

        Assert.Multiple(() =>
        {
            Assert.That(reply.Status, Is.EqualTo(201));
            Assert.That(reply.Body!["id"]!.ToString(), Is.EqualTo("/g/web"));
            Assert.That(reply.Body["deployments"]![0]!["id"]!.ToString(), Is.EqualTo(reply.Headers[0].Value));
            Assert.That(rig.Running("/g/web"), Is.EqualTo(2));
            Assert.That(rig.State.Deployments, Is.Empty);
            Assert.That(rig.State.Finished[^1].Succeeded, Is.True);
            Assert.That(rig.Master.IsSuppressed, Is.True, "nothing waits any more");
        });
    }

    [Test]
    public void CreateApp_WithHealthCheck_TellsEventsInOrder()
    {
        var rig = new AppsRig();
        rig.Events.Clear();
        rig.Create("""
            {"id":"/g/a","cmd":"x y","cpus":0.1,"mem":16,"healthChecks":[{"protocol":"HTTP","path":"/","intervalSeconds":5}]}
            """);
        Assert.That(rig.State.Deployments, Has.Count.EqualTo(1), "the deployment waits for health");
        rig.Advance(TimeSpan.FromSeconds(6));

        Assert.That(rig.EventTypes, Is.EqualTo(new[]
        {
            "deployment_info", "add_health_check_event", "deployment_step_success", "deployment_info", "instance_changed_event",
            "group_change_success", "api_post_event", "instance_changed_event", "status_update_event", "instance_changed_event",
            "health_status_changed_event", "instance_health_changed_event", "deployment_step_success", "deployment_success",
        }));
        var ids = rig.Events.Select(published => published.Id).ToList();
        Assert.That(ids, Is.EqualTo(Enumerable.Range((int)ids[0], ids.Count).Select(id => (long)id)), "ids are dense");
        Assert.That(rig.LastEvent("group_change_success")["groupId"]!.ToString(), Is.EqualTo("/g"));
    }

    [TestCase("""{"id":"/big","cmd":"sleep 1","instances":2147483647}""")]
    [TestCase("""{"id":"/big","cmd":"sleep 1","instances":8}""")]
    public void Instances_BeyondTheBoundOfAll_AreRefused(string app)
    {
        var rig = new AppsRig(AppsSettings.Default with { MinReviveInterval = TimeSpan.Zero, MaxInstances = 9 });
        rig.Create(Web);

        var refused = rig.Create(app);
        Assert.That(refused.Status, Is.EqualTo(422));
        Assert.That(refused.Body!.ToString(), Does.Contain("more than the 9 of --max_instances"));
        Assert.That(rig.Update("/g/web", """{"instances":10}""").Status, Is.EqualTo(422));
        Assert.That(rig.Update("/g/web", """{"instances":9}""").Status, Is.EqualTo(200));
        Assert.That(rig.Update("/g/web", """{"instances":1}""").Status, Is.EqualTo(200));
    }

    /// <summary>Case 210.</summary>
    [Test]
    public void Versions_InUse_OutliveTheBound_AndGoWhenTheyAreNot()
    {
        var rig = new AppsRig(AppsSettings.Default with { MinReviveInterval = TimeSpan.Zero, MaxVersions = 2 });
        int Kept() => rig.State.Versions[PathId.Parse("/a")].Count;
        rig.Create("""{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":1}""");
        var used = rig.Of("/a").Single().Version;
        for (var cpus = 64; cpus < 70; cpus++)
        {
            // None of these fits, and so the first goes on running.
            rig.Update("/a", $$"""{"cpus":{{cpus}}}""", force: true);
            Assert.That(rig.State.Versions[PathId.Parse("/a")].Select(version => version.Version), Does.Contain(used));
            Assert.That(Kept(), Is.AtMost(3), "the first, what waits for offers, and the newest");
        }
        rig.Update("/a", """{"cpus":0.2}""", force: true);
        rig.Advance(TimeSpan.FromSeconds(30));
        Assert.That(rig.Of("/a").Single(instance => instance.IsActive).Version, Is.Not.EqualTo(used));

        rig.Update("/a", """{"cpus":0.3}""");
        Assert.That(Kept(), Is.EqualTo(2));
        Assert.That(rig.State.Versions[PathId.Parse("/a")].Select(version => version.Version), Does.Not.Contain(used));
    }

    [Test]
    public void CreateApp_ThatExists_IsRefusedWithoutDeployments()
    {
        var rig = new AppsRig();
        rig.Create(Web);
        var reply = rig.Create(Web);
        Assert.That(reply.Status, Is.EqualTo(409));
        Assert.That(reply.Body!.ToString(), Does.Contain("An app with id [/g/web] already exists.").And.Not.Contain("deployments"));
    }

    [Test]
    public void Scale_UpAndDown_StartsAndKillsInstances()
    {
        var rig = new AppsRig();
        rig.Create(Web);
        rig.Update("/g/web", """{"instances":5}""");
        Assert.That(rig.Running("/g/web"), Is.EqualTo(5));
        var first = rig.Of("/g/web").Select(instance => instance.Id).ToHashSet();

        rig.Update("/g/web", """{"instances":1}""");
        Assert.That(rig.Running("/g/web"), Is.EqualTo(1));
        Assert.That(first, Does.Contain(rig.Of("/g/web")[0].Id));
        Assert.That(rig.Master.Live.Count(), Is.EqualTo(1));
    }

    [Test]
    public void Scale_ToZero_KeepsTheApp()
    {
        var rig = new AppsRig();
        rig.Create(Web);
        rig.Update("/g/web", """{"instances":0}""");
        Assert.That(rig.Of("/g/web"), Is.Empty);
        Assert.That(rig.State.Root.FindApp(Apps.Specs.PathId.Parse("/g/web")), Is.Not.Null);
    }

    [Test]
    public void Delete_RunningApp_EndsEverythingOfIt()
    {
        var rig = new AppsRig();
        rig.Create(Web);
        rig.Events.Clear();
        var reply = rig.Call(new ApiCall.DeleteApp("/g/web", true));
        Assert.Multiple(() =>
        {
            Assert.That(reply.Status, Is.EqualTo(200));
            Assert.That(rig.Master.Live, Is.Empty);
            Assert.That(rig.State.Versions, Is.Empty);
            Assert.That(rig.EventTypes, Does.Contain("app_terminated_event"));
            Assert.That(rig.EventTypes[^1], Is.EqualTo("deployment_success"));
        });
    }

    [Test]
    public void Delete_AppThatWaitsForOffers_LeavesNothing()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"sleep 9","cpus":100,"instances":3}""");
        Assert.That(rig.Call(new ApiCall.DeleteApp("/a", true)).Status, Is.EqualTo(200));
        Assert.That(rig.State.Instances.Count, Is.Zero);
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.View.Queue, Is.Empty);
        Assert.That(rig.Master.IsSuppressed, Is.True);
    }

    [Test]
    public void Update_ThatChangesNothing_SucceedsWithAnEmptyPlan()
    {
        var rig = new AppsRig();
        rig.Create(Web);
        var tasks = rig.Of("/g/web").Select(instance => instance.Task).ToList();
        rig.Events.Clear();
        var reply = rig.Update("/g/web", """{"cmd":"sleep 1000"}""");
        Assert.That(reply.Status, Is.EqualTo(200));
        Assert.That(reply.Body!["deploymentId"]!.ToString(), Is.EqualTo((string)rig.LastEvent("deployment_success")["id"]!));
        Assert.That(rig.Of("/g/web").Select(instance => instance.Task), Is.EqualTo(tasks));
    }

    [Test]
    public void KillTask_WithoutScale_RelaunchesTheSameInstance()
    {
        var rig = new AppsRig();
        rig.Create(Web);
        var victim = rig.Of("/g/web")[0];
        rig.Events.Clear();
        var reply = rig.Call(new ApiCall.KillAppTasks("/g/web", victim.Task.Value, null, false, false, false));
        Assert.Multiple(() =>
        {
            Assert.That((string)reply.Body!["task"]!["id"]!, Is.EqualTo(victim.Task.Value));
            var again = rig.State.Instances.Find(victim.Id)!;
            Assert.That(again.Incarnation, Is.EqualTo(2));
            Assert.That(again.Condition, Is.EqualTo(Condition.Running));
            Assert.That(rig.EventTypes.Take(4),
                Is.EqualTo(new[] { "status_update_event", "instance_changed_event", "instance_changed_event", "status_update_event" }));
            Assert.That(rig.EventTypes, Does.Not.Contain("deployment_info"));
        });
    }

    [Test]
    public void KillTask_WithScale_LowersTheTarget()
    {
        var rig = new AppsRig();
        rig.Create(Web);
        var victim = rig.Of("/g/web")[0];
        var reply = rig.Call(new ApiCall.KillTasks(new JObject { ["ids"] = new JArray(victim.Task.Value) }, true, false, false));
        Assert.Multiple(() =>
        {
            Assert.That(reply.Body!["deploymentId"], Is.Not.Null);
            Assert.That(rig.State.Instances.Find(victim.Id), Is.Null);
            Assert.That(rig.Running("/g/web"), Is.EqualTo(1));
        });
    }

    [Test]
    public void Task_ThatFails_IsLaunchedAgainAfterItsBackOff()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"false x","cpus":0.1,"mem":16,"backoffSeconds":10,"backoffFactor":2}""");
        var task = rig.Of("/a")[0];
        rig.Master.Update(task.Task.Value, TaskState.TaskFailed, message: "exit 1");
        rig.Run();
        Assert.That(rig.Of("/a")[0].Condition, Is.EqualTo(Condition.Scheduled));
        rig.Advance(TimeSpan.FromSeconds(9.5));
        Assert.That(rig.Of("/a")[0].Condition, Is.EqualTo(Condition.Scheduled), "still held back");
        rig.Advance(TimeSpan.FromSeconds(0.6));
        Assert.That(rig.Of("/a")[0], Has.Property("Condition").EqualTo(Condition.Running).And.Property("Incarnation").EqualTo(2));
        Assert.That(rig.State.Failures.Values.Single().Message, Is.EqualTo("exit 1"));

        rig.Master.Update(rig.Of("/a")[0].Task.Value, TaskState.TaskFinished);
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(19));
        Assert.That(rig.Of("/a")[0].Condition, Is.EqualTo(Condition.Scheduled), "the second failure waits twice as long");
        Assert.That(rig.Call(new ApiCall.ResetDelay("/a")).Status, Is.EqualTo(204));
        rig.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That(rig.Of("/a")[0].Condition, Is.EqualTo(Condition.Running));
    }

    [Test]
    public void Task_OnLostAgent_IsReplacedAndKilledWhenItComesBack()
    {
        var rig = new AppsRig();
        rig.Create(Web);
        var lost = rig.Of("/g/web")[0];
        rig.Master.Update(lost.Task.Value, TaskState.TaskUnreachable);
        rig.Run();
        Assert.That(rig.State.Instances.Find(lost.Id), Is.Null);
        Assert.That(rig.Running("/g/web"), Is.EqualTo(2));

        rig.Master.Update(lost.Task.Value, TaskState.TaskRunning);
        rig.Run();
        Assert.That(rig.Master.Tasks[lost.Task.Value].State, Is.EqualTo(TaskState.TaskKilled));
        Assert.That(rig.Running("/g/web"), Is.EqualTo(2));
    }

    [Test]
    public void Task_OnLostAgentWithPatience_IsWaitedForThenReplacedThenForgotten()
    {
        var rig = new AppsRig();
        rig.Create("""
            {"id":"/a","cmd":"sleep 9","cpus":0.1,"mem":16,"unreachableStrategy":{"inactiveAfterSeconds":60,"expungeAfterSeconds":600}}
            """);
        var lost = rig.Of("/a")[0];
        rig.Master.Update(lost.Task.Value, TaskState.TaskUnreachable);
        rig.Run();
        Assert.That(rig.Of("/a").Single().Condition, Is.EqualTo(Condition.Unreachable));
        rig.Advance(TimeSpan.FromSeconds(70));
        Assert.That(rig.Of("/a").Select(instance => instance.Condition),
            Is.EquivalentTo(new[] { Condition.UnreachableInactive, Condition.Running }));
        rig.Advance(TimeSpan.FromSeconds(600));
        Assert.That(rig.Of("/a").Single().Condition, Is.EqualTo(Condition.Running));
    }

    [Test]
    public void Launch_ThatNobodyConfirms_IsKilledAndTriedAgain()
    {
        var rig = new AppsRig();
        rig.Master.OnLaunch = _ => null;
        rig.Create("""{"id":"/a","cmd":"sleep 9","cpus":0.1,"mem":16}""");
        Assert.That(rig.Of("/a")[0].Condition, Is.EqualTo(Condition.Provisioned));
        rig.Master.OnLaunch = _ => TaskState.TaskRunning;
        rig.Advance(TimeSpan.FromSeconds(620));
        Assert.That(rig.Of("/a")[0], Has.Property("Condition").EqualTo(Condition.Running).And.Property("Incarnation").EqualTo(2));
    }

    [Test]
    public void Kill_ThatIsNotConfirmed_IsRepeated()
    {
        var rig = new AppsRig();
        rig.Create(Web);
        rig.Master.KillsAtOnce = false;
        rig.Update("/g/web", """{"instances":1}""");
        rig.Advance(TimeSpan.FromSeconds(100));
        Assert.That(rig.Master.Calls.Count(call => call.Type == Mesos.V1.Scheduler.Call.Types.Type.Kill), Is.EqualTo(3).Or.EqualTo(4));
        Assert.That(rig.State.Deployments, Has.Count.EqualTo(1), "it waits for the kill");
        rig.Master.Update(rig.Of("/g/web").Single(instance => instance.Goal == Goal.Decommissioned).Task.Value, TaskState.TaskKilled);
        rig.Run();
        Assert.That(rig.State.Deployments, Is.Empty);
    }

    [Test]
    public void Launch_ThatTheMasterRefuses_CountsAsFailure()
    {
        var rig = new AppsRig();
        rig.Master.OnLaunch = _ => TaskState.TaskError;
        rig.Create("""{"id":"/a","cmd":"sleep 9","cpus":0.1,"mem":16,"backoffSeconds":10}""");
        Assert.That(rig.Of("/a")[0].Condition, Is.EqualTo(Condition.Scheduled));
        Assert.That(rig.State.Delays, Has.Count.EqualTo(1));
    }
}
