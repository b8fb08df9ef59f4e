using Mesos.V1;
using Offerbook.Apps.Health;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Health;

public sealed class HealthCheckTests
{
    private const string Checked = """
        {"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"healthChecks":[{"protocol":"HTTP","intervalSeconds":10,"gracePeriodSeconds":0,"maxConsecutiveFailures":2}]}
        """;

    [Test]
    public void Instance_ThatFailsItsChecks_IsKilledAndLaunchedAgainWithoutDelay()
    {
        var rig = new AppsRig();
        rig.Create(Checked);
        rig.Advance(TimeSpan.FromSeconds(2));
        Assert.That(rig.State.Deployments, Is.Empty);
        rig.Events.Clear();
        rig.Probe = _ => new ProbeResult.HttpAnswered(500, "Internal Server Error");
        rig.Advance(TimeSpan.FromSeconds(30));
        rig.Probe = _ => new ProbeResult.HttpAnswered(200, "OK");
        rig.Advance(TimeSpan.FromSeconds(1));
        Assert.Multiple(() =>
        {
            Assert.That(rig.EventTypes.Take(6), Is.EqualTo(new[]
            {
                "failed_health_check_event", "health_status_changed_event", "instance_health_changed_event", "failed_health_check_event",
                "failed_health_check_event", "unhealthy_instance_kill_event",
            }));
            Assert.That(rig.Of("/a").Single(), Has.Property("Incarnation").EqualTo(2).And.Property("Condition").EqualTo(Condition.Running));
            Assert.That(rig.State.Delays, Is.Empty, "kills do not hold back");
            Assert.That(rig.State.Failures.Values.Single().State, Is.EqualTo("TASK_KILLED"));
            Assert.That((string)rig.LastEvent("failed_health_check_event")["taskId"]!, Is.EqualTo(rig.Of("/a")[0].Id.Value));
        });
    }

    /// <summary>Seed 0xaafa5: it was in its grace period until the clock was where it had been, and a rollout waited for it.</summary>
    [Test]
    public void Instance_ThatIsSick_IsFoundOutThoughTheClockIsSetBack()
    {
        var rig = new AppsRig { WallOffset = TimeSpan.FromHours(1), Probe = _ => new ProbeResult.NoAnswer("Connection refused") };
        rig.Create(Checked);
        rig.WallOffset = TimeSpan.Zero;
        rig.Advance(TimeSpan.FromMinutes(1));
        Assert.That(rig.Of("/a").Single().Incarnation, Is.GreaterThan(1));
    }

    /// <summary>Seed 0xf4c78: a rollout went on because of what answered at the port of a task that had ended.</summary>
    [Test]
    public void Instance_WhosePortIsAnothersByNow_IsNotWellBecauseThatOneAnswers()
    {
        const string Ports = "\"cmd\":\"sleep 1\",\"cpus\":0.1,\"mem\":16,\"portDefinitions\":[{\"port\":31007}],\"requirePorts\":true";
        const string Check = "\"healthChecks\":[{\"protocol\":\"TCP\",\"intervalSeconds\":10,\"gracePeriodSeconds\":0}]";
        var rig = new AppsRig();
        rig.Create($"{{\"id\":\"/a\",{Ports},{Check}}}");
        rig.Advance(TimeSpan.FromSeconds(2));
        Assert.That(rig.Core.HealthyCounts().Single().Healthy, Is.EqualTo(1));

        rig.Master.Tasks[rig.Of("/a")[0].Task.Value].State = TaskState.TaskFailed;
        rig.Create($"{{\"id\":\"/b\",{Ports},{Check}}}");
        rig.Advance(TimeSpan.FromSeconds(15));
        Assert.Multiple(() =>
        {
            Assert.That(rig.Of("/b").Single().Placement, Is.EqualTo(rig.Of("/a").Single().Placement));
            Assert.That(rig.Of("/b").Single().Health.Single().IsAlive, Is.True);
            Assert.That(rig.Of("/a").Single().Health.Single().LastFailureCause,
                Is.EqualTo($"its port is {rig.Of("/b")[0].Id.Value}'s by now"));
        });
    }

