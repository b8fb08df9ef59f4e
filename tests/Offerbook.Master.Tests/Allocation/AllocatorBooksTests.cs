using Offerbook.Actors;
using Offerbook.Master.Allocation;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Allocation;

public sealed class AllocatorBooksTests
{
    private static readonly AgentId A1 = new("a1");
    private static readonly FrameworkId F1 = new("f1");

    [Test]
    public void AgentWithTasksOfAFrameworkNotKnownYet_CountsThemInEitherOrder()
    {
        var used = new Dictionary<FrameworkId, ResourceBag> { [F1] = ResourceBag.Parse("cpus:1;mem:256").Allocate("web") };
        var agentFirst = new AllocatorWorld();
        agentFirst.Allocator.AddAgent(A1, new AllocatorAgent(AllocatorWorld.ModernAgent), ResourceBag.Parse("cpus:4;mem:1024"), used);
        agentFirst.Framework("f1", "web");
        var frameworkFirst = new AllocatorWorld();
        frameworkFirst.Framework("f1", "web");
        frameworkFirst.Allocator.AddAgent(A1, new AllocatorAgent(AllocatorWorld.ModernAgent), ResourceBag.Parse("cpus:4;mem:1024"), used);

        foreach (var world in new[] { agentFirst, frameworkFirst })
        {
            Assert.That(world.Share("web"), Is.EqualTo(0.25));
            Assert.That(world.RunAndList().Single().Resources, Is.EqualTo(ResourceBag.Parse("cpus:3;mem:768").Allocate("web")));
            Assert.That(world.Share("web"), Is.EqualTo(1.0));
        }
    }

    [Test]
    public void Charge_OfTasksLearntLater_TakesFromWhatIsAvailable()
    {
        var world = new AllocatorWorld();
        world.Agent("a1", "cpus:4;mem:1024");

        world.Allocator.Charge(F1, A1, ResourceBag.Parse("cpus:1").Allocate("web") + ResourceBag.Parse("cpus:1").Allocate("ops"));

        Assert.That(world.Available("a1"), Is.EqualTo(ResourceBag.Parse("cpus:2;mem:1024")));
        Assert.That(world.Allocator.View().Roles.Select(role => role.Role + ":" + role.DominantShare),
            Is.EqualTo(new[] { "ops:0.25", "web:0.25" }));
    }

    [Test]
    public void Total_ThatShrinksUnderWhatIsHeld_LeavesNothingAndNoDebt()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Agent("a1", "cpus:4;mem:1024");
        world.Run();

        world.Allocator.UpdateAgentTotal(A1, ResourceBag.Parse("cpus:2;mem:1024"));
        Assert.That(world.Run(), Is.Empty);

        world.GiveBack("f1", "a1", ResourceBag.Parse("cpus:3;mem:1024").Allocate("web"));
        Assert.That(world.Available("a1"), Is.EqualTo(ResourceBag.Parse("cpus:1;mem:1024")));
        world.GiveBack("f1", "a1", ResourceBag.Parse("cpus:1").Allocate("web"));
        Assert.That(world.Available("a1"), Is.EqualTo(ResourceBag.Parse("cpus:2;mem:1024")));
    }

    [Test]
    public void Total_ThatGrows_IsOfferedAtOnce()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Agent("a1", "cpus:4;mem:1024");
        world.Run();

        world.Allocator.UpdateAgentTotal(A1, ResourceBag.Parse("cpus:6;mem:1024"));

        Assert.That(world.RunAndList().Single().Resources, Is.EqualTo(ResourceBag.Parse("cpus:2").Allocate("web")));
    }

    [Test]
    public void DeactivatedAgent_IsNotHandedOutUntilActive()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Agent("a1", "cpus:4;mem:1024");
        world.Allocator.DeactivateAgent(A1);
        Assert.That(world.Run(), Is.Empty);

        world.Allocator.ActivateAgent(A1);
        Assert.That(world.Run(), Is.EqualTo("f1/web@a1"));
    }

    [Test]
    public void RemovedAgent_TakesItsChargesAndCandidacyWithIt()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Agent("a1", "cpus:4;mem:1024");
        world.Run();
        var held = world.Held("f1", "a1");
        world.GiveBack("f1", "a1", ResourceBag.Parse("cpus:1").Allocate("web"), refuseSeconds: 60);

        world.Allocator.RemoveAgent(A1);
        world.Allocator.Recover(F1, A1, held, TimeSpan.FromSeconds(60), world.Now);

        Assert.That(world.Run(), Is.Empty);
        var view = world.Allocator.View();
        Assert.That((view.Agents, view.Filters, view.Total.IsEmpty, view.Roles.Single().Allocated.IsEmpty), Is.EqualTo((0, 0, true, true)));
    }

    [Test]
    public void RemovedFramework_IsRememberedWhileItHoldsSomething()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Agent("a1", "cpus:4;mem:1024");
        world.Run();

        world.Allocator.RemoveFramework(F1);
        Assert.That(world.Share("web"), Is.EqualTo(1.0));

        world.GiveBack("f1", "a1", refuseSeconds: 60);
        Assert.That(world.Allocator.View().Roles, Is.Empty);
        Assert.That(world.Available("a1"), Is.EqualTo(ResourceBag.Parse("cpus:4;mem:1024")));
    }

    [Test]
    public void Framework_LeavingARole_IsNotOfferedThereButStillCharged()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "ops/x", "web");
        world.Agent("a1", "cpus:4;mem:1024");
        Assert.That(world.Run(), Is.EqualTo("f1/ops/x@a1"));

        world.Update("f1", ["web"]);
        world.GiveBack("f1", "a1", ResourceBag.Parse("cpus:2").Allocate("ops/x"));

        Assert.That(world.Run(), Is.EqualTo("f1/web@a1"));
        Assert.That(world.Share("ops/x"), Is.EqualTo(1.0));
        world.GiveBack("f1", "a1", ResourceBag.Parse("cpus:2;mem:1024").Allocate("ops/x"));
        Assert.That(world.Allocator.View().Roles.Select(role => role.Role), Is.EqualTo(new[] { "web" }));
    }

    [Test]
    public void Recover_OfMoreThanIsHeld_IsABugAndStops()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Agent("a1", "cpus:4;mem:1024");
        world.Run();

        Assert.That(
            () => world.GiveBack("f1", "a1", ResourceBag.Parse("cpus:5").Allocate("web")),
            Throws.TypeOf<InvariantViolationException>());
    }

    [Test]
    public void Candidates_AreTakenByARun()
    {
        var world = new AllocatorWorld();
        Assert.That(world.Allocator.HasCandidates, Is.False);
        world.Agent("a1", "cpus:4;mem:1024");
        Assert.That(world.Allocator.HasCandidates, Is.True);
        world.Run();
        Assert.That(world.Allocator.HasCandidates, Is.False);
    }
}
