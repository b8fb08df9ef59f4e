using Mesos.V1;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Deployments;

/// <summary>What the original's own tests pin about deployments, by the numbers of the list of cases, with the events they emit.</summary>
public sealed class DeploymentCaseTests
{
    [Test, Category("case 68")]
    public void Stop_OfADeployment_FailsItAndKeepsTheApp()
    {
        var rig = new AppsRig();
        rig.Master.Offers = false;
        var id = (string)rig.Create("""{"id":"/a","cmd":"x y"}""").Body!["deployments"]![0]!["id"]!;
        Assert.That(rig.Call(new ApiCall.CancelDeployment(id, true)).Status, Is.EqualTo(202));
        Assert.That((string)rig.LastEvent("deployment_failed")["id"]!, Is.EqualTo(id));
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.State.Root.FindApp(PathId.Parse("/a")), Is.Not.Null);
    }

    [Test, Category("case 69")]
    public void Rollback_OfANewApp_FailsTheOldDeploymentAndEndsTheNew()
    {
        var rig = new AppsRig();
        rig.Master.Offers = false;
        var old = (string)rig.Create("""{"id":"/a","cmd":"x y"}""").Body!["deployments"]![0]!["id"]!;
        var reply = rig.Call(new ApiCall.CancelDeployment(old, false));
        Assert.That(reply.Status, Is.EqualTo(200));
        Assert.That((string)rig.LastEvent("deployment_failed")["id"]!, Is.EqualTo(old));
        Assert.That((string)rig.LastEvent("deployment_success")["id"]!, Is.EqualTo((string)reply.Body!["deploymentId"]!));
        Assert.That(rig.State.Root.FindApp(PathId.Parse("/a")), Is.Null);
    }

    [TestCase(2, Category = "case 70")]
    [TestCase(1, Category = "case 70")]
    public void Rollback_OfAnImpossibleConstraint_EndsWithTheTasksThatWere(int instances)
    {
        var rig = new AppsRig();
        rig.Create($$"""{"id":"/a","cmd":"x y","cpus":0.1,"mem":16,"instances":{{instances}},"upgradeStrategy":{"minimumHealthCapacity":1,"maximumOverCapacity":1} }""");
        var tasks = rig.Of("/a").Select(instance => instance.Task).ToList();
        var id = (string)rig.Update("/a", """{"constraints":[["nowhere","CLUSTER","x"]]}""").Body!["deploymentId"]!;
        rig.Call(new ApiCall.CancelDeployment(id, false));
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.Of("/a").Select(instance => instance.Task), Is.EquivalentTo(tasks), "none of them had to go");
    }

    [Test, Category("case 71"), Category("case 72")]
    public void Group_BeingDeployed_IsChangedAndRemovedByForceOnly()
    {
        var rig = new AppsRig();
        rig.Master.OnLaunch = _ => TaskState.TaskStarting;
        rig.PutGroup("/g", """{"apps":[{"id":"a","cmd":"x y"}]}""");
        Assert.That(rig.PutGroup("/g", """{"apps":[{"id":"a","cmd":"y z"}]}""").Status, Is.EqualTo(409));
        Assert.That(rig.PutGroup("/g", """{"apps":[{"id":"a","cmd":"y z"}]}""", force: true).Status, Is.EqualTo(200));
        Assert.That(rig.Call(new ApiCall.DeleteGroup("/g", false)).Status, Is.EqualTo(409));
        Assert.That(rig.Call(new ApiCall.DeleteGroup("/g", true)).Status, Is.EqualTo(200));
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.Master.Live, Is.Empty);
    }

    [Test, Category("case 76")]
    public void Rollback_OfScalingDown_BringsTheNumberBack()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"x y","cpus":0.1,"mem":16,"instances":2}""");
        rig.Master.KillsAtOnce = false;
        var id = (string)rig.Update("/a", """{"instances":1}""").Body!["deploymentId"]!;
        rig.Call(new ApiCall.CancelDeployment(id, false));
        rig.Master.KillsAtOnce = true;
        rig.Advance(TimeSpan.FromSeconds(60));
        Assert.That(rig.Running("/a"), Is.EqualTo(2));
    }

    [Test, Category("case 77"), Category("case 105")]
    public void Rollback_OfAnUnhealthyVersion_BringsTheHealthyOneBack()
    {
        var rig = new AppsRig { Probe = _ => new ProbeResult.Connected() };
        rig.Create("""{"id":"/a","cmd":"x y","cpus":0.1,"mem":16,"healthChecks":[{"protocol":"TCP","intervalSeconds":2}]}""");
        rig.Advance(TimeSpan.FromSeconds(5));
        rig.Probe = _ => new ProbeResult.NoAnswer("refused");
        var id = (string)rig.Update("/a", """{"cmd":"y z"}""").Body!["deploymentId"]!;
        rig.Advance(TimeSpan.FromMinutes(10));
        Assert.That(rig.State.FindDeployment(id), Is.Not.Null, "it never ends by itself");
        rig.Call(new ApiCall.CancelDeployment(id, false));
        Assert.That(rig.State.FindDeployment(id), Is.Null, "its id vanishes at once");
        rig.Probe = _ => new ProbeResult.Connected();
        rig.Advance(TimeSpan.FromSeconds(60));
        Assert.That(rig.Core.HealthyCounts().Single().Healthy, Is.EqualTo(1));
        Assert.That(rig.Master.Live.Single().Info.Command.Value, Is.EqualTo("x y"));
    }

    [Test, Category("case 79")]
    public void Update_OfWhichOneIsReadyAcrossARestart_EndsWithTheSameTwoTasks()
    {
        var ready = new HashSet<int>();
        var rig = new AppsRig();
        rig.Create("""
            {"id":"/a","cmd":"x y","cpus":0.1,"mem":16,"instances":2,"portDefinitions":[{"port":0,"name":"http"}],
             "readinessChecks":[{"name":"r","portName":"http","intervalSeconds":2,"timeoutSeconds":1}]}
            """);
        rig.Advance(TimeSpan.FromSeconds(5));
        rig.Probe = probe => ready.Contains(probe.Port) ? new ProbeResult.HttpAnswered(200, "OK") : new ProbeResult.HttpAnswered(503, "no");
        var id = (string)rig.Update("/a", """{"cmd":"y z"}""").Body!["deploymentId"]!;
        var tasks = rig.Master.Live.Where(task => task.Info.Command.Value == "y z").ToList();
        ready.Add(Port(tasks[0]));
        rig.Advance(TimeSpan.FromSeconds(5));
        rig.Boot();
        rig.Run();
        Assert.That(rig.State.FindDeployment(id), Is.Not.Null);
        ready.Add(Port(tasks[1]));
        rig.Advance(TimeSpan.FromSeconds(5));
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.Master.Live.Select(task => task.Id), Is.EquivalentTo(tasks.Select(task => task.Id)));
    }

    /// <summary>
    /// How many are killed and started before any new one runs, kills being carried out at once; then it comes to its end.
    /// </summary>
    [TestCase(3, 3, 0.5, 1.0, 1, 3, Category = "case 92")]
    [TestCase(3, 3, 0.5, 0.0, 1, 1, Category = "case 94")]
    [TestCase(3, 3, 1.0, 0.0, 0, 1, Category = "case 95")]
    [TestCase(3, 3, 1.0, 0.7, 0, 2, Category = "case 96")]
    [TestCase(4, 3, 1.0, 0.3, 1, 1, Category = "case 97")]
    [TestCase(3, 2, 1.0, 0.0, 1, 1, Category = "case 91")]
    [TestCase(5, 5, 0.0, 0.0, 5, 5, Category = "case 89")]
    public void Replacement_AtItsBeginning_KillsAndStartsSoMany(int old, int wanted, double minimum, double over, int killed, int started)
    {
        var rig = new AppsRig();
        rig.Create($$$"""
            {"id":"/a","cmd":"old x","cpus":0.1,"mem":16,"instances":{{{old}}},"upgradeStrategy":{"minimumHealthCapacity":{{{minimum}}},"maximumOverCapacity":{{{over}}}}}
            """);
        rig.Master.OnLaunch = _ => TaskState.TaskStarting;
        rig.Update("/a", $$"""{"cmd":"new x","instances":{{wanted}} }""");
        Assert.That(old - Count(rig, "old x"), Is.EqualTo(killed));
        Assert.That(Count(rig, "new x"), Is.EqualTo(started));
        rig.Master.OnLaunch = _ => TaskState.TaskRunning;
        for (var i = 0; i < 20 && rig.State.Deployments.Count > 0; i++)
        {
            foreach (var task in rig.Master.Live.Where(task => task.State == TaskState.TaskStarting).ToList())
            {
                rig.Master.Update(task.Id, TaskState.TaskRunning);
            }
            rig.Run();
        }
        Assert.That(rig.State.Finished[^1].Succeeded, Is.True);
        Assert.That((Count(rig, "old x"), Count(rig, "new x")), Is.EqualTo((0, wanted)));
    }

    [Test, Category("case 93")]
    public void Replacement_TakenOverWithANewInstanceThatIsIll_LeavesTheHealthyOldOne()
    {
        var rig = new AppsRig();
        rig.Create("""
            {"id":"/a","cmd":"old x","cpus":0.1,"mem":16,"instances":2,"healthChecks":[{"protocol":"COMMAND","command":{"value":"x"}}],
             "upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0}}
            """);
        rig.Of("/a").ToList().ForEach(instance => rig.Master.Update(instance.Task.Value, TaskState.TaskRunning, healthy: true));
        rig.Run();
        rig.Update("/a", """{"cmd":"new x"}""");
        Assert.That((Count(rig, "old x"), Count(rig, "new x")), Is.EqualTo((1, 1)));
        rig.Boot();
        rig.Run();
        rig.Advance(TimeSpan.FromMinutes(5));
        Assert.That((Count(rig, "old x"), Count(rig, "new x")), Is.EqualTo((1, 1)));
    }

    [Test, Category("case 98")]
    public void Replacement_WhoseKillIsNotConfirmed_IsNotDone()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"old x","cpus":0.1,"mem":16}""");
        rig.Master.KillsAtOnce = false;
        rig.Update("/a", """{"cmd":"new x"}""");
        Assert.That(Count(rig, "new x"), Is.EqualTo(1));
        Assert.That(rig.State.Deployments, Has.Count.EqualTo(1));
        rig.Master.Update(rig.Master.Live.Single(task => task.Info.Command.Value == "old x").Id, TaskState.TaskKilled);
        rig.Run();
        Assert.That(rig.State.Deployments, Is.Empty);
    }

    [Test, Category("case 104")]
    public void Readiness_WithHealth_NeedsBoth()
    {
        var (healthy, ready) = (false, false);
        var rig = new AppsRig();
        rig.Probe = probe => probe switch
        {
            HealthProbe.Http { Path: "/ready" } => new ProbeResult.HttpAnswered(ready ? 200 : 503, "r"),
            _ => new ProbeResult.HttpAnswered(healthy ? 200 : 503, "h"),
        };
        rig.Create("""
            {"id":"/a","cmd":"x y","cpus":0.1,"mem":16,"portDefinitions":[{"port":0,"name":"http"}],
             "healthChecks":[{"protocol":"HTTP","path":"/health","intervalSeconds":1}],
             "readinessChecks":[{"name":"r","portName":"http","path":"/ready","intervalSeconds":2,"timeoutSeconds":1}]}
            """);
        rig.Advance(TimeSpan.FromSeconds(5));
        healthy = true;
        rig.Advance(TimeSpan.FromSeconds(5));
        Assert.That(rig.State.Deployments, Has.Count.EqualTo(1));
        ready = true;
        rig.Advance(TimeSpan.FromSeconds(5));
        Assert.That(rig.State.Deployments, Is.Empty);
    }

    [Test, Category("case 106")]
    public void SingleInstance_WithMoreInstances_IsRefused()
    {
        var reply = new AppsRig().Create("""
            {"id":"/a","cmd":"x y","instances":2,"labels":{"MARATHON_SINGLE_INSTANCE_APP":"true"},"upgradeStrategy":{"minimumHealthCapacity":0,"maximumOverCapacity":0}}
            """);
        Assert.That(reply.Status, Is.EqualTo(422));
    }

    [TestCase("""{"cmd":"good x"}""", true, Category = "case 124")]
    [TestCase("""{"instances":2}""", false, Category = "case 125")]
    public void Delay_OfAFailingApp_IsForgottenByAnotherConfigurationOnly(string change, bool forgotten)
    {
        var rig = Failing();
        rig.Update("/a", change, force: true);
        Assert.That(rig.Running("/a"), Is.EqualTo(forgotten ? 1 : 0));
        Assert.That(rig.State.Delays.ContainsKey(PathId.Parse("/a")), Is.EqualTo(!forgotten));
    }

    [Test, Category("case 126")]
    public void Delay_OfACrashLoop_CanBeForgottenAgainAndAgain()
    {
        var rig = Failing();
        for (var i = 0; i < 3; i++)
        {
            var tasks = rig.Master.Tasks.Count;
            Assert.That(rig.Call(new ApiCall.ResetDelay("/a")).Status, Is.EqualTo(204));
            Assert.That(rig.Master.Tasks, Has.Count.EqualTo(tasks + 1));
        }
    }

    [Test, Category("case 127")]
    public void Restart_OfAnAppWithADelay_StartsImmediately()
    {
        var rig = Failing();
        rig.Master.OnLaunch = _ => TaskState.TaskRunning;
        Assert.That(rig.Call(new ApiCall.RestartApp("/a", true)).Status, Is.EqualTo(200));
        Assert.That(rig.Running("/a"), Is.EqualTo(1));
    }

    [TestCase(TaskState.TaskDropped, true)]
    [TestCase(TaskState.TaskError, true)]
    [TestCase(TaskState.TaskFailed, true)]
    [TestCase(TaskState.TaskGone, true)]
    [TestCase(TaskState.TaskFinished, true)]
    [TestCase(TaskState.TaskKilled, false)]
    [TestCase(TaskState.TaskUnreachable, false)]
    [Category("case 128")]
    public void Delay_ComesOfEndsThatCount(TaskState state, bool counts)
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"x y","cpus":0.1,"mem":16,"backoffSeconds":30}""");
        rig.Master.Update(rig.Of("/a")[0].Task.Value, state);
        rig.Run();
        Assert.That(rig.State.Delays.ContainsKey(PathId.Parse("/a")), Is.EqualTo(counts));
    }

    private static AppsRig Failing()
    {
        var rig = new AppsRig();
        rig.Master.OnLaunch = task => task.Info.Command.Value == "good x" ? TaskState.TaskRunning : TaskState.TaskFailed;
        rig.Create("""{"id":"/a","cmd":"bad x","cpus":0.1,"mem":16,"backoffSeconds":100}""");
        Assert.That(rig.State.Delays, Has.Count.EqualTo(1));
        return rig;
    }

    private static int Count(AppsRig rig, string command) => rig.Master.Live.Count(task => task.Info.Command.Value == command);

    private static int Port(FakeTask task) => (int)task.Info.Resources.Single(resource => resource.Name == "ports").Ranges.Range[0].Begin;
}
