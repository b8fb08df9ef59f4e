using Mesos.V1;
using Mesos.V1.Scheduler;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>UPDATE_FRAMEWORK, and what a framework must not change or be.</summary>
internal sealed class UpdateFrameworkTests
{
    private MasterHarness _master = null!;
    private TestScheduler _scheduler = null!;

    [SetUp]
    public void SetUp()
    {
        _master = new MasterHarness(MasterSettings.Default with { Roles = new HashSet<string> { "web", "db" } });
        new TestAgent(_master).Subscribe();
        _scheduler = new TestScheduler(_master).Subscribe();
    }

    [Test]
    public void Update_OfRoles_MovesOffersToTheNewOnes()
    {
        var answer = Update(info => { info.Roles.Clear(); info.Roles.Add("db"); });
        Assert.That((answer.Status, answer.Text), Is.EqualTo((200, "")));
        Assert.That(_scheduler.Events.Count(e => e.Type == EventType.Rescind), Is.EqualTo(1));
        Assert.That(_scheduler.Offers[^1].AllocationInfo.Role, Is.EqualTo("db"));
    }

    [Test]
    public void Update_ReplacesTheSuppressedRoles()
    {
        _scheduler.Call(Call.Types.Type.Suppress);
        _scheduler.Decline(_scheduler.Offers[0], 0);
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(1));
        Update(_ => { });
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(2), "nothing is suppressed now");
    }

    [Test]
    public void Update_OfRoleInUse_KeepsTheOffersOfKeptRoles()
    {
        Update(info => info.Roles.Add("db"));
        Assert.That(_scheduler.Events.Any(e => e.Type == EventType.Rescind), Is.False);
    }

    [TestCase("user", "FrameworkInfo update is not valid: Updating 'FrameworkInfo.user' is unsupported; attempted to update from 'root' to 'other'")]
    [TestCase("checkpoint", "FrameworkInfo update is not valid: Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update from 'false' to 'true'")]
    [TestCase("principal", "FrameworkInfo update is not valid: Changing framework's principal is not allowed.")]
    [TestCase("role", "Supplied FrameworkInfo is not valid: 'FrameworkInfo.roles' contains invalid role: Role 'a/../b' cannot include '..' as a component")]
    [TestCase("whitelist", "Supplied FrameworkInfo is not valid: Roles { x, y } are not present in the master's --roles")]
    [TestCase("timeout", "Supplied FrameworkInfo is not valid: The framework failover_timeout (1e+300) is invalid")]
    [TestCase("quantity", "Supplied FrameworkInfo is not valid: Invalid resource quantity for 'cpus': Negative values not supported")]
    public void Update_OfWhatMustNotChange_IsRefusedAndChangesNothing(string what, string text)
    {
        var answer = Update(info =>
        {
            switch (what)
            {
                case "user": info.User = "other"; break;
                case "checkpoint": info.Checkpoint = true; break;
                case "principal": info.Principal = "p"; break;
                case "role": info.Roles.Add("a/../b"); break;
                case "whitelist": info.Roles.Add(["y", "x"]); break;
                case "timeout": info.FailoverTimeout = 1e300; break;
                case "quantity":
                    var quantities =
                        new OfferFilters.Types.ResourceQuantities { Quantities = { ["cpus"] = new Value.Types.Scalar { Value = -1 } } };
                    info.OfferFilters["web"] = new OfferFilters { MinAllocatableResources = new() { Quantities = { quantities } } };
                    break;
            }
        });
        Assert.That((answer.Status, answer.Text), Is.EqualTo((400, text)));
        Assert.That(_master.View.Frameworks[0].Info, Is.EqualTo(_scheduler.Info));
    }

    [Test]
    public void Update_OfSuppressedRolesOutsideTheRoles_IsRefused()
    {
        var call = UpdateCall(_ => { });
        call.UpdateFramework.SuppressedRoles.Add(["z", "a"]);
        Assert.That(_scheduler.Call(call).Text,
            Is.EqualTo("'UpdateFramework' call is not valid: Suppressed roles { a, z } are not contained in the set of roles"));
    }

    [Test]
    public void OfferConstraints_OfSubscriptionAndUpdate_AreShownAndReplaced()
    {
        var call = UpdateCall(_ => { });
        call.UpdateFramework.OfferConstraints = new OfferConstraints();
        var group = new OfferConstraints.Types.RoleConstraints.Types.Group();
        group.AttributeConstraints.Add(
            new AttributeConstraint { Selector = new() { AttributeName = "x" }, Predicate = new() { Exists = new() } });
        call.UpdateFramework.OfferConstraints.RoleConstraints["web"] = new OfferConstraints.Types.RoleConstraints { Groups = { group } };
        Assert.That(_scheduler.Call(call).Status, Is.EqualTo(200));
        Assert.That(_master.View.Frameworks[0].Constraints.Message, Is.EqualTo(call.UpdateFramework.OfferConstraints));
        _scheduler.Subscribe();
        Assert.That(_master.View.Frameworks[0].Constraints.Message.RoleConstraints, Is.Empty);
    }

    [Test]
    public void Subscribe_AsRootWhereThatIsForbidden_IsRefused()
    {
        var master = new MasterHarness(MasterSettings.Default with { RootSubmissions = false });
        var refused = new TestScheduler(master).Subscribe();
        Assert.That(refused.Events.Single().Error.Message,
            Is.EqualTo("User 'root' is not allowed to run frameworks without --root_submissions set"));
        Assert.That(refused.IsClosed, Is.True);
    }

    private MasterEffect.Answer Update(Action<FrameworkInfo> change) => _scheduler.Call(UpdateCall(change));

    private Call UpdateCall(Action<FrameworkInfo> change)
    {
        var info = _scheduler.Info.Clone();
        info.Id = _scheduler.Id;
        _scheduler.Info.Id = _scheduler.Id;
        change(info);
        return new Call { Type = Call.Types.Type.UpdateFramework, UpdateFramework = new() { FrameworkInfo = info } };
    }
}
