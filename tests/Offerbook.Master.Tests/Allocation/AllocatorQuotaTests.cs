using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Allocation;

/// <summary>What guarantees and limits do to offers. Agents are written by hand, so that every amount can be checked in the head.</summary>
internal sealed class AllocatorQuotaTests : AllocatorTests
{
    [Test]
    [Category("case 120")]
    public void Guarantee_NotMet_IsLaidAsideFromOthers()
    {
        World.Framework("f1", "quota");
        World.Framework("f2", "other");
        World.Quota("quota", "cpus:2;mem:1024");
        World.Agent("a1", "cpus:1;mem:512");
        World.Agent("a2", "cpus:1;mem:512");
        Assert.That(World.Run(), Is.EqualTo("f1/quota@a1 f1/quota@a2"));

        World.Agent("a3", "cpus:1;mem:512");
        Assert.That(World.Run(), Is.EqualTo("f2/other@a3"), "the guarantee is met, and others have the smaller share");

        // The role gives a part back for a while: what is free is kept for it.
        World.GiveBack("f1", "a1", refuseSeconds: 60);
        Assert.That(World.Run(), Is.Empty);
        Assert.That(World.Allocator.View().Headroom.Required.ToString(), Is.EqualTo("cpus:1; mem:512"));
        World.Agent("a4", "cpus:3;mem:2048");
        Assert.That(World.RunInFull(), Is.EqualTo("f1@a4=cpus:3;mem:2048 f2@a1=cpus:1;mem:512"),
            "who lacks something is served first, with what comes with it; then nothing is laid aside any more");
    }

    [Test]
    [Category("case 120")]
    public void Headroom_OfARoleWithoutFrameworks_StaysFree()
    {
        World.Quota("quota", "cpus:2;mem:1024");
        World.Framework("f2", "other");
        World.Agent("a1", "cpus:2;mem:1024");
        Assert.That(World.Run(), Is.Empty);

        World.Agent("a2", "cpus:3;mem:2000");
        var given = World.RunAndList().Aggregate(ResourceQuantities.Empty, (sum, a) => sum + a.Resources.Quantities);
        Assert.That(given.ToString(), Is.EqualTo("cpus:3; mem:2000"), "there is enough for both now, whichever agent it is on");
    }

    [Test]
    [Category("case 121")]
    public void Limit_OfARole_IsNeverPassed([Values("quota", "*")] string role)
    {
        World.Framework("f1", role);
        World.Quota(role, limits: "cpus:3;mem:1536");
        for (var i = 0; i < 5; i++)
        {
            World.Agent($"a{i}", "cpus:2;mem:1024");
        }

        World.RunAndList();

        Assert.That(World.Allocator.ConsumedQuota(role).ToString(), Is.EqualTo("cpus:3; mem:1536"));
        Assert.That(World.Run(), Is.Empty);
    }

    [Test]
    public void Limit_OfZero_LetsNothingThroughButOtherResources()
    {
        World.Framework("f1", "quota");
        World.Quota("quota", limits: "cpus:0");
        World.Agent("a1", "cpus:2;mem:1024;ports:[1-9]");

        Assert.That(World.RunInFull(), Is.EqualTo("f1@a1=mem:1024;ports:[1-9]"));
    }

    [Test]
    [Category("case 122")]
    public void Quota_TakenBack_LetsGoWhatWasWithheldAtOnce()
    {
        World.Framework("f1", "limited");
        World.Quota("limited", limits: "cpus:1;mem:512");
        World.Quota("absent", "cpus:1;mem:512");
        World.Agent("a1", "cpus:4;mem:2048");
        Assert.That(World.RunInFull(), Is.EqualTo("f1@a1=cpus:1;mem:512"));

        World.Allocator.UpdateQuota("limited", RoleQuota.Default);
        Assert.That(World.Allocator.HasCandidates, Is.True);
        Assert.That(World.RunInFull(), Is.EqualTo("f1@a1=cpus:2;mem:1024"));

        World.Allocator.UpdateQuota("absent", RoleQuota.Default);
        Assert.That(World.RunInFull(), Is.EqualTo("f1@a1=cpus:1;mem:512"));
    }

    [Test]
    [Category("case 123")]
    public void Frameworks_OfARoleWithQuota_ShareItFairly()
    {
        World.Framework("f1", "quota");
        World.Framework("f2", "quota");
        World.Quota("quota", "cpus:4;mem:2048", "cpus:4;mem:2048");
        for (var i = 0; i < 4; i++)
        {
            World.Agent($"a{i}", "cpus:1;mem:512");
        }

        Assert.That(World.RunAndList().GroupBy(a => a.Framework).Select(g => g.Count()), Is.EqualTo(new[] { 2, 2 }));
    }

