using Mesos.V1;
using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Core;

/// <summary>The process is killed at every event of a journal with pause points, failures, roll-backs, holds and suspensions.</summary>
public sealed class RolloutCrashTests
{
    [Test]
    public void Rollout_KilledAtEveryJournalEvent_EndsTheSame()
    {
        var whole = Start(null);
        Play(whole);
        Check(whole, "not killed");
        Assert.That(whole.Journal, Has.Count.GreaterThan(40));
        for (var events = 1; events <= whole.Journal.Count; events++)
        {
            foreach (var effectsLeave in new[] { false, true })
            {
                var rig = Start((events, effectsLeave));
                Play(rig);
                Check(rig, $"killed at event {events}, effects {(effectsLeave ? "left" : "lost")}");
            }
        }
    }

    [Test]
    public void State_AfterRollouts_IsTheFoldOfItsJournalAndOfItsSnapshot()
    {
        var rig = Start(null);
        rig.Update("/web", """{"cmd":"new x"}""");
        Settle(rig);
        rig.Call(new ApiCall.PauseDeployment(rig.State.Deployments[0].Id));
        var folded = rig.Replayed();
        Assert.That(folded.Deployments.Single().Life,
            Is.EqualTo(rig.State.Deployments.Single().Life).Using<object>((left, right) => Text(left) == Text(right)));
        Assert.That(folded.Deployments.Single().ProgressOf(PathId.Parse("/web")),
            Is.EqualTo(rig.State.Deployments.Single().ProgressOf(PathId.Parse("/web"))));
        Assert.That(AppsCore.Fold(AppsSettings.Default, new Storage.Recovery(null, rig.Journal.ToArray(), rig.Journal.Count)),
            Is.EqualTo(rig.Core.CaptureState()));
    }

    private static AppsRig Start((int Events, bool EffectsLeave)? crash)
    {
        var rig = new AppsRig(boot: false) { CrashAt = crash };
        rig.Master.OnLaunch = task => task.Info.Command.Value == "bad x" ? TaskState.TaskFailed : TaskState.TaskRunning;
        rig.Boot();
        rig.Run();
        rig.Create("""
            {"id":"/web","cmd":"old x","cpus":0.1,"mem":16,"instances":4,"backoffSeconds":1,"backoffFactor":1,
             "upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0.25},
             "deployment":{"maxFailures":2,"onFailure":"rollback","pauseAfter":["25%"]}}
            """, force: true);
        Finish(rig);
        return rig;
    }

    private static void Play(AppsRig rig)
    {
        rig.Update("/web", """{"cmd":"new x"}""", force: true);
        Finish(rig);
        rig.Update("/web", """{"cmd":"bad x"}""", force: true);
        Finish(rig);
        rig.Call(new ApiCall.SuspendApps("/web", false, true));
        Finish(rig);
        rig.Call(new ApiCall.ResumeApps("/web", false, true));
        Finish(rig);
    }

    /// <summary>Promotes whatever waits at a pause point, until nothing runs.</summary>
    private static void Finish(AppsRig rig)
    {
        for (var i = 0; i < 6; i++)
        {
            Settle(rig);
            foreach (var deployment in rig.State.Deployments.ToList())
            {
                rig.Call(new ApiCall.PromoteDeployment(deployment.Id));
            }
        }
        Settle(rig);
    }

    private static void Settle(AppsRig rig)
    {
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(40));
    }

    private static void Check(AppsRig rig, string when)
    {
        var app = rig.State.Root.FindApp(PathId.Parse("/web"));
        Assert.Multiple(() =>
        {
            Assert.That(rig.State.Deployments, Is.Empty, when);
            Assert.That(app?.Cmd, Is.EqualTo("new x").Or.EqualTo("old x"), when);
            Assert.That(rig.Running("/web"), Is.EqualTo(app?.Instances), when);
            Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.All.EqualTo(app?.Cmd), when);
            Assert.That(rig.Master.Live.Select(task => task.Id),
                Is.EqualTo(rig.State.Instances.All.Select(instance => instance.Task.Value)), when);
            Assert.That(AppsCore.Fold(AppsSettings.Default, new Storage.Recovery(null, rig.Journal.ToArray(), rig.Journal.Count)),
                Is.EqualTo(rig.Core.CaptureState()), when);
        });
    }

    private static string Text(object life) => life.ToString() ?? "";
}
