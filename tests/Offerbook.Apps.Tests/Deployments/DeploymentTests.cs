using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Deployments;

public sealed class DeploymentTests
{
    private const string Tiers = """
        {"apps":[
          {"id":"db","cmd":"run db","cpus":0.1,"mem":16},
          {"id":"service","cmd":"run service","cpus":0.1,"mem":16,"instances":2,"dependencies":["/shop/db"]},
          {"id":"web","cmd":"run web","cpus":0.1,"mem":16,"instances":2,"dependencies":["service"]}]}
        """;

    [Test]
    public void Group_WithDependencies_StartsTierByTier()
    {
        var rig = new AppsRig();
        var launched = new List<string>();
        rig.Master.OnLaunch = task =>
        {
            launched.Add(task.App);
            return TaskState.TaskRunning;
        };
        Assert.That(rig.PutGroup("/shop", Tiers).Status, Is.EqualTo(200));
        Assert.That(launched, Is.EqualTo(new[] { "shop_db", "shop_service", "shop_service", "shop_web", "shop_web" }));
        Assert.That(rig.State.Finished.Single().Succeeded, Is.True);
    }

    [Test]
    public void Group_WhoseFirstTierDoesNotStart_WaitsWithTheOthers()
    {
        var rig = new AppsRig();
        rig.Master.OnLaunch = task => task.App == "shop_db" ? TaskState.TaskStarting : TaskState.TaskRunning;
        rig.PutGroup("/shop", Tiers);
        Assert.That(rig.State.Instances.Count, Is.EqualTo(1));
        Assert.That(rig.State.Deployments.Single().CurrentStep, Is.EqualTo(2));
        rig.Master.Update(rig.Of("/shop/db")[0].Task.Value, TaskState.TaskRunning);
        rig.Run();
        Assert.That(rig.State.Instances.Count, Is.EqualTo(5));
    }

    [Test]
    public void Group_WithCycle_IsRefused()
    {
        var rig = new AppsRig();
        var reply = rig.PutGroup("/g", """
            {"apps":[{"id":"a","cmd":"x y","dependencies":["b"]},{"id":"b","cmd":"x y","dependencies":["a"]}]}
            """);
        Assert.That(reply.Status, Is.EqualTo(422));
        Assert.That(reply.Body!.ToString(), Does.Contain("Dependency graph has cyclic dependencies."));
        Assert.That(rig.EventTypes[^1], Is.EqualTo("group_change_failed"));
    }

    [Test]
    public void DryRun_OfGroup_TellsStepsAndChangesNothing()
    {
        var rig = new AppsRig();
        var reply = rig.Call(new ApiCall.UpdateGroup("/shop", JObject.Parse(Tiers), false, DryRun: true));
        Assert.That(reply.Body!["steps"]!.Count(), Is.EqualTo(4));
        Assert.That(rig.State.Root.Apps, Is.Empty);
    }

