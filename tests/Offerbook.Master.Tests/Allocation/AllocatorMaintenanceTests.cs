using Mesos.V1;
using Offerbook.Master.Allocation;
using Offerbook.Resources;
using FrameworkId = Offerbook.Wire.Identity.FrameworkId;
using AgentId = Offerbook.Wire.Identity.AgentId;

namespace Offerbook.Master.Tests.Allocation;

public sealed class AllocatorMaintenanceTests
{
    private static readonly Unavailability Soon = new() { Start = new TimeInfo { Nanoseconds = 1 } };

    private AllocatorWorld _world = null!;

    [SetUp]
    public void TwoFrameworksHoldOneAgentEach()
    {
        _world = new AllocatorWorld();
        _world.Framework("f1", "web");
        _world.Framework("f2", "web");
        _world.Agent("a1", "cpus:4;mem:1024");
        _world.Agent("a2", "cpus:4;mem:1024");
        _world.RunAndList();
    }

    [Test]
    [Category("case 91")]
    public void InverseOffers_GoOnceToThoseWithSomethingOnTheAgent()
    {
        var holder = _world.Held("f1", "a1").IsEmpty ? "f2" : "f1";
        _world.Allocator.SetUnavailability(new AgentId("a1"), Soon);

        Assert.That(Asked(), Is.EqualTo(holder + "@a1"));
        Assert.That(Asked(), Is.Empty, "it has not answered yet");
        Assert.That(_world.Allocator.HasCandidates, Is.False);
        Assert.That(_world.Allocator.UnavailabilityOf(new AgentId("a1")), Is.EqualTo(Soon));
    }

    [Test]
    public void InverseOffer_Answered_ComesAgainWhenItsRefusalRunsOut([Values] bool accepted)
    {
        var holder = _world.Held("f1", "a1").IsEmpty ? "f2" : "f1";
        _world.Allocator.SetUnavailability(new AgentId("a1"), Soon);
        Asked();

        _world.Allocator.AnswerInverseOffer(new FrameworkId(holder), new AgentId("a1"), accepted, TimeSpan.FromSeconds(5), _world.Now);
        Assert.That(_world.Allocator.InverseOfferAnswers(new AgentId("a1")).Single().Accepted, Is.EqualTo(accepted));
        Assert.That(_world.Allocator.NextFilterExpiry, Is.EqualTo(TimeSpan.FromSeconds(5)));
        Assert.That(Asked(), Is.Empty);
        _world.Wait(5);
        Assert.That(_world.Allocator.HasCandidates, Is.True);
        Assert.That(Asked(), Is.EqualTo(holder + "@a1"));
    }

    [Test]
    public void Revive_EndsRefusalsOfInverseOffers()
    {
        _world.Allocator.SetUnavailability(new AgentId("a1"), Soon);
        var holder = Asked()[..2];
        _world.Allocator.AnswerInverseOffer(new FrameworkId(holder), new AgentId("a1"), false, TimeSpan.FromHours(1), _world.Now);
        Assert.That(Asked(), Is.Empty);

        _world.Allocator.Revive(new FrameworkId(holder), []);

        Assert.That(Asked(), Is.EqualTo(holder + "@a1"));
    }

    [Test]
    public void InverseOffers_FollowNewHoldersNewSchedulesAndReturns()
    {
        var (holder, other) = _world.Held("f1", "a1").IsEmpty ? ("f2", "f1") : ("f1", "f2");
        _world.Allocator.SetUnavailability(new AgentId("a1"), Soon);
        Asked();
        _world.GiveBack(holder, "a1", ResourceBag.Parse("cpus:1;mem:64").Allocate("web"), refuseSeconds: 3600);
        Assert.That(Asked(), Is.EqualTo(other + "@a1"), "it was just offered a part");

        _world.Allocator.DeactivateFramework(new FrameworkId(holder));
        Assert.That(Asked(), Is.Empty);
        _world.Allocator.ActivateFramework(new FrameworkId(holder));
        Assert.That(Asked(), Is.EqualTo(holder + "@a1"));

        _world.Allocator.SetUnavailability(new AgentId("a1"), new Unavailability { Start = new TimeInfo { Nanoseconds = 2 } });
        Assert.That(Asked(), Is.EqualTo("f1@a1 f2@a1"), "another time is another question");
        _world.Allocator.SetUnavailability(new AgentId("a1"), null);
        Assert.That(Asked(), Is.Empty);
    }

    [Test]
    [Category("case 92")]
    public void Agent_WithAnUnknownFramework_AsksNobody()
    {
        _world.Allocator.AddAgent(new AgentId("a3"), new AllocatorAgent(AllocatorWorld.ModernAgent), ResourceBag.Parse("cpus:1;mem:64"),
            new Dictionary<FrameworkId, ResourceBag> { [new("stranger")] = ResourceBag.Parse("cpus:1;mem:64").Allocate("web") });
        _world.Allocator.SetUnavailability(new AgentId("a3"), Soon);

        Assert.That(Asked(), Is.Empty);
        _world.Allocator.RemoveAgent(new AgentId("a3"));
        Assert.That(Asked(), Is.Empty);
    }

    private string Asked()
    {
        _world.RunAndList();
        return string.Join(" ",
            _world.Allocator.InverseOffers.Select(offer => $"{offer.Framework}@{offer.Agent}").Order(StringComparer.Ordinal));
    }
}
