using Offerbook.Actors;
using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Allocation;

public sealed class AllocatorFairnessTests
{
    [Test]
    public void Agents_ComingOneByOne_GoToTheRoleWithTheSmallestDominantShare()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "role1");
        world.Agent("a1", "cpus:2;mem:1024");
        Assert.That(world.Run(), Is.EqualTo("f1/role1@a1"));

        world.Framework("f2", "role2");
        Assert.That(world.Run(), Is.Empty, "nothing is free");

        world.Agent("a2", "cpus:1;mem:512");
        Assert.That(world.Run(), Is.EqualTo("f2/role2@a2"));

        world.Agent("a3", "cpus:3;mem:2048");
        Assert.That(world.Run(), Is.EqualTo("f2/role2@a3"));
        Assert.That(world.Share("role1"), Is.EqualTo(2 / 6.0).Within(1e-12));
        Assert.That(world.Share("role2"), Is.EqualTo(2560 / 3584.0).Within(1e-12));

        world.Agent("a4", "cpus:4;mem:4096");
        Assert.That(world.Run(), Is.EqualTo("f1/role1@a4"));

        world.Framework("f3", "role1");
        world.Agent("a5", "cpus:1;mem:512");
        Assert.That(world.Run(), Is.EqualTo("f2/role2@a5"));

        world.Agent("a6", "cpus:20;mem:512");
        Assert.That(world.Run(), Is.EqualTo("f2/role2@a6"));

        world.Agent("a7", "cpus:1;mem:512");
        Assert.That(world.Run(), Is.EqualTo("f3/role1@a7"), "within role1 the newcomer has the smaller share");
    }

    [Test, Category("case 86")]
    public void Reservations_ThatAreAllocated_CountInTheShareOfTheirRole()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "role1");
        world.Agent("a1", "cpus(role1):100;mem(role1):1024");
        Assert.That(world.Run(), Is.EqualTo("f1/role1@a1"));
        Assert.That(world.Share("role1"), Is.EqualTo(1).Within(1e-12));

        world.Framework("f2", "role2");
        world.Agent("a2", "cpus:2;mem:512");
        Assert.That(world.Run(), Is.EqualTo("f2/role2@a2"), "role1 has all that there was");
        world.Agent("a3", "cpus:2;mem:512");
        Assert.That(world.Run(), Is.EqualTo("f2/role2@a3"), "the reserved 100 cpus still weigh more than 2");

        world.Framework("f3", "role1");
        world.Agent("a4", "cpus:2;mem:1024");
        Assert.That(world.Run(), Is.EqualTo("f2/role2@a4"), "a newcomer without anything shares the share of its role");
    }

    [Test]
    public void Agent_WithNothingRefused_GoesWholeToOneFramework()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Framework("f2", "web");
        world.Agent("a1", "cpus:4;mem:1024;disk:10;ports:[1-9]");

        var allocation = world.RunAndList().Single();

        Assert.That(allocation.Resources, Is.EqualTo(ResourceBag.Parse("cpus:4;mem:1024;disk:10;ports:[1-9]").Allocate("web")));
        Assert.That(world.Available("a1").IsEmpty, Is.True);
    }

    [Test]
    public void Agents_OfEqualSize_AreSharedEquallyInOneRun()
    {
        var world = new AllocatorWorld();
        foreach (var framework in new[] { "f1", "f2", "f3", "f4" })
        {
            world.Framework(framework, "web");
        }

        for (var i = 0; i < 40; i++)
        {
            world.Agent($"a{i:00}", "cpus:4;mem:1024");
        }

        var counts = world.RunAndList().GroupBy(a => a.Framework).Select(group => group.Count());

        Assert.That(counts, Is.EqualTo(new[] { 10, 10, 10, 10 }));
    }

    [Test]
    public void Frameworks_WithEqualShares_TakeTurns()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Framework("f2", "web");
        world.Agent("a1", "cpus:4;mem:1024");

        var turns = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            turns.Add(world.Run());
            world.GiveBack(turns[^1][..2], "a1");
        }

        Assert.That(turns, Is.EqualTo(new[] { "f1/web@a1", "f2/web@a1", "f1/web@a1", "f2/web@a1", "f1/web@a1", "f2/web@a1" }));
    }

    [Test]
    public void ExcludedResource_HoweverMuchIsHeld_DoesNotCount()
    {
        var world = new AllocatorWorld(new AllocatorSettings { FairSharingExcludedResources = ["gold"] });
        world.Framework("f1", "role1");
        world.Agent("a1", "cpus:1;mem:512;gold:100");
        world.Run();
        world.Framework("f2", "role2");
        world.Agent("a2", "cpus:2;mem:512");
        world.Run();

        world.Agent("a3", "cpus:2;mem:512");

        Assert.That(world.Run(), Is.EqualTo("f1/role1@a3"), "f1 has all the gold, but fewer cpus");
    }

    [Test]
    public void Roles_BelowOneRole_CompeteAsOne()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "a/x");
        world.Framework("f2", "a/y");
        world.Framework("f3", "b");
        for (var i = 0; i < 8; i++)
        {
            world.Agent("a" + i, "cpus:4;mem:1024");
        }

        var counts = world.RunAndList().GroupBy(a => a.Framework.Value).ToDictionary(group => group.Key, group => group.Count());

        Assert.That(counts, Is.EqualTo(new Dictionary<string, int> { ["f1"] = 2, ["f2"] = 2, ["f3"] = 4 }));
    }

    [Test]
    public void Role_WithFrameworksOfItsOwn_CompetesWithItsSubRoles()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "a");
        world.Framework("f2", "a/x");
        world.Framework("f3", "a/x");
        for (var i = 0; i < 8; i++)
        {
            world.Agent("a" + i, "cpus:4;mem:1024");
        }

        var counts = world.RunAndList().GroupBy(a => a.Framework.Value).ToDictionary(group => group.Key, group => group.Count());

        Assert.That(counts, Is.EqualTo(new Dictionary<string, int> { ["f1"] = 4, ["f2"] = 2, ["f3"] = 2 }));
    }

    [Test]
    public void Shares_WhenAnAgentGoes_AreOfWhatIsLeft()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "role1");
        world.Agent("a1", "cpus:4;mem:1024");
        world.Agent("a2", "cpus:4;mem:1024");
        world.Run();
        Assert.That(world.Share("role1"), Is.EqualTo(1.0));
        world.GiveBack("f1", "a1");

        Assert.That(world.Share("role1"), Is.EqualTo(0.5));
        world.Allocator.RemoveAgent(new AgentId("a2"));

        Assert.That(world.Share("role1"), Is.EqualTo(0.0));
        Assert.That(world.Allocator.View().Total.ToString(), Is.EqualTo("cpus:4; mem:1024"));
    }

    [Test]
    public void Allocations_OfOneFramework_StandTogether()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Framework("f2", "web");
        for (var i = 0; i < 10; i++)
        {
            world.Agent("a" + i, "cpus:4;mem:1024");
        }

        var frameworks = world.RunAndList().Select(a => a.Framework.Value).ToList();

        Assert.That(frameworks, Is.EqualTo(frameworks.OrderBy(f => f == frameworks[0] ? 0 : 1)));
        Assert.That(frameworks.Distinct().Count(), Is.EqualTo(2));
    }
}
