using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Daemons;

/// <summary>Apps that run one instance on every agent that suits.</summary>
public sealed class DaemonTests
{
    private const string Logs = """{"id":"/logs","cmd":"ship","cpus":0.1,"mem":16,"daemon":true}""";

    [Test]
    public void Daemon_OnEveryAgent_RunsOnceAndFollowsAgentsThatAppear()
    {
        var rig = new AppsRig();
        rig.Create(Logs);
        Settle(rig);
        Assert.That(Hosts(rig), Is.EqualTo(new[] { "host-a", "host-b" }));
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.Master.IsSuppressed, Is.False, "new agents are waited for");
        rig.Master.AddAgent("host-c");
        rig.Run();
        Assert.That(Hosts(rig), Is.EqualTo(new[] { "host-a", "host-b", "host-c" }));
        Assert.That(rig.State.Deployments, Is.Empty, "that is no deployment");
        rig.Advance(TimeSpan.FromMinutes(20));
        Assert.That(rig.Master.Tasks, Has.Count.EqualTo(3));
    }

    [Test]
    public void Daemon_WithConstraints_RunsOnlyWhereTheyHold()
    {
        var rig = new AppsRig();
        rig.Create(Logs.Replace("\"daemon\"", "\"constraints\":[[\"hostname\",\"LIKE\",\"host-[bc]\"]],\"daemon\""));
        Settle(rig);
        rig.Master.AddAgent("host-c");
        rig.Run();
        Assert.That(Hosts(rig), Is.EqualTo(new[] { "host-b", "host-c" }));
        rig.Update("/logs", """{"constraints":[["hostname","UNLIKE","host-c"]]}""");
        Settle(rig);
        Assert.That(Hosts(rig), Is.EqualTo(new[] { "host-a", "host-b" }));
        Assert.That(rig.State.Deployments, Is.Empty);
    }

    [Test]
    public void Agent_WithoutRoom_IsWaitedForByItsInstanceAndNotByTheDeployment()
    {
        var rig = new AppsRig();
        rig.Master.AddAgent("small", cpus: 0.05);
        rig.Create(Logs);
        rig.Advance(TimeSpan.FromSeconds(12));
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(Hosts(rig), Is.EqualTo(new[] { "host-a", "host-b" }));
        var waiting = rig.Of("/logs").Single(instance => instance.Condition == Condition.Scheduled);
        Assert.That(waiting.Agent?.Value, Is.EqualTo("agent-small"));
        Assert.That(rig.View.Queue.Single().Value.LastOffers.Values.SelectMany(offer => offer.Reasons).Distinct(),
            Is.EqualTo(new[] { "InsufficientCpus" }));
    }

    [Test]
    public void Agent_OutOfReach_NeedsNoReplacementAndGetsOneWhenItIsBack()
    {
        var rig = new AppsRig();
        rig.Create(Logs);
        Settle(rig);
        rig.Master.Offers = false;
        var lost = rig.Of("/logs").Single(instance => instance.Placement!.Host == "host-b");
        rig.Master.Update(lost.Task.Value, TaskState.TaskUnreachable);
        rig.Run();
        rig.Advance(TimeSpan.FromMinutes(1));
        Assert.That(rig.Of("/logs"), Has.Count.EqualTo(1));
        rig.Master.Update(lost.Task.Value, TaskState.TaskRunning);
        rig.Run();
        Assert.That(rig.Master.Live.Select(task => task.Host), Is.EqualTo(new[] { "host-a" }), "the old task is killed");
        rig.Master.Offers = true;
        rig.Run();
        Assert.That(Hosts(rig), Is.EqualTo(new[] { "host-a", "host-b" }));
    }

    [Test]
    public void Agent_Gone_TakesItsInstanceWithIt()
    {
        var rig = new AppsRig();
        rig.Create(Logs);
        Settle(rig);
        rig.Master.Offers = false;
        rig.Master.Update(rig.Of("/logs")[0].Task.Value, TaskState.TaskGoneByOperator);
        rig.Run();
        Assert.That(rig.Of("/logs"), Has.Count.EqualTo(1));
        Assert.That(rig.State.Deployments, Is.Empty);
    }

    [Test]
    public void Agent_NotOfferedForLong_IsNotWaitedFor()
    {
        var rig = new AppsRig();
        rig.Create(Logs);
        Settle(rig);
        rig.Master.Offers = false;
        rig.Master.Update(rig.Of("/logs")[0].Task.Value, TaskState.TaskFailed);
        rig.Run();
        Assert.That(rig.Of("/logs"), Has.Count.EqualTo(2));
        rig.Advance(TimeSpan.FromMinutes(6));
        Assert.That(rig.Of("/logs"), Has.Count.EqualTo(1));
        rig.Master.Offers = true;
        rig.Run();
        Assert.That(Hosts(rig), Is.EqualTo(new[] { "host-a", "host-b" }));
    }

    [Test]
    public void Restart_GoesAgentByAgent_AndNeverPutsTwoOnOne()
    {
        var rig = new AppsRig();
        rig.Master.AddAgent("host-c");
        rig.Create(Logs);
        Settle(rig);
        var least = int.MaxValue;
        rig.TurnEnded = () =>
        {
            least = Math.Min(least, rig.Running("/logs"));
            Assert.That(rig.Master.Live.Select(task => task.Host), Is.Unique);
        };
        rig.Update("/logs", """{"cmd":"ship 2"}""");
        Settle(rig);
        Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.All.EqualTo("ship 2"));
        Assert.That(Hosts(rig), Is.EqualTo(new[] { "host-a", "host-b", "host-c" }));
        Assert.That(least, Is.EqualTo(2), "one at a time");
        Assert.That(rig.State.Deployments, Is.Empty);
    }

    [Test]
    public void Instances_Shown_AreThoseWantedAndMayBeSentBack()
    {
        var rig = new AppsRig();
        rig.Create(Logs);
        Settle(rig);
        var shown = Offerbook.Apps.Daemons.DaemonCount.Shown(rig.State, rig.State.Root.Apps.Single());
        Assert.That(shown.Instances, Is.EqualTo(2));
        rig.Update("/logs", """{"instances":2}""");
        Settle(rig);
        Assert.That(rig.Master.Tasks, Has.Count.EqualTo(2), "nothing has changed");
        rig.Update("/logs", """{"instances":0}""");
        Settle(rig);
        Assert.That(rig.Of("/logs"), Is.Empty);
        Assert.That(rig.State.Deployments, Is.Empty);
        rig.Update("/logs", """{"instances":7}""");
        Settle(rig);
        Assert.That(Hosts(rig), Is.EqualTo(new[] { "host-a", "host-b" }));
    }

    [Test]
    public void App_BecomesADaemonAndIsOneNoMore()
    {
        var rig = new AppsRig();
        rig.Create(Logs.Replace("\"daemon\":true", "\"instances\":5"));
        rig.Update("/logs", """{"daemon":true}""");
        Settle(rig);
        Assert.That(Hosts(rig), Is.EqualTo(new[] { "host-a", "host-b" }));
        rig.Update("/logs", """{"daemon":false,"instances":3}""");
        Settle(rig);
        Assert.That((rig.Running("/logs"), rig.State.Deployments.Count), Is.EqualTo((3, 0)));
    }

    [Test]
    public void Dependency_IsDeployedFirst()
    {
        var rig = new AppsRig();
        rig.Master.OnLaunch = task => task.Info.Command.Value == "first" ? TaskState.TaskStarting : TaskState.TaskRunning;
        rig.PutGroup("/g",
            """{"id":"/g","apps":[{"id":"a","cmd":"first","cpus":0.1,"mem":16},{"id":"b","cmd":"then","cpus":0.1,"mem":16,"daemon":true,"dependencies":["a"]}]}""");
        rig.Advance(TimeSpan.FromSeconds(10));
        Assert.That(rig.Of("/g/b"), Is.Empty);
        rig.Master.Update(rig.Of("/g/a").Single().Task.Value, TaskState.TaskRunning);
        rig.Run();
        Settle(rig);
        Assert.That((rig.Running("/g/b"), rig.State.Deployments.Count), Is.EqualTo((2, 0)));
    }

    [Test]
    public void Senseless_Combinations_AreRefusedWithAReason()
    {
        var rig = new AppsRig();
        foreach (var (with, path) in new[]
        {
            ("\"constraints\":[[\"rack\",\"GROUP_BY\"]]", "/constraints(0)"),
            ("\"constraints\":[[\"rack\",\"MAX_PER\",\"1\"]]", "/constraints(0)"),
            ("\"constraints\":[[\"rack\",\"UNIQUE\"]]", "/constraints(0)"),
            ("\"constraints\":[[\"rack\",\"CLUSTER\"]]", "/constraints(0)"),
            ("\"deployment\":{\"pauseAfter\":[1]}", "/daemon"),
            ("\"labels\":{\"MARATHON_SINGLE_INSTANCE_APP\":\"true\"},\"upgradeStrategy\":{\"minimumHealthCapacity\":0,\"maximumOverCapacity\":0}", "/daemon"),
            ("\"role\":\"x\",\"container\":{\"type\":\"MESOS\",\"volumes\":[{\"containerPath\":\"d\",\"mode\":\"RW\",\"persistent\":{\"size\":1}}]}", "/daemon"),
        })
        {
            var refused = rig.Create(Logs.Replace("\"daemon\"", with + ",\"daemon\""));
            Assert.That(refused.Status, Is.EqualTo(422), with);
            Assert.That(refused.Body!["details"]!.Select(detail => (string?)detail["path"]), Does.Contain(path), with);
        }
    }

    [Test]
    public void KillAndScale_IsRefused_AndAKillIsMadeUpForThere()
    {
        var rig = new AppsRig();
        rig.Create(Logs);
        Settle(rig);
        var victim = rig.Of("/logs")[0];
        Assert.That(rig.Call(new ApiCall.KillAppTasks("/logs", victim.Task.Value, null, Scale: true, false, false)).Status,
            Is.EqualTo(400));
        Assert.That(rig.Call(new ApiCall.KillAppTasks("/logs", victim.Task.Value, null, false, Wipe: true, false)).Status, Is.EqualTo(200));
        Settle(rig);
        Assert.That(Hosts(rig), Is.EqualTo(new[] { "host-a", "host-b" }));
        Assert.That(rig.State.Instances.Find(victim.Id), Is.Null);
    }

    [Test]
    public void Process_KilledAtEveryJournalEvent_RunsOneOnEveryAgent()
    {
        var whole = new AppsRig();
        Play(whole);
        Assert.That(whole.Journal, Has.Count.GreaterThan(15));
        for (var events = 1; events <= whole.Journal.Count; events++)
        {
            foreach (var effectsLeave in new[] { false, true })
            {
                var rig = new AppsRig(boot: false) { CrashAt = (events, effectsLeave) };
                rig.Boot();
                rig.Run();
                Play(rig);
                var when = $"killed at event {events}, effects {(effectsLeave ? "left" : "lost")}";
                Assert.That(Hosts(rig), Is.EqualTo(new[] { "host-a", "host-b", "host-c" }), when);
                Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.All.EqualTo("ship 2"), when);
                Assert.That(rig.State.Deployments, Is.Empty, when);
                Assert.That(AppsCore.Fold(AppsSettings.Default, new Storage.Recovery(null, rig.Journal.ToArray(), rig.Journal.Count)),
                    Is.EqualTo(rig.Core.CaptureState()), when);
            }
        }
    }

    private static void Play(AppsRig rig)
    {
        rig.Create(Logs, force: true);
        Settle(rig);
        rig.Master.AddAgent("host-c");
        rig.Run();
        rig.Update("/logs", Logs.Replace("ship", "ship 2"), force: true);
        Settle(rig);
        Settle(rig);
    }

    private static void Settle(AppsRig rig) => rig.Advance(TimeSpan.FromSeconds(11));

    private static List<string> Hosts(AppsRig rig)
    {
        Assert.That(rig.Running("/logs"), Is.EqualTo(rig.Of("/logs").Count(instance => instance.IsActive)));
        Assert.That(rig.Master.Live.Select(task => task.Id),
            Is.EquivalentTo(rig.State.Instances.All.Where(instance => instance.IsActive).Select(instance => instance.Task.Value)));
        return rig.Of("/logs").Where(instance => instance.IsActive).Select(instance => instance.Placement!.Host)
            .Order(StringComparer.Ordinal).ToList();
    }
}