    [Test]
    [Category("case 124")]
    public void Limit_BelowAnAgent_ChopsItsScalars()
    {
        World.Framework("f1", "quota");
        World.Quota("quota", "cpus:0.5;mem:200", "cpus:0.5;mem:200");
        World.Agent("a1", "cpus:1;mem:512;ports:[1-9]");

        Assert.That(World.RunInFull(), Is.EqualTo("f1@a1=cpus:0.5;mem:200;ports:[1-9]"));
    }

    [Test]
    [Category("case 125")]
    public void Limit_BelowAMountDisk_LeavesTheDiskWhole()
    {
        var agent = ResourceBag.Parse("cpus:1;mem:512") + Mount("one", 200);
        World.Framework("f1", "quota");
        World.Quota("quota", limits: "cpus:1;mem:512;disk:150");
        World.Agent("a1", agent);
        Assert.That(World.RunAndList().Single().Resources.Unallocate(), Is.EqualTo(ResourceBag.Parse("cpus:1;mem:512")));

        World.Quota("quota", limits: "cpus:2;mem:1024;disk:250");
        World.Agent("a2", agent);
        Assert.That(World.RunAndList().Single().Resources.Unallocate(), Is.EqualTo(agent));
    }

    [Test]
    [Category("case 126")]
    public void Limit_BelowSeveralDisks_TakesAsManyAsFit()
    {
        World.Framework("f1", "quota");
        World.Quota("quota", limits: "disk:150");
        World.Agent("a1", ResourceBag.Parse("cpus:1;mem:512") + Mount("one", 100) + Mount("two", 100) + Mount("three", 100));

        var disks = World.RunAndList().Single().Resources.Named("disk");

        Assert.That(disks.Count, Is.EqualTo(1));
        Assert.That(disks.Quantities["disk"], Is.EqualTo(Scalar.FromUnits(100)));
    }

    [Test]
    [Category("case 127")]
    public void Guarantee_OfSomeResources_BringsTheOthersWithIt()
    {
        World.Framework("f1", "quota");
        World.Quota("quota", "cpus:1", "cpus:1");
        World.Agent("a1", "cpus:1;mem:512;disk:10;ports:[1-9]");
        Assert.That(World.RunInFull(), Is.EqualTo("f1@a1=cpus:1;mem:512;disk:10;ports:[1-9]"));
    }

    [Test]
    [Category("case 128")]
    public void FreePool_BeyondQuotas_IsSharedByDominantShare()
    {
        World.Framework("f1", "quota");
        World.Framework("f2", "other");
        World.Quota("quota", "cpus:1;mem:512", "cpus:8;mem:4096");
        World.Agent("a1", "cpus:1;mem:512");
        Assert.That(World.Run(), Is.EqualTo("f1/quota@a1"));

        for (var i = 2; i <= 4; i++)
        {
            World.Agent($"a{i}", "cpus:1;mem:512");
        }

        var counts = World.RunAndList().GroupBy(a => a.Framework.Value).ToDictionary(g => g.Key, g => g.Count());
        Assert.That(counts, Is.EqualTo(new Dictionary<string, int> { ["f1"] = 1, ["f2"] = 2 }));
    }

    [Test]
    [Category("case 129")]
    public void Guarantee_OfARoleThatOthersStarve_IsServedFirst()
    {
        World.Framework("hog", "hogs");
        World.Framework("f1", "quota");
        World.Agent("a0", "cpus:8;mem:4096");
        World.Allocator.Suppress(new FrameworkId("hog"), []);
        Assert.That(World.Run(), Is.EqualTo("f1/quota@a0"), "the role has the larger share from here on");
        World.Allocator.Revive(new FrameworkId("hog"), []);
        World.Agent("a1", "cpus:1;mem:512");
        Assert.That(World.Run(), Is.EqualTo("hog/hogs@a1"));

        World.Quota("quota", "cpus:9;mem:4608");
        World.GiveBack("hog", "a1");
        Assert.That(World.Run(), Is.EqualTo("f1/quota@a1"));
    }

    [Test]
    [Category("case 130")]
    [Category("case 131")]
    public void Headroom_OfSeveralAbsentRoles_AddsUp()
    {
        World.Quota("one", "cpus:2;mem:1024");
        World.Quota("two", "cpus:1;mem:512");
        World.Framework("f1", "other");
        World.Agent("a1", "cpus:1;mem:512");
        World.Agent("a2", "cpus:1;mem:512");
        World.Agent("a3", "cpus:1;mem:512");
        Assert.That(World.Run(), Is.Empty);

        World.Agent("a4", "cpus:1;mem:512");
        Assert.That(World.RunAndList(), Has.Count.EqualTo(1));
        World.Framework("f2", "one");
        Assert.That(World.RunAndList().Where(a => a.Framework.Value == "f2").Sum(a => a.Resources.Quantities["cpus"].Milli),
            Is.EqualTo(2000));
    }

