using FsCheck;
using FsCheck.Fluent;
using Mesos.V1;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using Offerbook.Resources;
using static Offerbook.Apps.Tests.Matching.Offers;

namespace Offerbook.Apps.Tests.Matching;

public sealed class OfferMatcherTests
{
    private static readonly AppDefinition App = Given.App("/shop/web") with { PortDefinitions = [] };

    [Test]
    public void Match_FittingOffer_TakesWhatIsAskedAndLeavesTheRest()
    {
        var match = Matched(Of("cpus:4;mem:1024;disk:1000"), Candidate(App));
        Assert.That(Text(match.Task.Resources), Is.EqualTo("cpus:1; mem:128"));
        Assert.That(match.Rest.Resources.Unallocate().ToString(), Is.EqualTo("cpus:3; mem:896; disk:1000"));
        Assert.That(match.Task.Resources.Select(resource => resource.AllocationInfo.Role), Is.All.EqualTo("*"));
    }

    [Test]
    public void Match_SeveralInstances_EachTakesFromTheRest()
    {
        var offer = Of("cpus:2.5;mem:1024");
        var second = Matched(Matched(offer, Candidate(App)).Rest, Candidate(App));
        Assert.That(Refusals(second.Rest, Candidate(App)), Is.EqualTo(new[] { "InsufficientCpus: cpus: requested 1, offered 0.5" }));
    }

    [Test]
    public void Match_NothingFits_NamesEveryReasonInOrder()
    {
        var app = App with
        {
            Resources = new InstanceResources(Quantity.Of(8), Quantity.Of(4096), Quantity.Of(5), 1),
            RequirePorts = true,
            PortDefinitions = [PortDefinition.Default with { Port = 80 }],
            Constraints = [new Constraint("rack", ConstraintOperator.Is, "r1")],
        };
        Assert.That(Refusals(Of("cpus:4;mem:1024;ports:[31000-31001]", "agent-1", "*", ("rack", "r2")), Candidate(app)), Is.EqualTo(new[]
        {
            "UnfulfilledConstraint: rack IS: requested r1, offered r2",
            "InsufficientCpus: cpus: requested 8, offered 4",
            "InsufficientMemory: mem: requested 4096, offered 1024",
            "InsufficientDisk: disk: requested 5, offered 0",
            "InsufficientGpus: gpus: requested 1, offered 0",
            "InsufficientPorts: ports: requested 80, offered [31000-31001]",
        }));
    }

    [Test]
    public void Match_ReservedToAnotherRole_IsRefusedForTheRole()
    {
        Assert.That(
            Refusals(Of("cpus(other):4;mem(other):1024", role: "other"),
                Candidate(App with { Role = "other", AcceptedResourceRoles = ["*"] })).First(),
            Is.EqualTo("UnfulfilledRole: role: requested *, offered other"));
        Assert.That(Refusals(Of(role: "other"), Candidate(App)).First(), Is.EqualTo("UnfulfilledRole: role: requested *, offered other"));
    }

    [Test]
    public void Match_ReservedAndFree_UsesTheReservedFirst()
    {
        var app = App with { Role = "web", Resources = new InstanceResources(Quantity.Of(3), Quantity.Zero, Quantity.Zero, 0) };
        var match = Matched(Of("cpus:2;cpus(web):2;mem:10", role: "web"), Candidate(app));
        var entries = ResourceReader.Read(match.Task.Resources).Bag;
        Assert.That(entries.Select(entry => (entry.Kind.ReservationRole, entry.Value.Scalar.Milli)),
            Is.EqualTo(new[] { ("web", 2_000L), ((string?)null, 1_000L) }));
    }

    [TestCase(AcceptedRolesDefault.Unreserved, "offered 2")]
    [TestCase(AcceptedRolesDefault.Reserved, "offered 2")]
    public void Match_AcceptedRolesDefault_NarrowsWhatIsUsed(AcceptedRolesDefault preset, string offered)
    {
        var app = App with { Role = "web", Resources = new InstanceResources(Quantity.Of(3), Quantity.Zero, Quantity.Zero, 0) };
        Assert.That(Refusals(Of("cpus:2;cpus(web):2;mem:10", role: "web"), Candidate(app), new MatchSettings { AcceptedRoles = preset }),
            Is.EqualTo(new[] { "InsufficientCpus: cpus: requested 3, " + offered }));
    }

    [Property("case", 139)]
    [Test]
    public void Match_ReservationWithLabels_IsLeftAlone()
    {
        var offer = Of("cpus:4;mem:1024").Offer;
        foreach (var resource in offer.Resources)
        {
            resource.Reservations.Add(new Resource.Types.ReservationInfo
            {
                Type = Resource.Types.ReservationInfo.Types.Type.Dynamic,
                Role = "*",
                Labels = new Labels { Labels_ = { new Label { Key = "marathon_task_id", Value = "x" } } },
            });
            resource.Reservations[0].Role = "web";
            resource.AllocationInfo.Role = "web";
        }
        offer.AllocationInfo.Role = "web";
        Assert.That(Refusals(OfferRemainder.Of(offer), Candidate(App with { Role = "web" })).First(), Does.StartWith("UnfulfilledRole"));
    }

