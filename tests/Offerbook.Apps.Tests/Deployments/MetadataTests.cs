using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Deployments;

/// <summary>What a change restarts: by default every difference, on request only what tasks have to be told.</summary>
public sealed class MetadataTests
{
    private const string Web = """{"id":"/web","cmd":"x y","cpus":0.1,"mem":16,"instances":2}""";

    [TestCase("""{"labels":{"a":"b"}}""")]
    [TestCase("""{"dependencies":["/db"]}""")]
    [TestCase("""{"upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0.5}}""")]
    [TestCase("""{"backoffSeconds":7,"backoffFactor":2,"maxLaunchDelaySeconds":99}""")]
    [TestCase("""{"killSelection":"OLDEST_FIRST"}""")]
    public void Metadata_ChangedWhereRestartsAreNeededOnly_StaysInPlace(string change)
    {
        var rig = Rig();
        var tasks = rig.Of("/web").Select(instance => instance.Task).ToList();
        var before = rig.State.Root.FindApp(PathId.Parse("/web"))!;
        var reply = Update(rig, change, Versioning.Lenient);
        var after = rig.State.Root.FindApp(PathId.Parse("/web"))!;
        Assert.Multiple(() =>
        {
            Assert.That(reply.Status, Is.EqualTo(200));
            Assert.That(rig.Of("/web").Select(instance => instance.Task), Is.EqualTo(tasks));
            Assert.That(after.Version, Is.GreaterThan(before.Version), "it is a version to go back to");
            Assert.That(after.VersionInfo.LastConfigChangeAt, Is.EqualTo(before.VersionInfo.LastConfigChangeAt));
            Assert.That(rig.State.Finished[^1].Succeeded, Is.True);
            Assert.That((string)rig.LastEvent("deployment_success")["id"]!, Is.EqualTo((string)reply.Body!["deploymentId"]!));
        });
        rig.Boot();
        rig.Run();
        Assert.That(rig.Of("/web").Select(instance => instance.Task), Is.EqualTo(tasks));
    }

    [TestCase("""{"labels":{"a":"b"}}""", Versioning.Strict)]
    [TestCase("""{"labels":{"a":"b"},"cmd":"y z"}""", Versioning.Lenient)]
    [TestCase("""{"env":{"A":"b"}}""", Versioning.Lenient)]
    public void Change_ThatTasksMustBeToldOrAsClientsKnowIt_Restarts(string change, Versioning versioning)
    {
        var rig = Rig();
        var tasks = rig.Of("/web").Select(instance => instance.Task).ToList();
        Update(rig, change, versioning);
        Assert.That(rig.Of("/web").Select(instance => instance.Task).Intersect(tasks), Is.Empty);
        Assert.That(rig.Running("/web"), Is.EqualTo(2));
    }

    [Test]
    public void Metadata_ChangedWithTheNumber_OnlyScales()
    {
        var rig = Rig();
        var tasks = rig.Of("/web").Select(instance => instance.Task).ToList();
        Update(rig, """{"labels":{"a":"b"},"instances":3}""", Versioning.Lenient);
        Assert.That(rig.Running("/web"), Is.EqualTo(3));
        Assert.That(rig.Of("/web").Select(instance => instance.Task), Is.SupersetOf(tasks));
    }

    [Test]
    public void Task_LaunchedAfterAChangeInPlace_IsToldTheNewLabels()
    {
        var rig = Rig();
        Update(rig, """{"labels":{"a":"b"}}""", Versioning.Lenient);
        rig.Master.Update(rig.Of("/web")[0].Task.Value, TaskState.TaskFailed);
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(10));
        Assert.That(rig.Master.Live.Count(task => task.Info.Labels?.Labels_.Any(label => label.Key == "a") == true), Is.EqualTo(1));
        Update(rig, """{"cmd":"z z"}""", Versioning.Lenient);
        Assert.That(rig.Master.Live.Count(task => task.Info.Command.Value == "z z"), Is.EqualTo(2),
            "both count as old when the configuration changes");
    }

    [Test]
    public void Limits_OfDeployments_ChangeWithoutADeployment()
    {
        var rig = Rig();
        var tasks = rig.Of("/web").Select(instance => instance.Task).ToList();
        var reply = rig.Update("/web",
            """{"deployment":{"deadlineSeconds":60,"maxFailures":3,"onFailure":"hold","pauseAfter":[1,"25%"]}}""");
        Assert.That(reply.Status, Is.EqualTo(200), reply.Body?.ToString());
        Assert.That(rig.Of("/web").Select(instance => instance.Task), Is.EqualTo(tasks));
        Assert.That(rig.Replayed().Root.FindApp(PathId.Parse("/web"))!.Deployment,
            Is.EqualTo(rig.State.Root.FindApp(PathId.Parse("/web"))!.Deployment));
        rig.Update("/web", """{"deployment":{}}""");
        Assert.That(rig.State.Root.FindApp(PathId.Parse("/web"))!.Deployment, Is.Null);
    }

    [TestCase("""{"deadlineSeconds":0}""")]
    [TestCase("""{"maxFailures":-1}""")]
    [TestCase("""{"onFailure":"panic"}""")]
    [TestCase("""{"pauseAfter":["120%"]}""")]
    [TestCase("""{"pauseAfter":[0]}""")]
    [TestCase("""{"pauseAfter":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21]}""")]
    public void Limits_ThatMakeNoSense_AreRefusedWithTheirPath(string policy)
    {
        var reply = Rig().Update("/web", $$$"""{"deployment":{{{policy}}}}""");
        Assert.That(reply.Status, Is.EqualTo(422));
        Assert.That((string)reply.Body!["details"]![0]!["path"]!, Does.StartWith("/deployment/"));
    }

    private static AppsRig Rig()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/db","cmd":"x y","cpus":0.1,"mem":16}""");
        rig.Create(Web);
        return rig;
    }

    private static Reply Update(AppsRig rig, string change, Versioning versioning) =>
        rig.Call(new ApiCall.UpdateApp("/web", JObject.Parse(change), false, Partial: true,
            CreateMissing: true) { Versioning = versioning });
}
