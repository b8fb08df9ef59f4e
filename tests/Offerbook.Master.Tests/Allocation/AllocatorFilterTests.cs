using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Allocation;

public sealed class AllocatorFilterTests
{
    private AllocatorWorld _world = null!;

    [SetUp]
    public void OneFrameworkHoldsOneAgent()
    {
        _world = new AllocatorWorld();
        _world.Framework("f1", "web");
        _world.Agent("a1", "cpus:4;mem:1024");
        Assert.That(_world.Run(), Is.EqualTo("f1/web@a1"));
    }

    [Test]
    public void Decline_WithADuration_HoldsUntilItRunsOut()
    {
        _world.Decline("f1", "a1", refuseSeconds: 5);
        Assert.That(_world.Run(), Is.Empty);
        Assert.That(_world.Allocator.NextFilterExpiry, Is.EqualTo(TimeSpan.FromSeconds(5)));

        _world.Wait(4.999);
        Assert.That(_world.Allocator.HasCandidates, Is.False);

        _world.Wait(0.001);
        Assert.That(_world.Allocator.HasCandidates, Is.True);
        Assert.That(_world.Run(), Is.EqualTo("f1/web@a1"));
        Assert.That(_world.Allocator.NextFilterExpiry, Is.Null);
    }

    [Test]
    public void Recover_WithoutRefusal_IsOfferedAgainAtOnce()
    {
        _world.GiveBack("f1", "a1");

        Assert.That(_world.Allocator.HasCandidates, Is.True);
        Assert.That(_world.Run(), Is.EqualTo("f1/web@a1"));
    }

    [Test]
    public void Refusal_OfLessThanThereIsNow_DoesNotStopTheOffer()
    {
        var half = ResourceBag.Parse("cpus:2;mem:512").Allocate("web");
        _world.GiveBack("f1", "a1", half, refuseSeconds: 60);
        Assert.That(_world.Run(), Is.Empty);

        _world.GiveBack("f1", "a1", ResourceBag.Parse("cpus:1").Allocate("web"));

        Assert.That(_world.RunAndList().Single().Resources.ToString(), Is.EqualTo("cpus(allocated: web):3; mem(allocated: web):512"));
    }

    [Test]
    public void Refusal_OfMoreThanThereIsNow_StopsTheOffer()
    {
        _world.Decline("f1", "a1", refuseSeconds: 60);
        _world.Allocator.UpdateAgentTotal(new AgentId("a1"), ResourceBag.Parse("cpus:2;mem:1024"));

        Assert.That(_world.Run(), Is.Empty);
    }

    /// <summary>Eight are kept of a framework, role and agent, those that have run out but are remembered among them.</summary>
    [Test]
    public void Refusal_ThatHolds_IsNotGivenUpForThoseThatAreOnlyRemembered()
    {
        for (var part = 1; part <= 7; part++)
        {
            _world.GiveBack("f1", "a1", Of($"cpus:0.{part};mem:{100 - (10 * part)}"), refuseSeconds: 0.1);
        }
        Assert.That(_world.Run(), Is.EqualTo("f1/web@a1"), "together it is more than was refused");
        _world.Wait(1);
        // The eighth. It runs out before the others are forgotten.
        _world.GiveBack("f1", "a1", Of("cpus:0.9"), refuseSeconds: 2);
        Assert.That(_world.Run(), Is.Empty);

        _world.GiveBack("f1", "a1", Of("cpus:0.05;mem:200"), refuseSeconds: 0);
        Assert.That(_world.Run(), Is.EqualTo("f1/web@a1"), "it is more again");
        _world.GiveBack("f1", "a1", Of("cpus:0.9"));

        Assert.That(_world.Run(), Is.Empty);
        Assert.That(_world.Allocator.View().Filters, Is.EqualTo(2));

        static ResourceBag Of(string text) => ResourceBag.Parse(text).Allocate("web");
    }

    [TestCase(0)]
    [TestCase(0.001)]
    public void Refusal_HoweverShort_OutlivesTheNextRun(double refuseSeconds)
    {
        _world.Framework("f2", "web");
        _world.Decline("f1", "a1", refuseSeconds);
        _world.Wait(1);

        Assert.That(_world.Run(), Is.EqualTo("f2/web@a1"), "the other has its turn, though the refusal ran out before the run");
    }

    [Test]
    public void Refusal_ThatRanOutBeforeTheRun_EndsAfterIt()
    {
        _world.Decline("f1", "a1", refuseSeconds: 0);
        _world.Wait(1);
        Assert.That(_world.Run(), Is.Empty);

        Assert.That(_world.Allocator.HasCandidates, Is.True);
        Assert.That(_world.Run(), Is.EqualTo("f1/web@a1"));
    }