    [Test]
    public void Change_OfLockedApp_IsRefusedUnlessForced()
    {
        var rig = new AppsRig();
        rig.Master.OnLaunch = _ => TaskState.TaskStarting;
        var first = (string)rig.Create("""{"id":"/a","cmd":"sleep 9","cpus":0.1,"mem":16}""").Body!["deployments"]![0]!["id"]!;

        var refused = rig.Update("/a", """{"instances":3}""");
        Assert.That(refused.Status, Is.EqualTo(409));
        Assert.That((string)refused.Body!["deployments"]![0]!["id"]!, Is.EqualTo(first));
        Assert.That((string)refused.Body["message"]!, Does.StartWith("App is locked by one or more deployments."));

        rig.Master.OnLaunch = _ => TaskState.TaskRunning;
        var forced = rig.Update("/a", """{"instances":2,"cmd":"sleep 10"}""", force: true);
        Assert.That(forced.Status, Is.EqualTo(200));
        Assert.That((string)rig.LastEvent("deployment_failed")["id"]!, Is.EqualTo(first));
        Assert.That((string)rig.LastEvent("deployment_failed")["reason"]!, Is.EqualTo("The upgrade has been cancelled"));
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.Running("/a"), Is.EqualTo(2));
    }

    [Test]
    public void Deployments_ThatDoNotTouch_RunTogetherUpToTheLimit()
    {
        var rig = new AppsRig(AppsSettings.Default with { MaxRunningDeployments = 2 });
        rig.Master.OnLaunch = _ => TaskState.TaskStarting;
        Assert.That(rig.Create("""{"id":"/a","cmd":"sleep 9"}""").Status, Is.EqualTo(201));
        Assert.That(rig.Create("""{"id":"/b","cmd":"sleep 9"}""").Status, Is.EqualTo(201));
        Assert.That(rig.Create("""{"id":"/c","cmd":"sleep 9"}""").Status, Is.EqualTo(403));
    }

    [Test]
    public void Cancel_OfUpdate_BringsTheOldDefinitionBack()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":3,"upgradeStrategy":{"minimumHealthCapacity":1,"maximumOverCapacity":0}}""");
        var old = rig.Of("/a").Select(instance => instance.Task).ToList();
        rig.Master.OnLaunch = task => task.Info.Command.Value == "sleep 2" ? TaskState.TaskStarting : TaskState.TaskRunning;
        var update = (string)rig.Update("/a", """{"cmd":"sleep 2"}""").Body!["deploymentId"]!;
        Assert.That(rig.Of("/a"), Has.Count.EqualTo(4), "one more than wanted, and no old one killed");

        var cancel = rig.Call(new ApiCall.CancelDeployment(update, false));
        Assert.Multiple(() =>
        {
            Assert.That(cancel.Status, Is.EqualTo(200));
            Assert.That(rig.State.Root.FindApp(PathId.Parse("/a"))!.Cmd, Is.EqualTo("sleep 1"));
            Assert.That(rig.Running("/a"), Is.EqualTo(3));
            Assert.That(rig.Master.Live.All(task => task.Info.Command.Value == "sleep 1"), Is.True);
            Assert.That(rig.State.Deployments, Is.Empty);
            Assert.That((string)rig.LastEvent("deployment_success")["id"]!, Is.EqualTo((string)cancel.Body!["deploymentId"]!));
        });
        Assert.That(old, Is.Not.Empty);
    }

    [Test]
    public void Cancel_OfNewApp_RemovesIt()
    {
        var rig = new AppsRig();
        rig.Master.OnLaunch = _ => TaskState.TaskStarting;
        rig.Create("""{"id":"/g/a","cmd":"sleep 1"}""");
        rig.Call(new ApiCall.CancelDeployment(rig.State.Deployments[0].Id, false));
        Assert.That(rig.State.Root.Apps, Is.Empty);
        Assert.That(rig.State.Root.FindGroup(PathId.Parse("/g")), Is.Null, "the group came with the app and goes with it");
        Assert.That(rig.Master.Live, Is.Empty);
    }

    [Test]
    public void Cancel_WithForce_OnlyStops()
    {
        var rig = new AppsRig();
        rig.Master.OnLaunch = _ => TaskState.TaskStarting;
        rig.Create("""{"id":"/a","cmd":"sleep 1"}""");
        var reply = rig.Call(new ApiCall.CancelDeployment(rig.State.Deployments[0].Id, true));
        Assert.That((reply.Status, reply.Body), Is.EqualTo((202, (JToken?)null)));
        Assert.That(rig.State.Root.Apps.Count(), Is.EqualTo(1));
        Assert.That(rig.Call(new ApiCall.CancelDeployment("unknown", false)).Status, Is.EqualTo(404));
    }

    [Test]
    public void Cancel_OfRestart_StopsIt()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"sleep 1"}""");
        rig.Master.OnLaunch = _ => TaskState.TaskStarting;
        var restart = (string)rig.Call(new ApiCall.RestartApp("/a", false)).Body!["deploymentId"]!;
        Assert.That(rig.State.Deployments.Single().Id, Is.EqualTo(restart));
        rig.Call(new ApiCall.CancelDeployment(restart, false));
        Assert.That(rig.State.FindDeployment(restart), Is.Null);
    }

    // Instances, minimumHealthCapacity, maximumOverCapacity, then the fewest healthy and the most at once that the table allows.
    [TestCase(10, 1.0, 1.0, 10, 20)]
    [TestCase(10, 0.5, 0.0, 5, 10)]
    [TestCase(10, 0.5, 0.2, 5, 12)]
    [TestCase(10, 1.0, 0.0, 10, 11)]
    [TestCase(3, 0.7, 0.0, 3, 4)]
    [TestCase(1, 0.0, 0.0, 0, 1)]
    [TestCase(1, 1.0, 0.0, 1, 2)]
    public void Restart_WithStrategy_StaysWithinItsBounds(int instances, double minimum, double over, int fewest, int most)
    {
        var rig = new AppsRig();
        rig.Create($$"""
            {"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":{{instances}},
             "healthChecks":[{"protocol":"TCP","intervalSeconds":2}],
             "upgradeStrategy":{"minimumHealthCapacity":{{minimum}},"maximumOverCapacity":{{over}}} }
            """);
        rig.Advance(TimeSpan.FromSeconds(10));
        Assert.That(rig.Core.HealthyCounts().Single().Healthy, Is.EqualTo(instances));
        var (leastHealthy, mostActive) = (int.MaxValue, 0);
        rig.TurnEnded = () =>
        {
            leastHealthy = Math.Min(leastHealthy, rig.Core.HealthyCounts().Single().Healthy);
            mostActive = Math.Max(mostActive, rig.Master.Live.Count());
        };
        rig.Update("/a", """{"cmd":"sleep 2"}""");
        rig.Advance(TimeSpan.FromMinutes(5));

        Assert.Multiple(() =>
        {
            Assert.That(rig.State.Deployments, Is.Empty);
            Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.EqualTo(Enumerable.Repeat("sleep 2", instances)));
            Assert.That(leastHealthy, Is.EqualTo(fewest));
            Assert.That(mostActive, Is.EqualTo(most));
        });
    }

    [Test]
    public void Restart_WhoseNewVersionIsIll_KeepsTheCapacityAndDoesNotEnd()
    {
        var rig = new AppsRig();
        rig.Create("""
            {"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":4,"healthChecks":[{"protocol":"TCP","intervalSeconds":2,"gracePeriodSeconds":1}],
             "upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0}}
            """);
        rig.Advance(TimeSpan.FromSeconds(10));
        var good = rig.Of("/a").Select(instance => (instance.Placement!.Host, instance.Placement.HostPorts[0]!.Value)).ToHashSet();
        rig.Probe = probe => good.Contains((probe.Host, probe.Port)) ? new ProbeResult.Connected() : new ProbeResult.NoAnswer("refused");
        rig.TurnEnded = () => Assert.That(rig.Core.HealthyCounts().Single().Healthy, Is.GreaterThanOrEqualTo(2));
        rig.Update("/a", """{"cmd":"sleep 2"}""");
        rig.Advance(TimeSpan.FromMinutes(3));
        Assert.That(rig.State.Deployments, Has.Count.EqualTo(1));
        Assert.That(rig.EventTypes, Does.Contain("unhealthy_instance_kill_event"));
        Assert.That(
            rig.Of("/a").Count(instance => instance.Condition == Condition.Running
                && good.Contains((instance.Placement!.Host, instance.Placement.HostPorts[0]!.Value))),
            Is.EqualTo(2));
    }

    [Test]
    public void Restart_DuringWhichAnOldInstanceDies_GivesItsPlaceToTheNewVersion()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":3,"upgradeStrategy":{"minimumHealthCapacity":1,"maximumOverCapacity":0}}""");
        rig.Master.OnLaunch = _ => TaskState.TaskStarting;
        rig.Update("/a", """{"cmd":"sleep 2"}""");
        var oldest = rig.Master.Live.First(task => task.Info.Command.Value == "sleep 1");
        rig.Master.Update(oldest.Id, TaskState.TaskFailed);
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(5));
        Assert.That(rig.Master.Live.Count(task => task.Info.Command.Value == "sleep 1"), Is.EqualTo(2));
        Assert.That(rig.Master.Live.Count(task => task.Info.Command.Value == "sleep 2"), Is.EqualTo(2));

        rig.Master.OnLaunch = _ => TaskState.TaskRunning;
        foreach (var task in rig.Master.Live.Where(task => task.State == TaskState.TaskStarting).ToList())
        {
            rig.Master.Update(task.Id, TaskState.TaskRunning);
            rig.Run();
        }
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.EqualTo(Enumerable.Repeat("sleep 2", 3)));
    }

    [Test]
    public void Restart_BegunWhileAFaultLeftTooFewHealthy_EndsOnceTheyRecover()
    {
        var rig = new AppsRig();
        rig.Create("""
            {"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":2,"upgradeStrategy":{"minimumHealthCapacity":1,"maximumOverCapacity":0.3}}
            """);
        rig.Master.Update(rig.Of("/a")[0].Task.Value, TaskState.TaskFailed);
        rig.Run();
        rig.Update("/a", """{"cmd":"sleep 2"}""");
        rig.Advance(TimeSpan.FromSeconds(10));
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.EqualTo(Enumerable.Repeat("sleep 2", 2)));
    }

    [Test]
    public void Restart_ToFewerInstancesWhileMostAreIll_DoesNotGetStuck()
    {
        var rig = new AppsRig();
        rig.Create("""
            {"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":9,"healthChecks":[{"protocol":"COMMAND","command":{"value":"x"}}],
             "upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0}}
            """);
        rig.Call(new ApiCall.CancelDeployment(rig.State.Deployments[0].Id, true));
        foreach (var instance in rig.Of("/a").Take(2))
        {
            rig.Master.Update(instance.Task.Value, TaskState.TaskRunning, healthy: true);
        }
        rig.Run();
        rig.Update("/a", """{"cmd":"sleep 2","instances":2}""");
        for (var i = 0; i < 4 && rig.State.Deployments.Count > 0; i++)
        {
            foreach (var task in rig.Master.Live.Where(task => task.Info.Command.Value == "sleep 2").ToList())
            {
                rig.Master.Update(task.Id, TaskState.TaskRunning, healthy: true);
                rig.Run();
            }
        }
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.EqualTo(Enumerable.Repeat("sleep 2", 2)));
    }

    [Test]
    public void Readiness_WhenDefined_HoldsTheDeploymentUntilPassed()
    {
        var rig = new AppsRig { Probe = _ => new ProbeResult.HttpAnswered(503, "not yet") };
        rig.Create("""
            {"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"portDefinitions":[{"port":0,"name":"http"}],
             "readinessChecks":[{"name":"ready","portName":"http","path":"/","intervalSeconds":5,"timeoutSeconds":2}]}
            """);
        rig.Advance(TimeSpan.FromSeconds(20));
        Assert.That(rig.State.Deployments, Has.Count.EqualTo(1));
        Assert.That(rig.View.Readiness, Has.Count.EqualTo(1));
        rig.Probe = _ => new ProbeResult.HttpAnswered(200, "OK");
        rig.Advance(TimeSpan.FromSeconds(6));
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.Of("/a")[0].Ready, Is.True);
    }
}
