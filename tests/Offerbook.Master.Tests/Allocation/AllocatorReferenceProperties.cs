using Offerbook.Actors;
using Offerbook.Master.Allocation;
using Offerbook.Resources;

namespace Offerbook.Master.Tests.Allocation;

/// <summary>
/// Offers are those that a plain telling of the rules gives, one for one and in the same order: whatever the allocator remembers,
/// shares, skips or asks the processor for ahead.
/// </summary>
public sealed class AllocatorReferenceProperties
{
    private const int Cycles = 12;

    [Test]
    public void Offers_OfRandomClusters_AreThoseOfTheRules([Values] bool alike)
    {
        for (var seed = 1UL; seed <= 60; seed++)
        {
            // Beyond 64 agents visits are prepared ahead.
            Compare(seed, agents: 5 + (int)(seed * 7 % 150), makes: alike ? 3 : int.MaxValue);
        }
    }

    /// <summary>More makes of agents and roles than are remembered together: some are made anew.</summary>
    [Test]
    public void Offers_OfManyMakesAndRoles_CarryTheRoleAndWhatTheAgentHas()
    {
        var world = new AllocatorWorld();
        for (var i = 0; i < 1500; i++)
        {
            world.Agent($"a{i:0000}", $"cpus:{1 + (i % 1200)};mem:{64 + (i % 1200)}");
        }

        for (var i = 0; i < 40; i++)
        {
            world.Framework($"f{i:00}", $"role{i:00}");
        }

        for (var cycle = 0; cycle < 6; cycle++)
        {
            var given = world.RunAndList().ToArray();
            Assert.That(given.Select(g => g.Agent).Distinct().Count(), Is.EqualTo(1500));
            foreach (var allocation in given)
            {
                var number = int.Parse(allocation.Agent.Value.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture) % 1200;
                Assert.That(allocation.Resources.AllocationRole(), Is.EqualTo("role" + allocation.Framework.Value[1..]));
                Assert.That(allocation.Resources.Unallocate().ToString(), Is.EqualTo($"cpus:{1 + number}; mem:{64 + number}"));
            }

            foreach (var allocation in given)
            {
                world.GiveBack(allocation.Framework.Value, allocation.Agent.Value, allocation.Resources);
            }
        }

        Assert.That(world.Allocator.FindInconsistency(), Is.Null);
    }

    private static void Compare(ulong seed, int agents, int makes)
    {
        var random = new SeededRandom(seed * 104_729);
        var world = new AllocatorWorld(seed: seed);
        var rules = new PlainAllocation(seed);
        var roles = 1 + random.Next(5);
        for (var role = 0; role < roles; role++)
        {
            world.Allocator.UpdateWeight($"role{role}", 1 + (role % 2));
        }

        void AddFramework(int number)
        {
            var role = random.Next(roles);
            var framework = new PlainFramework($"f{number:000}", $"role{role}", 1 + (role % 2), random.Chance(0.5));
            rules.Add(framework);
            world.Framework(framework.Id, framework.TakesGpus ? FrameworkCapabilities.GpuResources : FrameworkCapabilities.None,
                framework.Role);
        }

        for (var i = 0; i < agents; i++)
        {
            var make = random.Next(Math.Min(makes, 1_000_000));
            var agent = new PlainAgent($"a{i:000}", 1 + (make % 64), 64 + (make / 3), make % 5 == 2);
            rules.Add(agent);
            world.Agent(agent.Id, agent.Total);
        }

        var frameworks = 1 + random.Next(20);
        for (var i = 0; i < frameworks; i++)
        {
            AddFramework(i);
        }

        for (var cycle = 0; cycle < Cycles; cycle++)
        {
            var given = world.RunAndList().ToArray();
            Assert.That(given.Select(g => $"{g.Framework}@{g.Agent}"), Is.EqualTo(rules.Run()), $"seed {seed}, cycle {cycle}");
            Assert.That(world.Allocator.FindInconsistency(), Is.Null, $"seed {seed}, cycle {cycle}");
            var refuses = cycle % 3 > 0 ? 0.9 : 0.1;
            foreach (var allocation in given.Where(_ => random.Chance(0.9)))
            {
                var refuse = random.Chance(refuses);
                rules.GiveBack(allocation.Agent.Value, refuse);
                world.GiveBack(allocation.Framework.Value, allocation.Agent.Value, allocation.Resources, refuse ? 3600 : null);
            }

            if (cycle == Cycles / 2)
            {
                AddFramework(frameworks);
            }
        }
    }
}
