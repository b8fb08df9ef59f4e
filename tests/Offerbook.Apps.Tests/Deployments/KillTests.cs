using Mesos.V1;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Tests.Deployments;

/// <summary>Which instances go, and how their kills are sent.</summary>
public sealed class KillTests
{
    [Test, Category("case 107")]
    public void Selection_WithoutAnyToGo_TakesNone()
    {
        Assert.That(SpreadKills.First(0, Given.App("/a"), [At(1, "r1")], []), Is.Empty);
        Assert.That(SpreadKills.First(2, Given.App("/a"), [], []), Is.Empty);
    }

    [Test, Category("case 107")]
    public void Selection_TakesSentencedThenByConditionThenTheYoungest()
    {
        Instance[] all =
        [
            At(1, "r1"), At(2, "r1"), At(3, "r1") with { Condition = Condition.Staging },
            At(4, "r1") with { Condition = Condition.Unreachable },
            At(5, "r1") with { Condition = Condition.Starting }, At(6, "r1"),
        ];
        Assert.That(Numbers(SpreadKills.First(6, Given.App("/a"), all, [all[0].Id.Value])), Is.EqualTo(new[] { 1, 4, 3, 5, 6, 2 }));
        Assert.That(
            Numbers(SpreadKills.First(2, Given.App("/a") with { KillSelection = KillSelection.OldestFirst }, [all[1], all[5], all[0]], [])),
            Is.EqualTo(new[] { 1, 2 }));
    }

    [TestCase("aaabbc", 3, "abc", Category = "case 108")]
    [TestCase("aaaabb", 2, "aabb", Category = "case 108")]
    [TestCase("aaaab", 3, "ab", Category = "case 108")]
    [TestCase("aabbcc", 3, "abc", Category = "case 108")]
    [TestCase("abcd", 2, null, Category = "case 108")]
    public void Selection_WithGroupBy_KeepsTheSpread(string racks, int kills, string? left)
    {
        var app = Given.App("/a") with { Constraints = [new Constraint("rack", ConstraintOperator.GroupBy, null)] };
        var all = racks.Select((rack, i) => At(i + 1, rack.ToString())).ToList();
        var gone = SpreadKills.First(kills, app, all, []);
        var rest = string.Concat(all.Except(gone).Select(instance => instance.Placement!.Location["rack"]).Order());
        Assert.That(gone, Has.Count.EqualTo(kills));
        Assert.That(rest, left is null ? Has.Length.EqualTo(racks.Length - kills) : Is.EqualTo(left));
    }

    [Test, Category("case 116")]
    public void Kills_InFlight_AreBoundedAndEachThatEndsLetsTheNextGo()
    {
        var rig = new AppsRig(AppsSettings.Default with { MinReviveInterval = TimeSpan.Zero, MaxKillsInFlight = 3 });
        rig.Create("""{"id":"/a","cmd":"x y","cpus":0.1,"mem":16,"instances":10}""");
        rig.Master.KillsAtOnce = false;
        rig.Update("/a", """{"instances":0}""");
        Assert.That(Kills(rig).Distinct().Count(), Is.EqualTo(3));
        rig.Advance(TimeSpan.FromSeconds(40));
        Assert.That(Kills(rig).Distinct().Count(), Is.EqualTo(3), "the same ones are repeated");
        Assert.That(Kills(rig), Has.Count.EqualTo(6));
        rig.Master.Update(Kills(rig)[0], TaskState.TaskKilled);
        rig.Run();
        Assert.That(Kills(rig).Distinct().Count(), Is.EqualTo(4));
        rig.Master.KillsAtOnce = true;
        rig.Advance(TimeSpan.FromSeconds(60));
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.Master.Live, Is.Empty);
    }

    [Test, Category("case 116")]
    public void Kill_OfATaskOutOfReach_GivesTheInstanceUp()
    {
        var rig = new AppsRig();
        rig.Create("""{"id":"/a","cmd":"x y","cpus":0.1,"mem":16,"unreachableStrategy":{"inactiveAfterSeconds":300,"expungeAfterSeconds":600}}""");
        var lost = rig.Of("/a")[0];
        rig.Master.Update(lost.Task.Value, TaskState.TaskUnreachable);
        rig.Run();
        rig.Call(new ApiCall.KillAppTasks("/a", lost.Task.Value, null, false, false, false));
        Assert.That(Kills(rig), Is.Empty);
        Assert.That(rig.Of("/a").Single().Id, Is.Not.EqualTo(lost.Id));
        Assert.That(rig.Running("/a"), Is.EqualTo(1));
    }

    private static List<string> Kills(AppsRig rig) =>
        rig.Master.Calls.Where(call => call.Kill is not null).Select(call => call.Kill.TaskId.Value).ToList();

    private static Instance At(int number, string rack) =>
        new(new InstanceId($"a.instance-{number:00000000}-0000-1000-8000-000000000000"), PathId.Parse("/a"), Given.At(1), "*")
    {
        Condition = Condition.Running,
        Incarnation = 1,
        StagedAt = Given.At(number),
        StartedAt = Given.At(number),
        Placement = new Placement(new AgentId("agent-" + rack),
            new AgentLocation("host-" + rack, null, null, new[] { KeyValuePair.Create("rack", rack) }.ToValueMap()), []),
    };

    private static IEnumerable<int> Numbers(IEnumerable<Instance> instances) =>
        instances.Select(instance => int.Parse(instance.Id.Value["a.instance-".Length..][..8]));
}
