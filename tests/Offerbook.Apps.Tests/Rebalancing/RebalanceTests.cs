using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Rebalancing;

/// <summary>Moving instances to where constraints and preferences hold better.</summary>
public sealed class RebalanceTests
{
    private const string Web =
        """{"id":"/web","cmd":"serve","cpus":0.1,"mem":16,"instances":6,"preferences":[["hostname","GROUP_BY","3"]]}""";

    [Test]
    public void Plan_AfterAnAgentCame_EvensTheGroups()
    {
        var rig = Uneven(Web);
        var moves = rig.Plan();
        Assert.That(moves.Select(move => move.To.Host), Is.EqualTo(new[] { "host-c", "host-c" }));
    }

    [Test]
    public void Plan_OfWhatIsEven_IsEmpty()
    {
        var rig = new AppsRig();
        rig.Create(Web.Replace("preferences", "constraints").Replace("\"3\"", "\"2\""));
        Assert.That(rig.Running("/web"), Is.EqualTo(6));
        Assert.That(rig.Plan(), Is.Empty);
    }

    [Test]
    public void Plan_OfGroupsThatWereUnknownAtFirst_EvensThem()
    {
        var rig = new AppsRig();
        rig.Create(Web.Replace("preferences", "constraints").Replace(",\"3\"", ""));
        Assert.That(Spread(rig), Is.EqualTo(new[] { ("host-a", 5), ("host-b", 1) }));
        Assert.That(rig.Plan().Select(move => (move.Instance.Placement!.Host, move.To.Host)),
            Is.EqualTo(new[] { ("host-a", "host-b"), ("host-a", "host-b") }));
    }

    [Test]
    public void Plan_WithoutRoom_LeavesTheAgentAlone()
    {
        var rig = new AppsRig();
        rig.Create(Web);
        rig.Advance(TimeSpan.FromSeconds(10));
        rig.Master.AddAgent("host-c", cpus: 0.05);
        rig.Look();
        Assert.That(rig.Plan().Select(move => move.To.Host), Has.None.EqualTo("host-c"));
    }

    [Test]
    public void Plan_ForPreferences_MovesToTheBetterPlaces()
    {
        var rig = Uneven(
            Web.Replace("\"preferences\":[[\"hostname\",\"GROUP_BY\",\"3\"]]", "\"preferences\":[[\"hostname\",\"IS\",\"host-c\",4]]"));
        var moves = rig.Plan();
        Assert.That(moves, Has.Count.EqualTo(6));
        Assert.That(moves.Select(move => (move.To.Host, move.Gain)), Is.All.EqualTo(("host-c", 4L)));
    }

    [Test]
    public void Move_StartsFirstAndNeverHasFewerThanWanted()
    {
        var rig = Uneven(Web);
        var least = int.MaxValue;
        rig.TurnEnded = () => least = Math.Min(least, rig.Running("/web"));
        rig.Move();
        rig.Advance(TimeSpan.FromSeconds(5));
        Assert.That(Spread(rig), Is.EqualTo(new[] { ("host-a", 2), ("host-b", 2), ("host-c", 2) }));
        Assert.That((least, rig.State.Deployments.Count, rig.State.Finished[^1].Succeeded), Is.EqualTo((6, 0, true)));
        Assert.That(rig.Plan(), Is.Empty, "nothing is left to gain");
    }

    [Test]
    public void Move_WithoutOverCapacity_KillsFirstAndKeepsTheMinimum()
    {
        var rig = Uneven(Web.Replace("\"cpus\"", "\"upgradeStrategy\":{\"minimumHealthCapacity\":0.8,\"maximumOverCapacity\":0},\"cpus\""));
        var (least, most) = (int.MaxValue, 0);
        rig.TurnEnded = () => (least, most) = (Math.Min(least, rig.Running("/web")), Math.Max(most, rig.Master.Live.Count()));
        rig.Move();
        rig.Advance(TimeSpan.FromSeconds(5));
        Assert.That(Spread(rig), Is.EqualTo(new[] { ("host-a", 2), ("host-b", 2), ("host-c", 2) }));
        Assert.That((least, most, rig.State.Deployments.Count), Is.EqualTo((5, 6, 0)));
    }

    [Test]
    public void Move_OfInstancesThatAreGone_IsRefused()
    {
        var rig = Uneven(Web);
        Assert.That(rig.Call(new ApiCall.MoveInstances("/web", ["web.instance-1"], false)).Status, Is.EqualTo(409));
        Assert.That(rig.Call(new ApiCall.MoveInstances("/none", ["web.instance-1"], false)).Status, Is.EqualTo(404));
    }

    [Test]
    public void Process_KilledAtEveryJournalEvent_MovesWhatWasNamedAndNoMore()
    {
        var whole = Uneven(Web);
        var before = whole.Journal.Count;
        whole.Move();
        whole.Advance(TimeSpan.FromSeconds(30));
        for (var events = before + 1; events <= whole.Journal.Count; events++)
        {
            foreach (var effectsLeave in new[] { false, true })
            {
                var rig = Uneven(Web);
                rig.CrashAt = (events, effectsLeave);
                rig.Move();
                rig.Advance(TimeSpan.FromSeconds(30));
                var when = $"killed at event {events}, effects {(effectsLeave ? "left" : "lost")}";
                Assert.That(Spread(rig), Is.EqualTo(new[] { ("host-a", 2), ("host-b", 2), ("host-c", 2) }), when);
                Assert.That(rig.State.Deployments, Is.Empty, when);
                Assert.That(rig.Master.Live.Count(), Is.EqualTo(6), when);
                Assert.That(AppsCore.Fold(AppsSettings.Default, new Storage.Recovery(null, rig.Journal.ToArray(), rig.Journal.Count)),
                    Is.EqualTo(rig.Core.CaptureState()), when);
            }
        }
    }

    /// <summary>Six instances on two agents, and a third agent that came later.</summary>
    private static AppsRig Uneven(string app)
    {
        var rig = new AppsRig();
        rig.Create(app);
        rig.Advance(TimeSpan.FromSeconds(10));
        Assert.That(rig.Running("/web"), Is.EqualTo(6));
        rig.Master.AddAgent("host-c");
        rig.Look();
        return rig;
    }

    private static List<(string, int)> Spread(AppsRig rig) => rig.Of("/web").Where(instance => instance.Condition == Condition.Running)
        .GroupBy(instance => instance.Placement!.Host).OrderBy(host => host.Key, StringComparer.Ordinal)
        .Select(host => (host.Key, host.Count())).ToList();
}
