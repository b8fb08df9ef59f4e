using Mesos.V1;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Instances;

/// <summary>Apps whose instances run once to completion.</summary>
public sealed class RunOnceTests
{
    private const string Job = """{"id":"/job","cmd":"work","cpus":0.1,"mem":16,"instances":2,"runOnce":true}""";

    [Test]
    public void Instance_ThatEndsWell_IsDoneAndNotLaunchedAgain()
    {
        var rig = new AppsRig();
        rig.Create(Job);
        Finish(rig, TaskState.TaskFinished);
        rig.Advance(TimeSpan.FromMinutes(20));
        Assert.That(rig.Of("/job").Select(instance => (instance.Condition, instance.Incarnation)), Is.All.EqualTo((Condition.Finished, 1)));
        Assert.That(rig.Master.Tasks, Has.Count.EqualTo(2));
        Assert.That(rig.State.Delays, Is.Empty);
        Assert.That(rig.Master.IsSuppressed);
        var before = rig.Core.CaptureState();
        rig.Boot();
        rig.Run();
        Assert.That(rig.Core.CaptureState().Length, Is.GreaterThanOrEqualTo(before.Length), "it is in the journal");
        Assert.That(rig.Master.Live, Is.Empty);
    }

    [Test]
    public void Instance_ThatFails_IsLaunchedAgainUntilItEndsWell()
    {
        var rig = new AppsRig();
        rig.Create(Job);
        Finish(rig, TaskState.TaskFailed);
        rig.Advance(TimeSpan.FromSeconds(5));
        Assert.That(rig.Running("/job"), Is.EqualTo(2));
        Finish(rig, TaskState.TaskFinished);
        Assert.That(rig.Of("/job").Select(instance => (instance.Condition, instance.Incarnation)), Is.All.EqualTo((Condition.Finished, 2)));
    }

    [Test]
    public void App_ThatIsDone_RunsAgainWithANewConfigurationAndScalesAndGoes()
    {
        var rig = new AppsRig();
        rig.Create(Job);
        Finish(rig, TaskState.TaskFinished);
        rig.Update("/job", """{"cmd":"work more"}""");
        Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.EqualTo(new[] { "work more", "work more" }));
        Finish(rig, TaskState.TaskFinished);
        Assert.That(rig.State.Deployments, Is.Empty);
        rig.Update("/job", """{"instances":3}""");
        Assert.That(rig.Running("/job"), Is.EqualTo(1), "only the new one has work to do");
        rig.Update("/job", """{"instances":0}""");
        Assert.That(rig.Of("/job"), Is.Empty);
        Assert.That(rig.State.Deployments, Is.Empty);
    }

    private static void Finish(AppsRig rig, TaskState state)
    {
        foreach (var task in rig.Master.Live.ToList())
        {
            rig.Master.Update(task.Id, state);
        }
        rig.Run();
    }
}
