using Mesos.V1;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Deployments;

/// <summary>A deployment ends: by deadline or failures, by stopping, rolling back or holding.</summary>
public sealed class DeploymentLimitTests
{
    private const string App = """
        {"id":"/a","cmd":"good","cpus":0.1,"mem":16,"instances":4,"backoffSeconds":1,"backoffFactor":1,
         "upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0}}
        """;

    [Test]
    public void Deadline_Passed_FailsTheDeploymentWithItsReason()
    {
        var rig = Rig();
        var id = Update(rig, """{"cmd":"slow","deployment":{"deadlineSeconds":30}}""");
        rig.Advance(TimeSpan.FromSeconds(29));
        Assert.That(rig.State.FindDeployment(id), Is.Not.Null);
        rig.Advance(TimeSpan.FromSeconds(6));
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.State.Finished[^1].Reason, Is.EqualTo("/a was not done within 30 s"));
        var failed = rig.LastEvent("deployment_failed");
        Assert.That(((string)failed["id"]!, (string)failed["reason"]!), Is.EqualTo((id, "/a was not done within 30 s")));
    }

    [Test]
    public void Deadline_OfADeploymentThatGoesOnAfterARestart_StillCounts()
    {
        var rig = Rig();
        Update(rig, """{"cmd":"slow","deployment":{"deadlineSeconds":30}}""");
        rig.Advance(TimeSpan.FromSeconds(20));
        rig.Boot();
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(9));
        Assert.That(rig.State.Deployments, Has.Count.EqualTo(1));
        rig.Advance(TimeSpan.FromSeconds(6));
        Assert.That(rig.State.Deployments, Is.Empty);
    }

    [Test]
    public void Failures_OneMoreThanAllowed_FailTheDeployment()
    {
        var rig = Rig();
        var id = Update(rig, """{"cmd":"bad","deployment":{"maxFailures":3}}""");
        rig.Advance(TimeSpan.FromSeconds(20));
        Assert.That(rig.State.FindDeployment(id), Is.Null);
        Assert.That(rig.State.Finished[^1].Reason, Is.EqualTo("4 tasks of /a failed, more than the 3 allowed"));
        Assert.That(rig.EventTypes.Count(type => type is "deployment_success" or "deployment_failed"), Is.EqualTo(2),
            "one end for each of two deployments");
    }

    /// <summary>Seed 0x10cb8b: a task failed while its app waited to be removed, and the group came back.</summary>
    [Test]
    public void Failures_OfAnAppThatIsBeingRemoved_DoNotCount()
    {
        var rig = new AppsRig();
        rig.PutGroup("/g", """
            {"apps":[{"id":"a","cmd":"good","cpus":0.1,"mem":16,"deployment":{"maxFailures":0,"onFailure":"rollback"}},
                     {"id":"b","cmd":"good","cpus":0.1,"mem":16,"dependencies":["a"]}]}
            """);
        rig.Advance(TimeSpan.FromSeconds(2));
        rig.Master.KillsAtOnce = false;
        rig.Call(new ApiCall.DeleteGroup("/g", false));
        rig.Run();
        rig.Master.Update(rig.Of("/g/a").Single().Task.Value, TaskState.TaskFailed);
        rig.Run();
        Assert.That(rig.State.Root.FindApp(PathId.Parse("/g/a")), Is.Null, "it is not brought back");

        rig.Master.Update(rig.Of("/g/b").Single().Task.Value, TaskState.TaskKilled);
        rig.Master.KillsAtOnce = true;
        rig.Advance(TimeSpan.FromMinutes(1));
        Assert.That((rig.State.Deployments.Any(), rig.Master.Live), Is.EqualTo((false, Array.Empty<FakeTask>())));
    }

    [Test]
    public void Failures_OfTheOldVersion_DoNotCount()
    {
        var rig = Rig();
        Update(rig, """{"cmd":"slow","deployment":{"maxFailures":0}}""");
        rig.Master.Update(rig.Master.Live.First(task => task.Info.Command.Value == "good").Id, TaskState.TaskFailed);
        rig.Run();
        Assert.That(rig.State.Deployments, Has.Count.EqualTo(1));
    }

    [Test]
    public void Failures_OfHealthChecks_Count()
    {
        var rig = new AppsRig { Probe = probe => new ProbeResult.NoAnswer("refused") };
        rig.Create("""
            {"id":"/a","cmd":"x y","cpus":0.1,"mem":16,"deployment":{"maxFailures":0},
             "healthChecks":[{"protocol":"TCP","intervalSeconds":1,"gracePeriodSeconds":0,"maxConsecutiveFailures":1}]}
            """);
        rig.Advance(TimeSpan.FromSeconds(20));
        Assert.That(rig.State.Finished[^1].Reason, Does.StartWith("1 tasks of /a failed"));
    }

    [Test]
    public void Rollback_AfterFailures_ReusesWhatSurvives()
    {
        var rig = Rig();
        var before = rig.State.Root.FindApp(PathId.Parse("/a"))!;
        var survivors = rig.Of("/a").Select(instance => instance.Task).ToHashSet();
        var id = Update(rig, """{"cmd":"bad","deployment":{"maxFailures":2,"onFailure":"rollback"}}""");
        rig.Advance(TimeSpan.FromSeconds(30));
        var after = rig.State.Root.FindApp(PathId.Parse("/a"))!;
        Assert.Multiple(() =>
        {
            Assert.That(rig.State.Deployments, Is.Empty);
            Assert.That(rig.Running("/a"), Is.EqualTo(4));
            Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.All.EqualTo("good"));
            Assert.That(rig.Of("/a").Count(instance => survivors.Contains(instance.Task)), Is.EqualTo(2),
                "half were kept, and none of these was killed");
            Assert.That(rig.State.Finished[^1], Has.Property("Succeeded").True.And.Property("RollbackOf").EqualTo(id));
            Assert.That(rig.State.Finished[^2], Has.Property("Id").EqualTo(id).And.Property("Succeeded").False);
            Assert.That(after.VersionInfo.LastConfigChangeAt, Is.EqualTo(before.VersionInfo.LastConfigChangeAt));
            Assert.That(after.Version, Is.GreaterThan(before.Version));
        });
    }

    [Test]
    public void Rollback_ThatFailsItself_IsNotRolledBack()
    {
        var rig = Rig();
        rig.Update("/a", """{"deployment":{"deadlineSeconds":20,"onFailure":"rollback"}}""");
        rig.Master.OnLaunch = _ => TaskState.TaskStarting;
        Update(rig, """{"cmd":"slow"}""");
        rig.Advance(TimeSpan.FromSeconds(60));
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.State.Finished.TakeLast(2).Select(outcome => outcome.Succeeded), Is.EqualTo(new[] { false, false }));
        Assert.That(rig.State.Finished[^1].RollbackOf, Is.EqualTo(rig.State.Finished[^2].Id));
    }

    [Test]
    public void Rollback_OfANewApp_RemovesIt()
    {
        var rig = Rig();
        rig.Create("""{"id":"/b","cmd":"bad","cpus":0.1,"mem":16,"backoffSeconds":1,"deployment":{"maxFailures":1,"onFailure":"rollback"}}""");
        rig.Advance(TimeSpan.FromSeconds(30));
        Assert.That(rig.State.Root.FindApp(PathId.Parse("/b")), Is.Null);
        Assert.That(rig.State.Deployments, Is.Empty);
    }

    [Test]
    public void Hold_AfterFailures_KeepsTheLockUntilPromoted()
    {
        var rig = Rig();
        var id = Update(rig, """{"cmd":"bad","deployment":{"maxFailures":2,"onFailure":"hold"}}""");
        rig.Advance(TimeSpan.FromSeconds(60));
        Assert.That(rig.State.FindDeployment(id)!.Life.Halt, Has.Property("Failed").True);
        Assert.That(rig.Update("/a", """{"instances":5}""").Status, Is.EqualTo(409));
        Assert.That(rig.Master.Live.Count(task => task.Info.Command.Value == "good"), Is.EqualTo(2), "it keeps what there is");

        rig.Master.OnLaunch = _ => TaskState.TaskRunning;
        Assert.That(rig.Call(new ApiCall.PromoteDeployment(id)).Status, Is.EqualTo(200));
        rig.Advance(TimeSpan.FromSeconds(20));
        Assert.That(rig.State.Finished[^1], Has.Property("Id").EqualTo(id).And.Property("Succeeded").True);
    }

    [Test]
    public void Defaults_OfTheServer_GoForAppsThatSayNothing()
    {
        var settings = AppsSettings.Default with
        {
            MinReviveInterval = TimeSpan.Zero,
            Deployment = new DeploymentPolicy { DeadlineSeconds = 10, OnFailure = FailureAction.Rollback },
        };
        var rig = new AppsRig(settings);
        rig.Master.OnLaunch = _ => TaskState.TaskStarting;
        rig.Create(App);
        rig.Advance(TimeSpan.FromSeconds(16));
        Assert.That(rig.State.Finished[0].Reason, Is.EqualTo("/a was not done within 10 s"));
        Assert.That(rig.State.Root.Apps, Is.Empty);
    }

    private static AppsRig Rig()
    {
        var rig = new AppsRig();
        rig.Create(App);
        rig.Master.OnLaunch = task => task.Info.Command.Value switch
        {
            "bad" => TaskState.TaskFailed,
            "slow" => TaskState.TaskStarting,
            _ => TaskState.TaskRunning,
        };
        return rig;
    }

    private static string Update(AppsRig rig, string change)
    {
        var reply = rig.Update("/a", change);
        Assert.That(reply.Status, Is.EqualTo(200), reply.Body?.ToString());
        return (string)reply.Body!["deploymentId"]!;
    }
}
