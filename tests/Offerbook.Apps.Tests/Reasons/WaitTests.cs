using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;
using Offerbook.Apps.Reasons;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Reasons;

/// <summary>A deployment, and what waits to be launched, say why, with the numbers.</summary>
public sealed class WaitTests
{
    [Test]
    public void Launch_ThatNoOfferFits_TellsOfEveryAgentWhatIsShort()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"x y","cpus":20,"mem":100000,"instances":2}""");
        var reason = Only(rig, WaitKind.NoOfferFits);
        Assert.Multiple(() =>
        {
            Assert.That((int)reason.Facts["instances"]!, Is.EqualTo(2));
            Assert.That((int)reason.Facts["agents"]!, Is.EqualTo(2));
            Assert.That(reason.Facts["offers"]!.Select(offer => (string)offer["host"]!), Is.EquivalentTo(new[] { "host-a", "host-b" }));
            Assert.That(
                reason.Facts["offers"]![0]!["reasons"]!.Select(refusal =>
                    $"{refusal["reason"]} {refusal["requested"]} {refusal["offered"]}"),
                Is.EqualTo(new[] { "InsufficientCpus 20 16", "InsufficientMemory 100000 16384" }));
            Assert.That(reason.Facts["summary"]![0]!.ToString(Newtonsoft.Json.Formatting.None),
                Is.EqualTo("""{"agents":2,"reasons":["InsufficientCpus","InsufficientMemory"]}"""));
            Assert.That(reason.Message, Does.Contain("2 instances wait").And.Contain("cpus requested 20, free 16"));
        });
    }

    [Test]
    public void Launch_WithoutOffers_SaysSo()
    {
        var rig = new AppsRig();
        rig.Master.Offers = false;
        rig.Create("""{"id":"/a","cmd":"x y"}""");
        Only(rig, WaitKind.NothingOffered);
        rig.Master.IsUp = false;
        rig.Master.Disconnect();
        rig.Run();
        Only(rig, WaitKind.NotSubscribed);
    }

    [Test]
    public void Launch_HeldBack_TellsUntilWhenAndForWhat()
    {
        var rig = new AppsRig();
        rig.Master.OnLaunch = _ => TaskState.TaskFailed;
        rig.Create("""{"id":"/a","cmd":"x y","backoffSeconds":60}""");
        var reason = Only(rig, WaitKind.BackedOff);
        Assert.That((double)reason.Facts["secondsLeft"]!, Is.EqualTo(60).Within(1));
        Assert.That((string)reason.Facts["until"]!, Is.EqualTo(rig.State.Delays[PathId.Parse("/a")].Deadline.ToString()));
        Assert.That((string)reason.Facts["lastFailure"]!["state"]!, Is.EqualTo("TASK_FAILED"));
    }

    [Test]
    public void Instance_NotHealthy_TellsWhichCheckAndItsLastAnswer()
    {
        var rig = new AppsRig { Probe = _ => new ProbeResult.HttpAnswered(503, "Service Unavailable") };
        rig.Create("""
            {"id":"/a","cmd":"x y","cpus":0.1,"mem":16,"healthChecks":[
              {"protocol":"HTTP","path":"/up","intervalSeconds":5,"gracePeriodSeconds":0,"maxConsecutiveFailures":0},
              {"protocol":"COMMAND","command":{"value":"true"}}]}
            """);
        rig.Advance(TimeSpan.FromSeconds(12));
        var checks = Only(rig, WaitKind.NotHealthy).Facts["examples"]![0]!["checks"]!;
        Assert.That(checks.Select(check => $"{check["index"]} {check["protocol"]} {check["state"]}"),
            Is.EqualTo(new[] { "0 HTTP failing", "1 COMMAND unknown" }));
        Assert.That((string)checks[0]!["lastAnswer"]!, Does.Contain("503"));
        Assert.That((int)checks[0]!["consecutiveFailures"]!, Is.GreaterThan(1));
    }

    [Test]
    public void Instance_NotReady_TellsTheCheckAndItsLastAnswer()
    {
        var rig = new AppsRig { Probe = _ => new ProbeResult.HttpAnswered(503, "not yet") };
        rig.Create("""
            {"id":"/a","cmd":"x y","cpus":0.1,"mem":16,"portDefinitions":[{"port":0,"name":"http"}],
             "readinessChecks":[{"name":"warm","portName":"http","path":"/","intervalSeconds":5,"timeoutSeconds":2}]}
            """);
        var example = Only(rig, WaitKind.NotReady).Facts["examples"]![0]!;
        Assert.That(((string)example["check"]!, (string)example["lastAnswer"]!), Is.EqualTo(("warm", "503 not yet")));
    }

    [Test]
    public void Kill_ThatIsNotConfirmed_IsWaitedFor()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"x y","cpus":0.1,"mem":16,"instances":3}""");
        rig.Master.KillsAtOnce = false;
        rig.Update("/a", """{"instances":1}""");
        var reason = Only(rig, WaitKind.WaitingForKill);
        Assert.That((int)reason.Facts["instances"]!, Is.EqualTo(2));
        Assert.That((string)reason.Facts["examples"]![0]!["taskId"]!, Does.StartWith("a.instance-"));
    }

    /// <summary>Case: ten instances of which four are healthy, 0.5 and 0 (the last row of the table): stuck, and it says so.</summary>
    [Test]
    public void Replacement_InTheDeadEndOfTheArithmetic_TellsTheNumbers()
    {
        var rig = new AppsRig();
        rig.Create("""
            {"id":"/a","cmd":"old x","cpus":0.1,"mem":16,"instances":10,"healthChecks":[{"protocol":"COMMAND","command":{"value":"x"}}],
             "upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0}}
            """);
        rig.Call(new ApiCall.CancelDeployment(rig.State.Deployments[0].Id, true));
        foreach (var instance in rig.Of("/a").Take(4))
        {
            rig.Master.Update(instance.Task.Value, TaskState.TaskRunning, healthy: true);
        }
        rig.Run();
        rig.Update("/a", """{"cmd":"new x"}""");
        Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.All.EqualTo("old x"));
        var reason = DeploymentWaits.Of(rig.View, rig.View.State.Deployments[0], Timestamp.From(rig.Now.Wall)).Single().Reasons[0];
        Assert.That(reason.Kind, Is.EqualTo(WaitKind.CapacityDeadEnd));
        Assert.That(reason.Facts.ToString(Newtonsoft.Json.Formatting.None),
            Is.EqualTo("""{"wanted":10,"healthy":4,"minimumHealthy":5,"old":10,"new":0,"existing":10,"maximum":10}"""));

        rig.Master.Update(rig.Of("/a")[4].Task.Value, TaskState.TaskFailed);
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(2));
        Assert.That(rig.Master.Live.Count(task => task.Info.Command.Value == "new x"), Is.EqualTo(1),
            "an old one that dies gives its place");
    }

    [Test]
    public void App_ThatIsDone_WaitsForTheOthersOfItsStep()
    {
        var rig = new AppsRig();
        rig.Master.OnLaunch = task => task.App == "g_b" ? TaskState.TaskStarting : TaskState.TaskRunning;
        rig.PutGroup("/g", """{"apps":[{"id":"a","cmd":"x y","cpus":0.1,"mem":16},{"id":"b","cmd":"x y","cpus":0.1,"mem":16}]}""");
        var waits = DeploymentWaits.Of(rig.View, rig.View.State.Deployments[0], Timestamp.From(rig.Now.Wall))
            .ToDictionary(wait => wait.Action.App.Id.Name, wait => wait.Reasons);
        Assert.That(waits["a"].Single().Message, Is.EqualTo("done; waits for the other apps of its step: /g/b"));
        Assert.That(waits["b"].Single().Kind, Is.EqualTo(WaitKind.Launching));
    }

    [Test]
    public void App_WhereItShallBe_WaitsForNothing()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"x y","cpus":0.1,"mem":16}""");
        Assert.That(Reasons(rig), Is.Empty);
        var json = new WaitReason(WaitKind.NoOfferFits, "m", new JObject { ["agents"] = 1 }).ToJson();
        Assert.That(json.ToString(Newtonsoft.Json.Formatting.None), Is.EqualTo("""{"reason":"noOfferFits","message":"m","agents":1}"""));
    }

    private static WaitReason Only(AppsRig rig, WaitKind kind)
    {
        var reason = Reasons(rig).Single();
        Assert.That(reason.Kind, Is.EqualTo(kind), reason.Message);
        return reason;
    }

    private static List<WaitReason> Reasons(AppsRig rig) => InstanceWaits.Of(rig.View, PathId.Parse("/a"), Timestamp.From(rig.Now.Wall));
}
