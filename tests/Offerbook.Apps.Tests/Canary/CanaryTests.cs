using Mesos.V1;
using Offerbook.Apps.Canary;
using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Canary;

public sealed class CanaryTests
{
    [TestCase(1.0, 1.0)]
    [TestCase(0.5, 0.0)]
    [TestCase(1.0, 0.0)]
    public void Replacement_WithPausePoints_StopsAtEachUntilPromoted(double minimum, double over)
    {
        var rig = Rig(minimum, over);
        var id = Update(rig);
        foreach (var point in new[] { 1, 5 })
        {
            rig.Advance(TimeSpan.FromMinutes(2));
            Assert.That(Count(rig), Is.EqualTo((10 - point, point)));
            Assert.That(rig.State.FindDeployment(id)!.ProgressOf(PathId.Parse("/a")).PausedAt, Is.Not.Null);
            Assert.That(rig.Call(new ApiCall.PromoteDeployment(id)).Status, Is.EqualTo(200));
        }
        rig.Advance(TimeSpan.FromSeconds(10));
        Assert.That(Count(rig), Is.EqualTo((0, 10)));
        Assert.That(rig.State.Finished[^1], Has.Property("Id").EqualTo(id).And.Property("Succeeded").True);
        Assert.That(rig.Call(new ApiCall.PromoteDeployment(id)).Status, Is.EqualTo(404));
    }

    [Test]
    public void Pause_AcrossARestart_Lasts()
    {
        var rig = Rig(1, 1);
        var id = Update(rig);
        rig.Boot();
        rig.Run();
        rig.Advance(TimeSpan.FromMinutes(1));
        Assert.That(Count(rig), Is.EqualTo((9, 1)));
        rig.Call(new ApiCall.PromoteDeployment(id));
        rig.Boot();
        rig.Run();
        rig.Advance(TimeSpan.FromMinutes(1));
        Assert.That(Count(rig), Is.EqualTo((5, 5)));
    }

    [Test]
    public void OldInstance_ThatDiesDuringAPause_IsStartedAgainAsItWas()
    {
        var rig = Rig(1, 0);
        Update(rig);
        rig.Master.Update(rig.Master.Live.First(task => task.Info.Command.Value == "old").Id, TaskState.TaskFailed);
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(30));
        Assert.That(Count(rig), Is.EqualTo((9, 1)));
    }

    [Test]
    public void Abort_OfACanary_BringsBackOnlyWhatWasReplaced()
    {
        var rig = Rig(1, 0);
        var old = rig.Of("/a").Select(instance => instance.Task).ToHashSet();
        var id = Update(rig);
        Assert.That(rig.Call(new ApiCall.CancelDeployment(id, false)).Status, Is.EqualTo(200));
        rig.Advance(TimeSpan.FromSeconds(10));
        Assert.That(Count(rig), Is.EqualTo((10, 0)));
        Assert.That(rig.Of("/a").Count(instance => old.Contains(instance.Task)), Is.EqualTo(9));
        Assert.That(rig.State.Deployments, Is.Empty);
    }

    [Test]
    public void NewApp_WithPausePoints_StartsOneFirst()
    {
        var rig = new AppsRig();
        var id = (string)rig.Create("""{"id":"/n","cmd":"x y","cpus":0.1,"mem":16,"instances":4,"deployment":{"pauseAfter":[1]}}""")
            .Body!["deployments"]![0]!["id"]!;
        rig.Advance(TimeSpan.FromSeconds(30));
        Assert.That(rig.Running("/n"), Is.EqualTo(1));
        rig.Call(new ApiCall.PromoteDeployment(id));
        rig.Advance(TimeSpan.FromSeconds(30));
        Assert.That(rig.Running("/n"), Is.EqualTo(4));
        Assert.That(rig.Update("/n", """{"instances":8}""").Status, Is.EqualTo(200));
        Assert.That(rig.Running("/n"), Is.EqualTo(8), "scaling what runs does not pause");
    }

    [Test]
    public void Pause_ByRequest_StopsEverythingUntilPromoted()
    {
        var rig = Rig(1, 0, pauseAfter: "");
        rig.Master.OnLaunch = _ => TaskState.TaskStarting;
        var id = Update(rig);
        Assert.That(rig.Call(new ApiCall.PauseDeployment(id)).Status, Is.EqualTo(200));
        rig.Master.OnLaunch = _ => TaskState.TaskRunning;
        rig.Master.Update(rig.Master.Live.First(task => task.Info.Command.Value == "new").Id, TaskState.TaskRunning);
        rig.Run();
        Assert.That(Count(rig), Is.EqualTo((10, 1)));
        Assert.That(rig.Call(new ApiCall.PauseDeployment(id)).Status, Is.EqualTo(200), "pausing twice is pausing");
        rig.Call(new ApiCall.PromoteDeployment(id));
        rig.Advance(TimeSpan.FromSeconds(5));
        Assert.That(Count(rig), Is.EqualTo((0, 10)));
    }

    [Test]
    public void Deadline_DuringAPause_StandsStill()
    {
        var rig = Rig(1, 1, more: """,  "deadlineSeconds":60""");
        var id = Update(rig);
        rig.Advance(TimeSpan.FromMinutes(10));
        Assert.That(rig.State.FindDeployment(id), Is.Not.Null);
        rig.Master.OnLaunch = _ => TaskState.TaskStarting;
        rig.Call(new ApiCall.PromoteDeployment(id));
        rig.Advance(TimeSpan.FromSeconds(50));
        Assert.That(rig.State.FindDeployment(id), Is.Not.Null);
        rig.Advance(TimeSpan.FromSeconds(20));
        Assert.That(rig.State.FindDeployment(id), Is.Null);
    }

    [TestCase(10, "1 50%", "1 5")]
    [TestCase(3, "50% 100%", "2")]
    [TestCase(2, "1% 5", "1")]
    public void Points_OfAnApp_AreRisingNumbersBelowTheWanted(int instances, string given, string expected)
    {
        var app = Given.App("/a", instances) with
        {
            Deployment = new DeploymentPolicy
            {
                PauseAfter = given.Split(' ').Select(point => new PausePoint(int.Parse(point.TrimEnd('%')), point.EndsWith('%')))
                    .ToValueList(),
            },
        };
        Assert.That(string.Join(' ', PausePoints.PointsOf(app)), Is.EqualTo(expected));
    }

    private static AppsRig Rig(double minimum, double over, string pauseAfter = "1,\"50%\"", string more = "")
    {
        var rig = new AppsRig();
        rig.Create($$$"""
            {"id":"/a","cmd":"old","cpus":0.1,"mem":16,"instances":10,"backoffSeconds":1,
             "upgradeStrategy":{"minimumHealthCapacity":{{{minimum}}},"maximumOverCapacity":{{{over}}}}}
            """);
        rig.Update("/a", $$$"""{"deployment":{"pauseAfter":[{{{pauseAfter}}}]{{{more}}}}}""");
        Assert.That(rig.State.Deployments, Is.Empty);
        return rig;
    }

    private static string Update(AppsRig rig) => (string)rig.Update("/a", """{"cmd":"new"}""").Body!["deploymentId"]!;

    private static (int Old, int New) Count(AppsRig rig) =>
        (rig.Master.Live.Count(task => task.Info.Command.Value == "old" && task.State == TaskState.TaskRunning),
        rig.Master.Live.Count(task => task.Info.Command.Value == "new" && task.State == TaskState.TaskRunning));
}