    [Test]
    [Category("case 132")]
    public void Guarantees_OfSeveralRoles_AreAllMet()
    {
        World.Framework("f1", "one");
        World.Framework("f2", "two");
        World.Quota("one", "cpus:1;mem:200", "cpus:1;mem:200");
        World.Quota("two", "cpus:2;mem:600", "cpus:2;mem:600");
        World.Agent("a1", "cpus:1;mem:500");
        World.Agent("a2", "cpus:2;mem:700");

        World.RunAndList();

        Assert.That(World.Allocator.ConsumedQuota("one").ToString(), Is.EqualTo("cpus:1; mem:200"));
        Assert.That(World.Allocator.ConsumedQuota("two").ToString(), Is.EqualTo("cpus:2; mem:600"));
    }

    [Test]
    [Category("case 140")]
    public void Guarantee_MuchLargerThanShares_IsStillServedFirst()
    {
        World.Framework("f1", "big");
        World.Framework("f2", "small");
        World.Quota("big", "cpus:8;mem:2048", "cpus:8;mem:2048");
        World.Quota("small", "cpus:1;mem:256", "cpus:1;mem:256");
        for (var i = 0; i < 9; i++)
        {
            World.Agent($"a{i}", "cpus:1;mem:256");
        }

        var counts = World.RunAndList().GroupBy(a => a.Framework.Value).ToDictionary(g => g.Key, g => g.Count());
        Assert.That(counts, Is.EqualTo(new Dictionary<string, int> { ["f1"] = 8, ["f2"] = 1 }).AsCollection);
    }

    [Test]
    public void Revocable_IsOutsideQuota()
    {
        var revocable = ResourceBag.Of(new ResourceEntry(new ResourceKind("cpus", revocable: true), Scalar.FromUnits(4)));
        World.Framework("f1", FrameworkCapabilities.RevocableResources, "quota");
        World.Quota("quota", limits: "cpus:1");
        World.Agent("a1", ResourceBag.Parse("cpus:2") + revocable);

        Assert.That(World.RunAndList().Single().Resources.Unallocate(), Is.EqualTo(ResourceBag.Parse("cpus:1") + revocable));
        Assert.That(World.Allocator.ConsumedQuota("quota").ToString(), Is.EqualTo("cpus:1"));
    }

    [Test]
    public void Limit_ThatEasesElsewhere_LetsGoWithinTheInterval()
    {
        World.Framework("f1", "quota");
        World.Quota("quota", limits: "cpus:2;mem:512");
        World.Agent("a1", "cpus:2;mem:512");
        World.Run();
        World.Agent("a2", "cpus:2;mem:512");
        Assert.That(World.Run(), Is.Empty);

        // The role gives back agent a1 and does not want it again: a2 is as good.
        World.GiveBack("f1", "a1", refuseSeconds: 60);
        Assert.That(World.Run(), Is.EqualTo("f1/quota@a2"));

        World.GiveBack("f1", "a2", refuseSeconds: 60);
        World.Agent("a3", "cpus:2;mem:512");
        Assert.That(World.Run(), Is.EqualTo("f1/quota@a3"));
        World.Agent("a4", "cpus:2;mem:512");
        Assert.That(World.Run(), Is.Empty);
        World.GiveBack("f1", "a3", refuseSeconds: 60);
        Assert.That(World.Run(), Is.Empty, "what was withheld was just looked at");
        Assert.That(World.Allocator.NextFilterExpiry, Is.LessThanOrEqualTo(World.Elapsed + TimeSpan.FromMilliseconds(100)));
        World.Wait(0.1);
        Assert.That(World.Run(), Is.EqualTo("f1/quota@a4"));
    }

    [Test]
    public void DeactivatedAgent_IsNoHeadroom()
    {
        World.Quota("absent", "cpus:2;mem:512");
        World.Framework("f1", "other");
        World.Agent("a1", "cpus:2;mem:512");
        World.Allocator.DeactivateAgent(new AgentId("a1"));
        World.Agent("a2", "cpus:2;mem:512");
        Assert.That(World.Run(), Is.Empty);

        World.Allocator.ActivateAgent(new AgentId("a1"));
        Assert.That(World.RunAndList(), Has.Count.EqualTo(1));
    }

    private static ResourceBag Mount(string root, double size) => ResourceBag.Of(new ResourceEntry(
        new ResourceKind("disk", disk: new DiskDescription(new DiskSource(DiskSourceType.Mount, root))), Scalar.FromUnits(size)));
}
