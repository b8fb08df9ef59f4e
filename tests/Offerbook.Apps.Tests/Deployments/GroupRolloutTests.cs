using Mesos.V1;
using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Deployments;

/// <summary>Restarting, suspending and resuming groups, the order of stopping, warnings and histories.</summary>
public sealed class GroupRolloutTests
{
    private const string Shop = """
        {"apps":[
          {"id":"db","cmd":"run db","cpus":0.1,"mem":16},
          {"id":"service","cmd":"run service","cpus":0.1,"mem":16,"instances":2,"dependencies":["db"]},
          {"id":"web","cmd":"run web","cpus":0.1,"mem":16,"instances":3,"dependencies":["service"]}]}
        """;

    [Test]
    public void Group_Removed_StopsInTheReverseOfItsStart()
    {
        var rig = Rig();
        rig.Master.KillsAtOnce = false;
        rig.Call(new ApiCall.DeleteGroup("/shop", false));
        var plan = rig.State.Deployments.Single().Plan;
        Assert.That(plan.Steps.Single().Actions.Select(action => action.Name), Is.EqualTo(Enumerable.Repeat("StopApplication", 3)),
            "one step, as clients know it");
        foreach (var app in new[] { "shop_web", "shop_service", "shop_db" })
        {
            var killed = Killed(rig);
            Assert.That(killed.Select(App).Distinct(), Is.EqualTo(new[] { app }));
            killed.ForEach(task => rig.Master.Update(task, TaskState.TaskKilled));
            rig.Master.Calls.Clear();
            rig.Run();
        }
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.EventTypes.Count(type => type == "app_terminated_event"), Is.EqualTo(3));
    }

    [Test]
    public void Group_WhoseRemovalACrashInterrupts_StopsInOrderAllTheSame()
    {
        var rig = Rig();
        rig.Master.KillsAtOnce = false;
        rig.Call(new ApiCall.DeleteGroup("/shop", false));
        Killed(rig).ForEach(task => rig.Master.Update(task, TaskState.TaskKilled));
        rig.Run();
        rig.Master.Calls.Clear();
        rig.Boot();
        rig.Run();
        Assert.That(Killed(rig).Select(App).Distinct(), Is.EqualTo(new[] { "shop_service" }));
    }

    [Test]
    public void Group_Restarted_ReplacesAllInOrderOfDependency()
    {
        var rig = Rig();
        var launched = new List<string>();
        rig.Master.OnLaunch = task =>
        {
            launched.Add(task.App);
            return TaskState.TaskRunning;
        };
        Assert.That(rig.Call(new ApiCall.RestartGroup("/shop", false)).Status, Is.EqualTo(200));
        Assert.That(launched, Is.EqualTo(new[] { "shop_db", "shop_service", "shop_service", "shop_web", "shop_web", "shop_web" }));
        Assert.That(rig.Call(new ApiCall.RestartGroup("/nowhere", false)).Status, Is.EqualTo(404));
    }

    [Test]
    public void Group_SuspendedAndResumed_HasItsNumbersBack()
    {
        var rig = Rig();
        Assert.That(rig.Call(new ApiCall.SuspendApps("/shop", true, false)).Status, Is.EqualTo(200));
        Assert.That(rig.Master.Live, Is.Empty);
        rig.Boot();
        rig.Run();
        Assert.That(rig.Call(new ApiCall.ResumeApps("/shop", true, false)).Status, Is.EqualTo(200));
        Assert.That(new[] { "/shop/db", "/shop/service", "/shop/web" }.Select(rig.Running), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(rig.State.Suspended, Is.Empty);
        Assert.That(rig.Call(new ApiCall.ResumeApps("/shop", true, false)).Status, Is.EqualTo(409));
    }

    [Test]
    public void App_ScaledToNothingByHand_IsResumedToo()
    {
        var rig = Rig();
        rig.Update("/shop/web", """{"instances":0}""");
        Assert.That(rig.Call(new ApiCall.ResumeApps("/shop/web", false, false)).Status, Is.EqualTo(200));
        Assert.That(rig.Running("/shop/web"), Is.EqualTo(3));
        Assert.That(rig.Call(new ApiCall.ResumeApps("/shop/nothing", false, false)).Status, Is.EqualTo(404));
    }

    [Test]
    public void Suspended_InASnapshot_IsRemembered()
    {
        var rig = new AppsRig(AppsSettings.Default with { EventsPerSnapshot = 3, MinReviveInterval = TimeSpan.Zero });
        rig.PutGroup("/shop", Shop);
        rig.Call(new ApiCall.SuspendApps("/shop/web", false, false));
        rig.Master.Update(rig.Of("/shop/db")[0].Task.Value, TaskState.TaskFailed, message: "boom");
        rig.Run();
        Assert.That(rig.Snapshot, Is.Not.Null);
        rig.Boot();
        Assert.That(rig.State.Suspended[PathId.Parse("/shop/web")], Is.EqualTo(3));
        Assert.That(rig.State.FailureHistory[PathId.Parse("/shop/db")].Single().Message, Is.EqualTo("boom"));
    }

    [Test]
    public void Dependency_OnAnUnknownId_IsWarnedAbout()
    {
        var rig = new AppsRig();
        var reply = rig.Create("""{"id":"/a","cmd":"x y","dependencies":["/nowhere"]}""");
        Assert.That(reply.Status, Is.EqualTo(201));
        Assert.That(reply.Body!["warnings"]!.Single().ToString(),
            Is.EqualTo("App /a depends on /nowhere, which does not exist: the dependency is ignored."));
        Assert.That(rig.Create("""{"id":"/b","cmd":"x y","dependencies":["/a"]}""").Body!["warnings"], Is.Null);
    }

    [Test]
    public void Failures_OfAnApp_AreKeptUpToTheBound()
    {
        var rig = new AppsRig();
        rig.Master.OnLaunch = _ => TaskState.TaskFailed;
        rig.Create("""{"id":"/a","cmd":"x y","cpus":0.1,"mem":16,"backoffSeconds":1,"backoffFactor":1}""");
        rig.Advance(TimeSpan.FromSeconds(40));
        Assert.That(rig.State.FailureHistory[PathId.Parse("/a")], Has.Count.EqualTo(AppsState.MaxFailuresPerApp));
        Assert.That(rig.State.FailureHistory[PathId.Parse("/a")][^1], Is.EqualTo(rig.State.Failures[PathId.Parse("/a")]));
        Assert.That(rig.Replayed().FailureHistory[PathId.Parse("/a")], Is.EqualTo(rig.State.FailureHistory[PathId.Parse("/a")]));
    }

    [Test]
    public void Delays_OfAGroup_AreForgottenTogether()
    {
        var rig = new AppsRig();
        rig.Master.OnLaunch = _ => TaskState.TaskFailed;
        rig.PutGroup("/g", """{"apps":[{"id":"a","cmd":"x y","backoffSeconds":100},{"id":"b","cmd":"x y","backoffSeconds":100}]}""");
        rig.Create("""{"id":"/c","cmd":"x y","backoffSeconds":100}""");
        var tasks = rig.Master.Tasks.Count;
        var reply = rig.Call(new ApiCall.ResetDelays("/g"));
        Assert.That(reply.Body!["apps"]!.Select(id => (string)id!), Is.EqualTo(new[] { "/g/a", "/g/b" }));
        Assert.That(rig.Master.Tasks, Has.Count.EqualTo(tasks + 2));
        Assert.That(rig.State.Delays.Keys.Select(id => id.ToString()), Is.EqualTo(new[] { "/c", "/g/a", "/g/b" }),
            "they have failed again");
    }

    private static AppsRig Rig()
    {
        var rig = new AppsRig();
        rig.PutGroup("/shop", Shop);
        rig.Master.Calls.Clear();
        return rig;
    }

    private static List<string> Killed(AppsRig rig) =>
        rig.Master.Calls.Where(call => call.Kill is not null).Select(call => call.Kill.TaskId.Value).Distinct().ToList();

    private static string App(string task) => task[..task.IndexOf(".instance-", StringComparison.Ordinal)];
}