    [Test]
    public void SlowStarter_InItsGracePeriod_IsAskedAtGrowingIntervals()
    {
        var rig = new AppsRig();
        var asked = new List<TimeSpan>();
        rig.Probe = _ =>
        {
            asked.Add(rig.Elapsed);
            return new ProbeResult.NoAnswer("Connection refused");
        };
        rig.Create("""{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"healthChecks":[{"protocol":"HTTP","intervalSeconds":30,"gracePeriodSeconds":300}]}""");
        var launched = rig.Elapsed;
        rig.Advance(TimeSpan.FromSeconds(60));
        Assert.That(asked[0] - launched, Is.EqualTo(TimeSpan.FromMilliseconds(250)), "the first question comes soon");
        Assert.That(asked, Has.Count.EqualTo(13), "0.25, 0.5, 0.75, then each time half as late again: the 14th would come after 65 s");
        var waits = asked.Zip(asked.Skip(1), (before, after) => after - before).ToList();
        Assert.That(waits, Is.Ordered, "each wait is at least as long as the one before");
        Assert.That(rig.Of("/a").Single().Incarnation, Is.EqualTo(1), "failures in the grace period do not count");
    }

    [Test]
    public void AgentHealth_InStatuses_CountsLikeAnyCheck()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"healthChecks":[{"protocol":"COMMAND","command":{"value":"true"}}]}""");
        Assert.That(rig.State.Deployments, Has.Count.EqualTo(1), "running is not enough");
        rig.Master.Update(rig.Of("/a")[0].Task.Value, TaskState.TaskRunning, healthy: true);
        rig.Run();
        Assert.That(rig.State.Deployments, Is.Empty);
        rig.Master.Update(rig.Of("/a")[0].Task.Value, TaskState.TaskRunning, healthy: false);
        rig.Run();
        Assert.That((bool)rig.LastEvent("health_status_changed_event")["alive"]!, Is.False);
        Assert.That(rig.Core.HealthyCounts().Single().Healthy, Is.Zero);
    }

    [Test]
    public void Health_AcrossARestart_IsRemembered()
    {
        var rig = new AppsRig();
        rig.Create(Checked);
        rig.Advance(TimeSpan.FromSeconds(2));
        rig.Probe = _ => null;
        rig.Boot();
        rig.Run();
        Assert.That(rig.Core.HealthyCounts().Single().Healthy, Is.EqualTo(1));
    }

    [Test]
    public void RepeatedSuccess_IsShownButNotWritten()
    {
        var rig = new AppsRig();
        rig.Create(Checked);
        rig.Advance(TimeSpan.FromSeconds(2));
        var events = rig.Journal.Count;
        rig.Advance(TimeSpan.FromSeconds(60));
        Assert.That(rig.Journal, Has.Count.EqualTo(events));
        var shown = rig.View.HealthOf(rig.Of("/a")[0])[0];
        Assert.That(shown.LastSuccess, Is.GreaterThan(shown.FirstSuccess!.Value));
    }

    [Test]
    public void Probe_OfHostNetworking_GoesToTheAgentAndTheChosenPort()
    {
        var asked = new List<HealthProbe>();
        var rig = new AppsRig { Probe = probe => { asked.Add(probe); return new ProbeResult.HttpAnswered(200, "OK"); } };
        rig.Create("""
            {"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"portDefinitions":[{"port":0,"name":"x"},{"port":0,"name":"y"}],
             "healthChecks":[{"protocol":"HTTPS","path":"/health","portIndex":1,"timeoutSeconds":7},{"protocol":"TCP","port":1234}]}
            """);
        rig.Advance(TimeSpan.FromSeconds(2));
        var placement = rig.Of("/a")[0].Placement!;
        Assert.That(asked,
            Does.Contain(new HealthProbe.Http(placement.Host, placement.HostPorts[1]!.Value, TimeSpan.FromSeconds(7), true, "/health")));
        Assert.That(asked, Does.Contain(new HealthProbe.Tcp(placement.Host, 1234, TimeSpan.FromSeconds(20))));
    }
}