    [Test]
    public void Decliner_WithTheSmallestShare_DoesNotStarveOthers()
    {
        _world.Framework("f2", "ops");
        _world.Decline("f1", "a1", refuseSeconds: 0);
        Assert.That(_world.Run(), Is.EqualTo("f2/ops@a1"));

        var gotByOther = 0;
        for (var i = 0; i < 50; i++)
        {
            // f2 uses the agent for a while, f1 always declines at once.
            _world.GiveBack(_world.Held("f1", "a1").IsEmpty ? "f2" : "f1", "a1", _world.Held("f1", "a1").IsEmpty ? null : 0);
            gotByOther += _world.Run() == "f2/ops@a1" ? 1 : 0;
            _world.Wait(0.2);
            _world.Run();
        }

        Assert.That(gotByOther, Is.GreaterThanOrEqualTo(25));
    }

    [Test]
    public void Revive_OfTheRole_EndsItsRefusals()
    {
        _world.Decline("f1", "a1", refuseSeconds: 3600);
        _world.Run();

        _world.Allocator.Revive(new FrameworkId("f1"), ["web"]);

        Assert.That(_world.Run(), Is.EqualTo("f1/web@a1"));
        Assert.That(_world.Allocator.View().Filters, Is.Zero);
    }

    [Test]
    public void Reactivation_AfterADisconnect_StartsWithoutRefusals()
    {
        _world.Decline("f1", "a1", refuseSeconds: 3600);
        _world.Allocator.DeactivateFramework(new FrameworkId("f1"));
        Assert.That(_world.Run(), Is.Empty);

        _world.Allocator.ActivateFramework(new FrameworkId("f1"));

        Assert.That(_world.Run(), Is.EqualTo("f1/web@a1"));
    }

    [Test]
    public void AgentUpdate_WithOtherAttributes_EndsItsRefusals()
    {
        _world.Decline("f1", "a1", refuseSeconds: 3600);
        _world.Run();
        var agent = new AllocatorAgent(AllocatorWorld.ModernAgent);

        _world.Allocator.UpdateAgent(new AgentId("a1"), agent, attributesChanged: false);
        Assert.That(_world.Run(), Is.Empty);

        _world.Allocator.UpdateAgent(new AgentId("a1"), agent, attributesChanged: true);
        Assert.That(_world.Run(), Is.EqualTo("f1/web@a1"));
    }

    [Test]
    public void Refusal_ByOneOfMany_LeavesTheOthersInOrder()
    {
        _world.Framework("f2", "web");
        _world.Framework("f3", "web");
        _world.Decline("f1", "a1", refuseSeconds: 3600);
        Assert.That(_world.Run(), Is.EqualTo("f2/web@a1"));
        _world.Decline("f2", "a1", refuseSeconds: 10);
        Assert.That(_world.Run(), Is.EqualTo("f3/web@a1"));
        _world.Decline("f3", "a1", refuseSeconds: 3600);
        Assert.That(_world.Run(), Is.Empty);

        _world.Wait(10);

        Assert.That(_world.Run(), Is.EqualTo("f2/web@a1"), "only f2's refusal ran out");
    }

    [Test]
    public void Refusals_OfOneAgent_AreBounded()
    {
        for (var i = 1; i <= 50; i++)
        {
            // Each refuses something that no earlier one covers.
            _world.GiveBack("f1", "a1", ResourceBag.Parse($"cpus:0.0{i:00};mem:{(51 - i) / 2.0}").Allocate("web"), refuseSeconds: 100 + i);
        }

        Assert.That(_world.Allocator.View().Filters, Is.EqualTo(8));
    }

    [Test]
    public void Refusals_RepeatedForever_DoNotPileUp()
    {
        for (var i = 0; i < 5000; i++)
        {
            _world.Decline("f1", "a1", refuseSeconds: 3600);
            _world.Allocator.Revive(new FrameworkId("f1"), []);
            Assert.That(_world.Run(), Is.EqualTo("f1/web@a1"));
        }

        Assert.That(_world.Allocator.View().Filters, Is.Zero);
        Assert.That(_world.Allocator.NextFilterExpiry, Is.Null);
    }

    [TestCase(null, 5)]
    [TestCase(-1.0, 5)]
    [TestCase(double.NaN, 5)]
    [TestCase(double.NegativeInfinity, 5)]
    [TestCase(0.0, 0)]
    [TestCase(0.25, 0.25)]
    [TestCase(31_536_000.0, 31_536_000)]
    [TestCase(31_536_001.0, 31_536_000)]
    [TestCase(double.PositiveInfinity, 31_536_000)]
    public void RefusalDuration_FromTheWire_IsMadeSensible(double? seconds, double expected) =>
        Assert.That(RefusalDuration.FromSeconds(seconds).TotalSeconds, Is.EqualTo(expected));
}
