using Offerbook.Apps.Instances;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Rebalancing;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Rebalancing;

/// <summary>A move ends where it gains, although nothing forbids the successor the place that is to be left.</summary>
public sealed class MoveTargetTests
{
    private const string StartsFirst = """{"minimumHealthCapacity":1,"maximumOverCapacity":1}""";
    private const string KillsFirst = """{"minimumHealthCapacity":0.5,"maximumOverCapacity":0}""";
    private const string AsConstraint = "\"constraints\":[[\"rack\",\"GROUP_BY\"]]";
    private const string AsPreference = "\"preferences\":[[\"rack\",\"GROUP_BY\",\"\",5]]";

    [TestCase(AsConstraint, StartsFirst)]
    [TestCase(AsConstraint, KillsFirst)]
    [TestCase(AsPreference, StartsFirst)]
    [TestCase(AsPreference, KillsFirst)]
    [TestCase(AsPreference + ",\"constraints\":[[\"rack\",\"LIKE\",\".*\"]]", KillsFirst)]
    public void Successor_OfAnInstanceInTheOnlyGroup_GoesToTheNewOne(string rules, string upgrade)
    {
        var rig = InOneRack(4, rules, upgrade);
        rig.Master.AddAgent(InRack("host-z", "b"));
        rig.Look();

        rig.Move();
        rig.Advance(TimeSpan.FromSeconds(2));

        Assert.That(Racks(rig), Is.EqualTo(new[] { ("a", 2), ("b", 2) }), "at once: it is the best place that is known");
        Assert.That((rig.State.Deployments.Count, rig.Plan().Count), Is.EqualTo((0, 0)));
    }

    /// <summary>The best group that is known has no room, so for some seconds nothing is good enough; then it is the next best.</summary>
    [Test]
    public void Successor_WithoutRoomInTheBestGroup_GoesToTheBestOfThoseAtHand()
    {
        var rig = InOneRack(4, AsConstraint, KillsFirst);
        rig.Master.AddAgent(InRack("host-y", "full", cpus: 0.05));
        rig.Master.AddAgent(InRack("host-z", "b"));
        rig.Look();

        rig.Move();
        rig.Advance(TimeSpan.FromSeconds(20));

        Assert.That(Racks(rig), Is.EqualTo(new[] { ("a", 2), ("b", 2) }));
        Assert.That((rig.State.Deployments.Count, rig.Plan().Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public void Successor_WhosePlaceIsGone_TakesAnotherInTheEnd()
    {
        var rig = InOneRack(2, AsConstraint, KillsFirst);
        rig.Master.AddAgent(InRack("host-z", "b"));
        rig.Look();
        var moves = rig.Plan();
        rig.Master.GiveUp("host-z");
        rig.Run();

        rig.Move(moves);
        rig.Advance(TimeSpan.FromSeconds(10));

        Assert.That(Racks(rig), Is.EqualTo(new[] { ("a", 2) }));
        Assert.That(rig.State.Deployments, Is.Empty);
    }

    /// <summary>Whatever a placement is, moves that each gain come to an end.</summary>
    [Test]
    public void Gain_AllTheWayRound_IsNothing()
    {
        var app = Given.Posted(
            """{"id":"/web","cmd":"serve","instances":3,"preferences":[["rack","GROUP_BY","",5],["disk","LIKE","ssd",7]]}""",
            new SpecSettings());
        AgentLocation[] places =
        [
            Place("h1", ("rack", "a")), Place("h2", ("disk", "ssd")), Place("h3", ("rack", "b"), ("disk", "ssd")), Place("h4"),
        ];
        var cost = new PlacementCost(app, [places[0], places[0], places[2]]);
        var rounds = from second in places from third in places select new[] { places[0], second, third, places[0] };
        foreach (var round in rounds)
        {
            var gain = 0L;
            foreach (var (from, to) in round.Zip(round.Skip(1)))
            {
                gain += cost.Gain(from, to);
                cost.Move(from, to);
            }
            Assert.That(gain, Is.Zero, string.Join(" to ", round.Select(place => place.Host)));
        }
    }

    private static AgentLocation Place(string host, params (string Name, string Value)[] attributes) =>
        new(host, null, null, attributes.Select(attribute => KeyValuePair.Create(attribute.Name, attribute.Value)).ToValueMap());

    private static AppsRig InOneRack(int instances, string rules, string upgrade)
    {
        var rig = new AppsRig();
        rig.Master.GiveUp("host-a");
        rig.Master.GiveUp("host-b");
        rig.Master.AddAgent(InRack("host-1", "a"));
        rig.Master.AddAgent(InRack("host-2", "a"));
        rig.Create(
            $$"""{"id":"/web","cmd":"serve","cpus":0.1,"mem":16,"instances":{{instances}},"upgradeStrategy":{{upgrade}},{{rules}}}""");
        rig.Advance(TimeSpan.FromSeconds(10));
        Assert.That(Racks(rig), Is.EqualTo(new[] { ("a", instances) }));
        return rig;
    }

    private static FakeAgent InRack(string host, string rack, double cpus = 16) => new("agent-" + host, host, cpus, 16_384, 100)
    {
        Attributes = new Dictionary<string, string> { ["rack"] = rack },
    };

    private static List<(string, int)> Racks(AppsRig rig) => rig.Of("/web").Where(instance => instance.Condition == Condition.Running)
        .GroupBy(instance => instance.Placement!.Location["rack"]!).OrderBy(rack => rack.Key, StringComparer.Ordinal)
        .Select(rack => (rack.Key, rack.Count())).ToList();
}
