using Offerbook.Actors;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulation.Tests.Engine;

public sealed class SimWorldTests
{
    [Test]
    public void World_EventsScheduledOutOfOrder_RunInOrderOfTime()
    {
        var world = new SimWorld(1);
        var seen = new List<TimeSpan>();
        foreach (var seconds in new[] { 3, 1, 2 })
        {
            world.Schedule(TimeSpan.FromSeconds(seconds), null, () => seen.Add(world.Elapsed));
        }
        while (world.Step(TimeSpan.FromMinutes(1)))
        {
        }
        Assert.That(seen.Select(at => at.TotalSeconds), Is.EqualTo(new[] { 1.0, 2.0, 3.0 }));
        Assert.That(world.Elapsed, Is.EqualTo(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public void World_EventsOfOneInstant_AreOrderedBySeed()
    {
        var orders = Enumerable.Range(0, 40).Select(seed => Order((ulong)seed)).ToList();
        Assert.That(orders.Distinct().Count(), Is.GreaterThan(3), "every seed gives the same order");
        var again = Order(7);
        Assert.That(orders[7], Is.EqualTo(again));
    }

    private static string Order(ulong seed)
    {
        var world = new SimWorld(seed);
        var order = "";
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            world.Schedule(TimeSpan.FromSeconds(1), null, () => order += name);
        }
        while (world.Step(TimeSpan.FromMinutes(1)))
        {
        }
        return order;
    }

    [Test]
    public void World_SchedulingInThePast_IsABug()
    {
        var world = new SimWorld(1);
        world.Step(TimeSpan.FromSeconds(5));
        Assert.That(() => world.ScheduleAt(TimeSpan.FromSeconds(4), null, () => { }), Throws.InstanceOf<InvariantViolationException>());
    }

    [Test]
    public void Hash_OneNoteMoreOrLater_Differs()
    {
        Assert.That(HashOf(world => world.Note("a")), Is.Not.EqualTo(HashOf(world => world.Note("b"))));
        Assert.That(
            HashOf(world => world.Note("a")),
            Is.Not.EqualTo(HashOf(world => { world.Step(TimeSpan.FromTicks(1)); world.Note("a"); })));
    }

    private static ulong HashOf(Action<SimWorld> act)
    {
        var world = new SimWorld(1);
        act(world);
        return world.Hash.Value;
    }

    [Test]
    public void Seeds_OneMoreDrawForOnePurpose_LeavesOthersAlone()
    {
        var seeds = new SeedSource(42);
        seeds.For("faults").NextUInt64();
        var disturbed = seeds.For("network").NextUInt64();
        Assert.That(disturbed, Is.EqualTo(new SeedSource(42).For("network").NextUInt64()));
        Assert.That(disturbed, Is.Not.EqualTo(seeds.For("disk").NextUInt64()));
    }

    [Test]
    public void Trace_MoreEventsThanItHolds_KeepsTheLast()
    {
        var trace = new EventTrace(3);
        for (var i = 0; i < 10; i++)
        {
            trace.Add(TimeSpan.FromSeconds(i), "event " + i);
        }
        Assert.That(trace.Last().Select(line => line[^1]), Is.EqualTo("789"));
    }
}
