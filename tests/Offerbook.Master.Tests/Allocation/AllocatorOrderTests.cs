using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Allocation;

/// <summary>Weights, the order by lot, and who comes first after declining.</summary>
public sealed class AllocatorOrderTests
{
    [Test]
    [Category("case 148")]
    public void Roles_WithWeights_ShareByThem()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "one");
        world.Framework("f2", "two");
        world.Framework("f3", "three");
        world.Allocator.UpdateWeights(new Dictionary<string, double> { ["two"] = 2, ["three"] = 3 });
        for (var i = 0; i < 12; i++)
        {
            world.Agent($"a{i:00}", "cpus:2;mem:1024");
        }

        Assert.That(Counts(world.RunAndList()), Is.EqualTo("f1=2 f2=4 f3=6"));

        foreach (var (framework, agent) in Held(world).ToList())
        {
            world.GiveBack(framework, agent);
        }

        world.Allocator.UpdateWeight("one", 7);
        Assert.That(Counts(world.RunAndList()), Is.EqualTo("f1=7 f2=2 f3=3"));
        Assert.That(world.Allocator.View().Weights, Is.EqualTo(new[]
        {
            KeyValuePair.Create("one", 7.0), KeyValuePair.Create("three", 3.0), KeyValuePair.Create("two", 2.0),
        }));
    }

    [Test]
    public void Weight_OfARole_IsForItsSubtreeAsAWholeAndNotInherited()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "a/x");
        world.Framework("f2", "a/y");
        world.Framework("f3", "b");
        world.Allocator.UpdateWeight("a", 3);
        world.Allocator.UpdateWeight("a/x", 2);
        for (var i = 0; i < 12; i++)
        {
            world.Agent($"a{i:00}", "cpus:2;mem:1024");
        }

        Assert.That(Counts(world.RunAndList()), Is.EqualTo("f1=6 f2=3 f3=3"));
    }

    [Test]
    public void Weight_OfARoleThatNobodyIsIn_WaitsForIt()
    {
        var world = new AllocatorWorld();
        world.Allocator.UpdateWeight("late", 2);
        world.Framework("f1", "other");
        world.Framework("f2", "late");
        for (var i = 0; i < 6; i++)
        {
            world.Agent($"a{i}", "cpus:2;mem:1024");
        }

        Assert.That(Counts(world.RunAndList()), Is.EqualTo("f1=2 f2=4"));
    }

    [Test]
    [Category("sorter")]
    public void RandomSorter_OverManyAgents_FollowsTheWeights()
    {
        var world = new AllocatorWorld(new AllocatorSettings { RoleSorter = SorterKind.Random, FrameworkSorter = SorterKind.Random });
        world.Framework("f1", "one");
        world.Framework("f2", "one");
        world.Framework("f3", "two");
        world.Allocator.UpdateWeight("two", 3);
        for (var i = 0; i < 4000; i++)
        {
            world.Agent($"a{i:0000}", "cpus:2;mem:1024");
        }

        var counts = world.RunAndList().GroupBy(a => a.Framework.Value).ToDictionary(g => g.Key, g => g.Count());

        Assert.That(counts["f3"], Is.EqualTo(3000).Within(150));
        Assert.That(counts["f1"], Is.EqualTo(500).Within(100), "frameworks of a role have equal chances");
        Assert.That(world.Allocator.FindInconsistency(), Is.Null);
    }

    [Test]
    [Category("sorter")]
    public void RandomSorter_WithOthersThatRefuse_StillAsksEverybody()
    {
        var world = new AllocatorWorld(new AllocatorSettings { RoleSorter = SorterKind.Random, FrameworkSorter = SorterKind.Random });
        for (var i = 0; i < 20; i++)
        {
            world.Framework($"f{i:00}", $"role{i % 4}");
        }

        world.Agent("a1", "cpus:2;mem:1024");
        var served = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            var framework = world.RunAndList().Single().Framework.Value;
            Assert.That(served.Add(framework), Is.True, "nobody is asked again before its refusal ran out");
            world.Decline(framework, "a1", 3600);
        }

        Assert.That(world.Run(), Is.Empty);
    }

    [Test]
    public void Decliner_WithTheSmallestShare_WaitsForAllOthersToHaveATurn()
    {
        var world = new AllocatorWorld();
        foreach (var framework in new[] { "f1", "f2", "f3", "f4" })
        {
            world.Framework(framework, "role-" + framework);
        }

        world.Agent("a1", "cpus:2;mem:1024");
        var turns = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            world.Wait(0.15);
            var framework = world.RunAndList().Single().Framework.Value;
            turns.Add(framework);
            world.Decline(framework, "a1", 0);
        }

        Assert.That(turns, Is.EqualTo(new[] { "f1", "f2", "f3", "f4", "f1", "f2", "f3", "f4" }));
    }

    [Test]
    public void Decliner_WhoIsAlone_IsOfferedAgainAsSoonAsItsRefusalEnds()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Agent("a1", "cpus:2;mem:1024");
        for (var i = 0; i < 20; i++)
        {
            Assert.That(world.Run(), Is.EqualTo("f1/web@a1"), $"turn {i}");
            world.Decline("f1", "a1", 0);
            Assert.That(world.Run(), Is.Empty);
            world.Wait(0.1);
        }
    }

    [Test]
    public void Decliner_OfAnAgentThatHasMoreToGiveByNow_ComesFirstAgain()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "one");
        world.Framework("f2", "two");
        world.Agent("a1", "cpus:2;mem:1024");
        Assert.That(world.Run(), Is.EqualTo("f1/one@a1"));
        world.Agent("big", "cpus:20;mem:4096");
        Assert.That(world.Run(), Is.EqualTo("f2/two@big"));
        world.Decline("f1", "a1", 0);
        world.Allocator.DeactivateAgent(new AgentId("a1"));
        world.Run();
        world.Wait(0.2);
        world.Allocator.ActivateAgent(new AgentId("a1"));
        world.Allocator.UpdateAgentTotal(new AgentId("a1"), ResourceBag.Parse("cpus:4;mem:1024"));

        Assert.That(world.Run(), Is.EqualTo("f1/one@a1"));
    }

    [Test]
    public void Decliner_AfterTheMemory_ComesFirstAgain()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Framework("f2", "ops");
        world.Agent("a1", "cpus:2;mem:1024");
        world.Agent("big", "cpus:20;mem:4096");
        world.RunAndList();
        var (small, large) = world.Held("f1", "a1").IsEmpty ? ("f2", "f1") : ("f1", "f2");
        world.Decline(small, "a1", 0);
        world.Allocator.DeactivateAgent(new AgentId("a1"));
        world.Run();
        world.Wait(0.2);
        world.Wait(4.8);
        world.Allocator.ActivateAgent(new AgentId("a1"));

        Assert.That(world.Run(), Does.StartWith(small), $"it has less than {large}");
    }

    [Test]
    public void Decliner_OfAGuaranteedRole_IsStillServedBeforeOtherRoles()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "quota");
        world.Framework("f2", "other");
        world.Quota("quota", "cpus:2;mem:1024");
        world.Agent("a1", "cpus:2;mem:1024");
        Assert.That(world.Run(), Is.EqualTo("f1/quota@a1"));
        world.Decline("f1", "a1", 0);
        Assert.That(world.Run(), Is.Empty, "it is kept for the role");
        world.Wait(0.2);

        Assert.That(world.Run(), Is.EqualTo("f1/quota@a1"));
    }

    [Test]
    public void Hoarder_AtTheBoundOfOffers_GetsNoFurtherOnes()
    {
        var world = new AllocatorWorld(new AllocatorSettings { MaxOffersPerFramework = 2 });
        world.Framework("f1", "web");
        for (var i = 0; i < 4; i++)
        {
            world.Agent($"a{i}", "cpus:2;mem:1024");
        }

        var offers = world.RunAndList().ToList();
        Assert.That(offers, Has.Count.EqualTo(2));
        var view = world.Allocator.View().Roles.Single().Frameworks.Single().Offers;
        Assert.That(view, Is.EqualTo(new OutstandingOffersView(2, 0.5, TimeSpan.Zero, IsAtBound: true)));
        Assert.That(world.Allocator.Why(new FrameworkId("f1"), "web", 0, 10).General,
            Is.EqualTo(new[] { new Obstacle.TooManyOffers(2, 2, 0.5, null) }));

        // One is accepted: nothing comes back, but there is room for another.
        world.Allocator.OfferEnded(offers[0].Framework, offers[0].Agent, offers[0].Resources, TimeSpan.Zero);
        Assert.That(world.Allocator.NextFilterExpiry, Is.Not.Null);
        world.Wait(0.1);
        Assert.That(world.RunAndList(), Has.Count.EqualTo(1));
    }

    [Test]
    public void Hoarder_AtTheBoundOfShare_LeavesTheRestToOthers()
    {
        var world = new AllocatorWorld(new AllocatorSettings { MaxOfferedShare = 0.5 });
        world.Framework("f1", "web");
        for (var i = 0; i < 8; i++)
        {
            world.Agent($"a{i}", "cpus:2;mem:1024");
        }

        Assert.That(Counts(world.RunAndList()), Is.EqualTo("f1=4"));
        world.Framework("f2", "web");
        Assert.That(Counts(world.RunAndList()), Is.EqualTo("f2=4"));
    }

    private static string Counts(IEnumerable<AgentAllocation> allocations) => string.Join(" ",
        allocations.GroupBy(a => a.Framework.Value).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}={g.Count()}"));

    private static IEnumerable<(string Framework, string Agent)> Held(AllocatorWorld world) =>
        from agent in Enumerable.Range(0, 12).Select(i => $"a{i:00}")
        from held in world.Allocator.ViewAgent(new AgentId(agent))!.Held
        select (held.Key.Value, agent);
}