    [Test]
    public void Match_OldFormOffer_AnswersInTheOldForm()
    {
        var offer = Of("cpus:4;mem:1024").Offer;
        offer.Resources.Clear();
        offer.Resources.Add(ResourceBag.Parse("cpus:4;mem:1024").ToProto(ResourceFormat.PreRefinement));
        Assert.That(Matched(OfferRemainder.Of(offer), Candidate(App)).Task.Resources.Select(resource => resource.Role),
            Is.All.EqualTo("*"));
    }

    [Property("case", 145)]
    [Test]
    public void Match_GpuAgent_IsKeptForGpuApps()
    {
        const string gpus = "cpus:4;mem:1024;gpus:2";
        Assert.That(Refusals(Of(gpus), Candidate(App)), Is.EqualTo(new[] { "DeclinedScarceResources: gpus: requested 0, offered 2" }));
        Assert.That(Match(Of(gpus), Candidate(App), new MatchSettings { GpusAreScarce = false }), Is.InstanceOf<MatchResult.Matched>());
        var labelled = App with { Labels = ValueMap.Of(("GPU_SCHEDULING_BEHAVIOR", "unrestricted")) };
        Assert.That(Match(Of(gpus), Candidate(labelled)), Is.InstanceOf<MatchResult.Matched>());
        var gpu = App with { Resources = App.Resources with { Gpus = 1 } };
        Assert.That(Text(Matched(Of(gpus), Candidate(gpu)).Task.Resources), Is.EqualTo("cpus:1; mem:128; gpus:1"));
    }

    [Property("case", 143)]
    [TestCase(-10L, null, true)]
    [TestCase(-10L, 5L, false)]
    [TestCase(-10L, 20L, true)]
    [TestCase(10L, null, false)]
    public void Match_MaintenanceWindow_RefusesWhileItLasts(long startsIn, long? lasts, bool isRefused)
    {
        var offer = Of().Offer;
        offer.Unavailability =
            new Unavailability { Start = new TimeInfo { Nanoseconds = Now.UnixNanoseconds + (startsIn * 1_000_000_000) } };
        if (lasts is { } seconds)
        {
            offer.Unavailability.Duration = new DurationInfo { Nanoseconds = seconds * 1_000_000_000 };
        }
        var result = Match(OfferRemainder.Of(offer), Candidate(App));
        Assert.That((result as MatchResult.Refused)?.Refusals.Single().Reason,
            Is.EqualTo(isRefused ? RefusalReason.AgentMaintenance : (RefusalReason?)null));
        Assert.That(Match(OfferRemainder.Of(offer), Candidate(App), new MatchSettings { MaintenanceMode = false }),
            Is.InstanceOf<MatchResult.Matched>());
    }

    [Property("case", 144)]
    [TestCase("home", "home", false, true)]
    [TestCase("home", null, false, true)]
    [TestCase("home", "away", false, false)]
    [TestCase("home", "away", true, true)]
    [TestCase(null, "away", false, false)]
    public void Match_Region_IsTheHomeOneUnlessAsked(string? home, string? region, bool asks, bool isMatched)
    {
        var offer = Of().Offer;
        if (region is not null)
        {
            offer.Domain = new DomainInfo { FaultDomain = new DomainInfo.Types.FaultDomain { Region = new() { Name = region },
                Zone = new() { Name = "z" } } };
        }
        var app = asks ? App with { Constraints = [new Constraint("@region", ConstraintOperator.Is, "away")] } : App;
        Assert.That(Match(OfferRemainder.Of(offer), Candidate(app) with { HomeRegion = home }) is MatchResult.Matched,
            Is.EqualTo(isMatched));
    }

    [Test]
    public void Match_AnyAmounts_LosesAndInventsNothing() => Prop.ForAll(
        Gen.Choose(1, 3_000).SelectMany(_ => Gen.Choose(0, 3_000), (cpus, mem) => (cpus, mem)).ToArbitrary(), draw =>
        {
            var offer = Of("cpus:1.5;cpus(web):1;mem:1;mem(web):1.5;disk:10;ports:[31000-31009]", role: "web");
            var app = App with { Role = "web",
                Resources = new InstanceResources(new Quantity(draw.cpus), new Quantity(draw.mem), Quantity.Zero, 0) };
            return Match(offer, Candidate(app)) switch
            {
                MatchResult.Matched matched => ResourceReader.Read(matched.Task.Resources).Bag + matched.Rest.Resources == offer.Resources,
                MatchResult.Refused refused => refused.Refusals.Count == (draw.cpus > 2_500 ? 1 : 0) + (draw.mem > 2_500 ? 1 : 0),
                _ => false,
            };
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Match_CustomExecutor_GetsItsOwnResources()
    {
        var app = App with { Executor = "/opt/executor", Cmd = null,
            ExecutorResources = new ExecutorResources(Quantity.Of(0.5), Quantity.Of(32), Quantity.Zero) };
        var match = Matched(Of("cpus:4;mem:1024"), Candidate(app));
        Assert.That((Text(match.Task.Resources), Text(match.Task.Executor.Resources)), Is.EqualTo(("cpus:1; mem:128", "cpus:0.5; mem:32")));
        Assert.That(match.Rest.Resources.Unallocate().ToString(), Is.EqualTo("cpus:2.5; mem:864"));
        Assert.That((match.Task.Executor.Command.Value, match.Task.Command), Is.EqualTo(("/opt/executor", (CommandInfo?)null)));
    }
}
