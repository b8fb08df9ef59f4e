using Offerbook.Actors;
using Offerbook.Master.Allocation;
using Offerbook.Resources;

namespace Offerbook.Master.Tests.Allocation;

/// <summary>Random histories: after every step the books equal a plain model of them, and equal seeds give equal runs.</summary>
public sealed class AllocatorProperties
{
    private const int Seeds = 300;
    private const int Steps = 120;

    [Test]
    public void Books_UnderRandomHistories_StayExact()
    {
        for (var seed = 1UL; seed <= Seeds; seed++)
        {
            var history = new RandomHistory(seed);
            for (var step = 0; step < Steps; step++)
            {
                var what = history.Step();
                var difference = history.CompareBooks();
                Assert.That(difference, Is.Null, $"seed {seed}, step {step}: {what}");
            }
        }
    }

    /// <summary>Two tellings of the same rules: what the run leaves, the explanation has a reason for.</summary>
    [Test]
    public void Everything_ThatARunLeaves_HasAReason()
    {
        for (var seed = 1UL; seed <= Seeds; seed++)
        {
            var history = new RandomHistory(seed);
            for (var step = 0; step < Steps; step++)
            {
                history.Step();
            }

            // What a quota withheld is looked at again within the interval.
            history.Run();
            history.World.Wait(0.1);
            history.Run();
            Assert.That(history.FindUnexplained(), Is.Null, $"seed {seed}");
        }
    }

    [Test]
    public void Books_UnderLotsAndBounds_StayExact()
    {
        var settings = new AllocatorSettings
        {
            RoleSorter = SorterKind.Random, FrameworkSorter = SorterKind.Random, MaxOffersPerFramework = 3, MaxFilters = 5,
        };
        for (var seed = 1UL; seed <= 100; seed++)
        {
            var history = new RandomHistory(seed, settings);
            for (var step = 0; step < Steps; step++)
            {
                var what = history.Step();
                Assert.That(history.CompareBooks(), Is.Null, $"seed {seed}, step {step}: {what}");
            }
        }
    }

    [Test]
    public void Runs_OfOneSeed_AreEqual()
    {
        for (var seed = 1UL; seed <= 50; seed++)
        {
            var (left, right) = (new RandomHistory(seed), new RandomHistory(seed));
            for (var step = 0; step < Steps; step++)
            {
                Assert.That(left.Step(), Is.EqualTo(right.Step()), $"seed {seed}, step {step}");
            }
        }
    }

    [Test]
    public void Everything_GivenBack_IsAvailableAgainAndChargedToNobody()
    {
        for (var seed = 1UL; seed <= Seeds; seed++)
        {
            var history = new RandomHistory(seed);
            for (var step = 0; step < Steps; step++)
            {
                history.Step();
            }

            history.GiveBackEverything();

            Assert.That(history.CompareBooks(), Is.Null, $"seed {seed}");
            foreach (var role in history.World.Allocator.View().Roles)
            {
                Assert.That(role.Allocated.IsEmpty && role.Frameworks.All(f => f.Allocated.IsEmpty), Is.True, $"seed {seed}: {role}");
            }
        }
    }

    /// <summary>However long refusals and whoever holds out: what is free, allocatable and not refused is always handed out.</summary>
    [Test]
    public void Run_Always_LeavesNothingThatSomebodyWouldTake()
    {
        for (var seed = 1UL; seed <= Seeds; seed++)
        {
            var history = new RandomHistory(seed);
            for (var step = 0; step < Steps; step++)
            {
                history.Step();
            }

            history.ClearQuotas();

            // Suppressed or refusing competitors aside, a newcomer without refusals must find every free agent.
            history.World.RunAndList();
            var free = history.FreeAgents().ToList();
            history.World.Framework("newcomer", FrameworkCapabilities.MultiRole, "zzz");
            var given = history.World.RunAndList().Where(a => a.Framework.Value == "newcomer").Select(a => a.Agent.Value)
                .Order(StringComparer.Ordinal);

            Assert.That(given, Is.EqualTo(free), $"seed {seed}");
        }
    }
}
