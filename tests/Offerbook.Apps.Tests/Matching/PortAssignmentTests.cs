using FsCheck;
using FsCheck.Fluent;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using Offerbook.Resources;
using static Offerbook.Apps.Tests.Matching.Offers;

namespace Offerbook.Apps.Tests.Matching;

[Property("case", 146)]
public sealed class PortAssignmentTests
{
    [Test]
    public void Match_RequiredPorts_AreExactlyThose()
    {
        var app = App(required: true, 31_005, 31_002);
        Assert.That(Matched(Of(), Candidate(app)).HostPorts, Is.EqualTo((ValueList<int?>)[31_005, 31_002]));
        Assert.That(Refusals(Of("cpus:4;mem:1024;ports:[31002-31004]"), Candidate(app)),
            Is.EqualTo(new[] { "InsufficientPorts: ports: requested 31005, 31002, offered [31002-31004]" }));
    }

    [Test]
    public void Match_TooFewPorts_SaysHowManyAreWanted() =>
        Assert.That(Refusals(Of("cpus:4;mem:1024;ports:[31000-31001]"), Candidate(App(false, 0, 0, 0))),
            Is.EqualTo(new[] { "InsufficientPorts: ports: requested 3 ports, offered [31000-31001]" }));

    [Test]
    public void Match_AnyPorts_AreConsecutiveAndWrapRound()
    {
        var wrapped = false;
        for (ulong seed = 0; seed < 50; seed++)
        {
            var ports = Matched(Of(), Candidate(App(false, 1, 2, 3)), seed: seed).HostPorts.Select(port => port!.Value).ToList();
            Assert.That(ports.Zip(ports.Skip(1)),
                Is.All.Matches<(int First, int Second)>(pair => pair.Second == (pair.First == 31_009 ? 31_000 : pair.First + 1)));
            wrapped |= ports[0] > ports[2];
        }
        Assert.That(wrapped, Is.True);
    }

    [Test]
    public void Match_MappedPorts_MixFixedAnyAndNone()
    {
        var app = Given.Posted("""
            {"id": "a", "cmd": "run it", "networks": [{"mode": "container", "name": "n"}], "container": {"type": "MESOS", "portMappings": [
              {"containerPort": 80, "hostPort": 31003}, {"containerPort": 81, "hostPort": 0}, {"containerPort": 82}, {"containerPort": 0, "hostPort": 0}]}}
            """);
        var ports = Matched(Of(), Candidate(app)).HostPorts;
        Assert.That((ports[0], ports[2]), Is.EqualTo(((int?)31_003, (int?)null)));
        Assert.That(new[] { ports[0], ports[1], ports[3] }, Is.Unique);
    }

    [Test]
    public void Match_PortsOfSeveralReservations_ComeFromTheirOwnPools()
    {
        var app = App(false, 1, 2, 3) with { Role = "web" };
        var match = Matched(Of("cpus:4;mem:1024;ports:[31000-31001];ports(web):[80-80]", role: "web"), Candidate(app));
        var bag = ResourceReader.Read(match.Task.Resources).Bag;
        Assert.That(match.HostPorts.Order(), Is.EqualTo(new int?[] { 80, 31_000, 31_001 }));
        Assert.That(bag.Reserved("web").Named("ports").Unallocate().Single().Value.Ranges.ToString(), Is.EqualTo("[80-80]"));
        Assert.That(match.Rest.Resources.Named("ports"), Is.Empty);
    }

    [Test]
    public void Match_NumbersBeyondPorts_AreNotUsed() =>
        Assert.That(Matched(Of("cpus:4;mem:1024;ports:[65535-18446744073709551615]"), Candidate(App(false, 0))).HostPorts.Single(),
            Is.EqualTo(65_535));

    [Test]
    public void Match_AnySeedAndCount_GivesDistinctOfferedPortsAndTakesThemAway() => Prop.ForAll(
        Gen.Choose(0, 1_000_000).SelectMany(_ => Gen.Choose(0, 7), (seed, count) => (seed, count)).ToArbitrary(), draw =>
        {
            var offer = Of("cpus:4;mem:1024;ports:[31000-31002,31005-31007,32000-32000]");
            var match = Matched(offer, Candidate(App(false, new int[draw.count])), seed: (ulong)draw.seed);
            var (before, used, after) = (PortsOf(offer.Resources), PortsOf(ResourceReader.Read(match.Task.Resources).Bag),
                PortsOf(match.Rest.Resources));
            return match.HostPorts.Distinct().Count() == draw.count && used.Count == (ulong)draw.count && before.Contains(used)
                && before.Except(used).Equals(after)
                && match.HostPorts.All(port => used.Contains((ulong)port!.Value));
        }).QuickCheckThrowOnFailure();

    private static Ranges PortsOf(ResourceBag bag) =>
        bag.Named("ports").Aggregate(Ranges.Empty, (sum, entry) => sum.Union(entry.Value.Ranges));

    private static AppDefinition App(bool required, params int[] ports) => Given.App("/a") with
    {
        RequirePorts = required,
        PortDefinitions = ports.Select(port => PortDefinition.Default with { Port = port, Name = null }).ToValueList(),
    };
}
