using Mesos.V1;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;
using Offerbook.Storage;

namespace Offerbook.Apps.Tests.Core;

/// <summary>
/// Another instance takes over after any single effect of the one before: the journal has the turn, but only a part of what it decided
/// has left. The successor starts from a snapshot of just then, or from the journal alone.
/// </summary>
public sealed class TakeoverSweepTests
{
    private static readonly AppsSettings s_snapshots = AppsSettings.Default with { EventsPerSnapshot = 1,
        MinReviveInterval = TimeSpan.Zero };

    [TestCase(true)]
    [TestCase(false)]
    public void Takeover_AfterAnyEffect_LosesNothingAndStartsNothingTwice(bool fromSnapshots)
    {
        var settings = fromSnapshots ? s_snapshots : null;
        var whole = new AppsRig(settings);
        Play(whole);
        Check(whole, "without a takeover");
        Assert.That(whole.EffectsLeft, Is.GreaterThan(100));
        for (var effects = 1; effects <= whole.EffectsLeft; effects++)
        {
            var rig = new AppsRig(settings, boot: false) { CrashAfterEffects = effects };
            rig.Boot();
            rig.Run();
            Play(rig);
            Check(rig, $"taken over after effect {effects}");
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public void LaunchDelay_OfAFailingApp_IsNotForgottenByTheSuccessor(bool fromSnapshots)
    {
        var rig = new AppsRig(fromSnapshots ? s_snapshots : null);
        rig.Master.OnLaunch = _ => TaskState.TaskFailed;
        rig.Create("""{"id":"/a","cmd":"false","cpus":0.1,"mem":16,"backoffSeconds":10,"backoffFactor":2,"maxLaunchDelaySeconds":300}""");
        rig.Advance(TimeSpan.FromSeconds(11));
        var (delay, launches) = (rig.State.Delays[PathId.Parse("/a")], rig.Master.Tasks.Count);
        Assert.That((delay.Delay, launches), Is.EqualTo((TimeSpan.FromSeconds(20), 2)));

        rig.Boot();
        rig.Advance(TimeSpan.FromSeconds(15));
        Assert.That(rig.State.Delays[PathId.Parse("/a")], Is.EqualTo(delay));
        Assert.That(rig.Master.Tasks, Has.Count.EqualTo(launches), "the delay goes on from when it began");
        rig.Advance(TimeSpan.FromSeconds(10));
        Assert.That(rig.Master.Tasks, Has.Count.EqualTo(launches + 1));
        Assert.That(rig.State.Delays[PathId.Parse("/a")].Delay, Is.EqualTo(TimeSpan.FromSeconds(40)), "and grows from where it was");
    }

    [Test]
    public void FailedProbes_BeforeATakeover_AreNotHeldAgainstTheTaskTwice()
    {
        var rig = new AppsRig();
        rig.Create("""
            {"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"healthChecks":[{"protocol":"HTTP","path":"/","gracePeriodSeconds":0,"intervalSeconds":10,"maxConsecutiveFailures":3}]}
            """);
        rig.Advance(TimeSpan.FromSeconds(2));
        var task = rig.Of("/a")[0].Task;
        rig.Probe = _ => new ProbeResult.HttpAnswered(500, "");
        rig.Advance(TimeSpan.FromSeconds(10));
        Assert.That(rig.Core.HealthyCounts().Single().Healthy, Is.Zero);

        rig.Boot();
        rig.Run();
        Assert.That(rig.Core.HealthyCounts().Single().Healthy, Is.Zero, "an ill instance does not count as healthy for its successor");
        Assert.That(rig.Master.Live.Single().Id, Is.EqualTo(task.Value), "nor is it killed for what has not happened yet");
        rig.Probe = _ => new ProbeResult.HttpAnswered(200, "");
        rig.Advance(TimeSpan.FromSeconds(12));
        Assert.That(rig.Core.HealthyCounts().Single().Healthy, Is.EqualTo(1));
        Assert.That(rig.Of("/a")[0].Task, Is.EqualTo(task));
    }

    private static void Play(AppsRig rig)
    {
        rig.Create("""
            {"id":"/web","cmd":"run 1","cpus":0.1,"mem":16,"instances":3,"healthChecks":[{"protocol":"HTTP","path":"/","gracePeriodSeconds":5,"intervalSeconds":5}],
             "readinessChecks":[{"intervalSeconds":2}],"upgradeStrategy":{"minimumHealthCapacity":0.5,"maximumOverCapacity":0.4}}
            """, force: true);
        Settle(rig);
        // What a client does whose request went down with the leader: the same again.
        rig.Update("/web", """{"cmd":"run 2","instances":3}""", force: true);
        Settle(rig);
        rig.Update("/web", """{"cmd":"run 2","instances":2}""", force: true);
        Settle(rig);
        if (rig.Master.Live.FirstOrDefault() is { } live)
        {
            rig.Master.Update(live.Id, TaskState.TaskFailed);
        }
        Settle(rig);
    }

    /// <summary>Long enough for back-offs, repeated kills and reconciliation.</summary>
    private static void Settle(AppsRig rig)
    {
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(45));
    }

    private static void Check(AppsRig rig, string when)
    {
        var kept = rig.State.Events.All.ToDictionary(known => known.Id, known => known.Type);
        Assert.Multiple(() =>
        {
            Assert.That(rig.State.Deployments, Is.Empty, when);
            Assert.That(rig.Of("/web").Select(instance => instance.Condition), Is.EqualTo(new[] { Condition.Running, Condition.Running }),
                when);
            Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.EqualTo(new[] { "run 2", "run 2" }), when);
            Assert.That(rig.Master.Live.Select(task => task.Id), Is.EquivalentTo(rig.Of("/web").Select(instance => instance.Task.Value)),
                when);
            Assert.That(kept.Keys.Order(), Is.EqualTo(Enumerable.Range(1, kept.Count).Select(id => (long)id)),
                "ids of events are dense " + when);
            Assert.That(rig.Events.Where(told => kept[told.Id] != told.Type), Is.Empty, "no id is told twice for different events " + when);
            Assert.That(rig.Core.HealthyCounts().Single().Healthy, Is.EqualTo(2), when);
        });
        Assert.That(AppsCore.Fold(AppsSettings.Default, new Recovery(null, rig.Journal.ToArray(), rig.Journal.Count)),
            Is.EqualTo(rig.Core.CaptureState()), when);
    }
}
