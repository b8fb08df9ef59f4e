using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tests.Allocation;

public sealed class AllocatorSuppressionTests
{
    private static readonly FrameworkId F1 = new("f1");

    [Test]
    public void Suppress_AllRoles_StopsOffersUntilRevive()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Allocator.Suppress(F1, []);
        world.Agent("a1", "cpus:4;mem:1024");
        Assert.That(world.Run(), Is.Empty);

        world.Allocator.Revive(F1, []);

        Assert.That(world.Run(), Is.EqualTo("f1/web@a1"));
    }

    [Test]
    public void Suppress_OneOfTwoRoles_LeavesTheOther()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "ops", "web");
        world.Allocator.Suppress(F1, ["ops"]);
        world.Agent("a1", "cpus:4;mem:1024");
        Assert.That(world.Run(), Is.EqualTo("f1/web@a1"));

        world.Allocator.Suppress(F1, ["web"]);
        world.GiveBack("f1", "a1");
        Assert.That(world.Run(), Is.Empty);

        world.Allocator.Revive(F1, ["ops"]);
        Assert.That(world.Run(), Is.EqualTo("f1/ops@a1"));
    }

    [Test]
    public void Suppress_WithRefusalsOut_KeepsThem()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Agent("a1", "cpus:4;mem:1024");
        world.Run();
        world.Decline("f1", "a1", refuseSeconds: 3600);

        world.Allocator.Suppress(F1, []);

        Assert.That(world.Allocator.View().Filters, Is.EqualTo(1));
    }

    [Test]
    public void Update_WithRolesThatLeaveSuppression_RevivesThem()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Agent("a1", "cpus:4;mem:1024");
        world.Run();
        world.Decline("f1", "a1", refuseSeconds: 3600);

        world.Update("f1", ["web"], suppressed: ["web"]);
        Assert.That(world.Run(), Is.Empty);

        world.Update("f1", ["web"], suppressed: []);
        Assert.That(world.Run(), Is.EqualTo("f1/web@a1"));
    }

    [Test]
    public void Update_WithNothingNew_KeepsRefusals()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Agent("a1", "cpus:4;mem:1024");
        world.Run();
        world.Decline("f1", "a1", refuseSeconds: 3600);

        world.Update("f1", ["web"]);

        Assert.That(world.Run(), Is.Empty);
    }

    [Test]
    public void Suppressed_AndReactivated_StaysSuppressed()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Allocator.Suppress(F1, []);
        world.Agent("a1", "cpus:4;mem:1024");
        world.Allocator.DeactivateFramework(F1);
        world.Allocator.ActivateFramework(F1);
        Assert.That(world.Run(), Is.Empty);

        world.Update("f1", ["web"]);
        Assert.That(world.Run(), Is.EqualTo("f1/web@a1"), "the new subscription says so");
    }

    [Test]
    public void Calls_AboutRolesAndFrameworksNotKnown_DoNothing()
    {
        var world = new AllocatorWorld();
        world.Framework("f1", "web");
        world.Agent("a1", "cpus:4;mem:1024");

        world.Allocator.Suppress(F1, ["other"]);
        world.Allocator.Suppress(new FrameworkId("nobody"), []);
        world.Allocator.Revive(new FrameworkId("nobody"), []);
        world.Allocator.RemoveFramework(new FrameworkId("nobody"));
        world.Allocator.RemoveAgent(new AgentId("nothing"));

        Assert.That(world.Run(), Is.EqualTo("f1/web@a1"));
    }
}
