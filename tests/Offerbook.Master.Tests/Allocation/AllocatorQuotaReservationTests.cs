using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Allocation;

/// <summary>What reservations and the roles below a role mean for its quota.</summary>
internal sealed class AllocatorQuotaReservationTests : AllocatorTests
{
    [Test]
    [Category("case 95")]
    [Category("case 96")]
    [Category("case 133")]
    public void Reservations_UsedOrNot_CountForQuota()
    {
        World.Framework("f1", "quota");
        World.Quota("quota", "cpus:2;mem:512", "cpus:2;mem:512");
        World.Agent("a1", "cpus(quota):1.5;mem(quota):256");
        Assert.That(World.Allocator.ConsumedQuota("quota").ToString(), Is.EqualTo("cpus:1.5; mem:256"), "not used yet");
        World.Agent("a2", "cpus:2;mem:512");

        World.RunAndList();

        Assert.That(World.Held("f1", "a1").Quantities.ToString(), Is.EqualTo("cpus:1.5; mem:256"));
        Assert.That(World.Held("f1", "a2").Quantities.ToString(), Is.EqualTo("cpus:0.5; mem:256"));
        Assert.That(World.Allocator.ConsumedQuota("quota").ToString(), Is.EqualTo("cpus:2; mem:512"));
    }

    [Test]
    [Category("case 97")]
    public void Reservations_OfOthers_AreOfferedThoughTheHeadroomIsShort()
    {
        World.Quota("quota", "cpus:100;mem:4096");
        World.Framework("f1", "other");
        World.Agent("a1", "cpus(other):1;mem(other):64;cpus:3;mem:512");

        Assert.That(World.RunInFull(), Is.EqualTo("f1@a1=cpus(reservations: [(STATIC,other)]):1;mem(reservations: [(STATIC,other)]):64"));
    }

    [Test]
    [Category("case 102")]
    public void Reservations_BeyondAGuarantee_NeedNoHeadroom()
    {
        World.Quota("quota", "cpus:1;mem:256");
        World.Framework("f1", "other");
        World.Agent("a1", "cpus(quota):4;mem(quota):1024");
        World.Agent("a2", "cpus:1;mem:256");

        Assert.That(World.Run(), Is.EqualTo("f1/other@a2"));
    }

    [Test]
    [Category("case 134")]
    public void Headroom_IsNotOfWhatIsReservedToOthers()
    {
        World.Quota("quota", "cpus:2;mem:512");
        World.Framework("f1", "other");
        World.Agent("a1", "cpus(third):2;mem(third):512");
        World.Agent("a2", "cpus:2;mem:512");

        Assert.That(World.Run(), Is.Empty, "only the unreserved can meet the guarantee");
    }

    [Test]
    [Category("case 142")]
    [Category("case 143")]
    public void Reservations_BelowARole_CountForItsQuota()
    {
        World.Quota("a", "cpus:2;mem:512", "cpus:2;mem:512");
        World.Framework("f1", "a/b");
        World.Framework("f2", "other");
        World.Agent("a1", "cpus(a/b):1;mem(a/b):256");
        World.Agent("a2", "cpus:1;mem:256");
        Assert.That(World.Run(), Is.EqualTo("f1/a/b@a1 f1/a/b@a2"), "the guarantee of a role is for those below it too");

        Assert.That(World.Allocator.ConsumedQuota("a").ToString(), Is.EqualTo("cpus:2; mem:512"));
        World.Agent("a3", "cpus:1;mem:256");
        Assert.That(World.Run(), Is.EqualTo("f2/other@a3"), "and so is its limit");
    }

    [Test]
    [Category("case 144")]
    [Category("case 145")]
    public void Allocations_BelowARole_ShrinkItsHeadroom()
    {
        World.Quota("a", "cpus:2;mem:512");
        World.Framework("f1", "a/b");
        World.Agent("a1", "cpus:1;mem:256");
        World.Run();
        World.Allocator.Suppress(new FrameworkId("f1"), []);
        World.Framework("f2", "other");
        World.Agent("a2", "cpus:1;mem:256");
        Assert.That(World.Run(), Is.Empty, "half of the guarantee is still to come");

        World.Agent("a3", "cpus:1;mem:256");
        Assert.That(World.RunAndList(), Has.Count.EqualTo(1));
    }

    [Test]
    public void Headroom_ThatEasesElsewhere_LetsGo()
    {
        World.Quota("absent", "cpus:2;mem:512");
        World.Framework("f1", "other");
        World.Agent("a1", "cpus:2;mem:512");
        Assert.That(World.Run(), Is.Empty);

        World.Allocator.AddAgent(new AgentId("a2"), new AllocatorAgent(AllocatorWorld.ModernAgent),
            ResourceBag.Parse("cpus(absent):2;mem(absent):512"),
            new Dictionary<FrameworkId, ResourceBag>());

        Assert.That(World.Run(), Is.EqualTo("f1/other@a1"), "the reservation meets the guarantee");
    }
}
