using Mesos.V1;
using Offerbook.Master.Tests.Core;
using Offerbook.Resources;
using Call = Mesos.V1.Master.Call;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Tests.Operations;

/// <summary>RESERVE_RESOURCES and its like, in the core.</summary>
internal sealed class OperatorOperationTests
{
    private MasterHarness _master = null!;
    private OperatingAgent _agent = null!;

    [SetUp]
    public void Start()
    {
        _master = new MasterHarness();
        _agent = new OperatingAgent(_master).Subscribe();
    }

    private MasterEffect.Answer Operate(Call call)
    {
        var answer = _master.Operate(call);
        _master.Settle();
        return answer;
    }

    private MasterEffect.Answer Reserve(params Resource[] resources) =>
        Operate(new Call { Type = Type.ReserveResources,
            ReserveResources = new() { AgentId = _agent.Agent.Id, Resources = { resources } } });

    [Test, Category("case 173")]
    public void Reserve_OfFreeResources_IsAcceptedAndSeenInTheNextOffer()
    {
        Assert.That((Reserve(Ops.Scalar("cpus", 1, "web"), Ops.Scalar("disk", 64, "web")).Status, _agent.Orders.Single().FrameworkId),
            Is.EqualTo((202, (FrameworkID?)null)));
        _agent.Finish();
        var web = new TestScheduler(_master).Subscribe();

        Assert.That(_master.Offered().Reserved("web").ScalarOf("cpus"), Is.EqualTo(new Scalar(1000)));
        Assert.That(web.Offers, Has.Count.EqualTo(1));
        Assert.That(_master.View.Agents.Single().Operations, Is.Empty);
    }

    [Test, Category("case 173")]
    public void ReservationUpdate_WithSource_ChangesTheReservation()
    {
        Reserve(Ops.Scalar("cpus", 1, "web"));
        var answer = Operate(new Call
        {
            Type = Type.ReserveResources,
            ReserveResources = new()
            {
                AgentId = _agent.Agent.Id, Source = { Ops.Scalar("cpus", 1, "web") }, Resources = { Ops.Scalar("cpus", 1, "db") },
            },
        });
        _agent.Finish();

        Assert.That(answer.Status, Is.EqualTo(202), answer.Text);
        Assert.That(_agent.Total.Reserved().Single().Kind.ReservationRole, Is.EqualTo("db"));
        Assert.That(_master.View.Agents.Single().Total, Is.EqualTo(_agent.Total));
    }

    [Test, Category("case 173")]
    public void Volumes_CreatedGrownShrunkAndDestroyed_AreInStep()
    {
        Reserve(Ops.Scalar("disk", 100, "web"));
        var id = _agent.Agent.Id;
        Call[] calls =
        [
            new() { Type = Type.CreateVolumes, CreateVolumes = new() { AgentId = id, Volumes = { Ops.Volume(64, "v") } } },
            new() { Type = Type.GrowVolume,
                GrowVolume = new() { AgentId = id, Volume = Ops.Volume(64, "v"), Addition = Ops.Scalar("disk", 36, "web") } },
            new() { Type = Type.ShrinkVolume,
                ShrinkVolume = new() { AgentId = id, Volume = Ops.Volume(100, "v"), Subtract = new Value.Types.Scalar { Value = 50 } } },
            new() { Type = Type.DestroyVolumes, DestroyVolumes = new() { AgentId = id, Volumes = { Ops.Volume(50, "v") } } },
            new() { Type = Type.UnreserveResources,
                UnreserveResources = new() { AgentId = id, Resources = { Ops.Scalar("disk", 100, "web") } } },
        ];
        foreach (var call in calls)
        {
            var answer = Operate(call);
            Assert.That((answer.Status, answer.Text), Is.EqualTo((202, "")), call.Type.ToString());
            _agent.Finish();
            Assert.That(_master.View.Agents.Single().Total, Is.EqualTo(_agent.Total), call.Type.ToString());
        }
        Assert.That(_agent.Total, Is.EqualTo(ResourceBag.Parse("cpus:4;mem:4096;disk:1000")));
    }

    [Test, Category("case 187")]
    public void Reserve_OfWhatIsOffered_RescindsOnlyAsMuchAsItNeeds()
    {
        var other = new OperatingAgent(_master, ip: "10.0.0.2").Subscribe();
        var web = new TestScheduler(_master).Subscribe();

        Assert.That(Reserve(Ops.Scalar("cpus", 1, "db")).Status, Is.EqualTo(202));
        var rescinded = web.Events.Where(e => e.Type == EventType.Rescind).ToList();
        Assert.That(rescinded, Has.Count.EqualTo(1));
        Assert.That(web.Offers.Single(offer => offer.Id.Equals(rescinded[0].Rescind.OfferId)).AgentId, Is.EqualTo(_agent.Agent.Id));
        Assert.That(other.Orders, Is.Empty);
    }

    [Test, Category("case 187"), Category("case 110")]
    public void Reserve_OfWhatTasksUse_IsAConflict()
    {
        var web = new TestScheduler(_master).Subscribe();
        web.Accept(web.Offers[^1], TestScheduler.Task(web.Offers[^1], "t", cpus: 3.5));

        var answer = Reserve(Ops.Scalar("cpus", 1, "db"));
        Assert.That(answer.Status, Is.EqualTo(409));
        Assert.That(answer.Text, Does.EndWith("does not contain cpus:1"));
        Assert.That(_agent.Orders, Is.Empty);
    }

    [Test, Category("case 187")]
    public void Calls_ThatAreWrong_Answer400()
    {
        var unknown =
            Operate(new Call { Type = Type.ReserveResources, ReserveResources = new() { AgentId = new AgentID { Value = "nope" } } });
        Assert.That((unknown.Status, unknown.Text), Is.EqualTo((400, "No agent found with specified ID")));

        var unreserved = Reserve(TestScheduler.Scalar("cpus", 1));
        Assert.That(unreserved.Status, Is.EqualTo(400));
        Assert.That(unreserved.Text,
            Does.Match("Invalid RESERVE operation on agent .* at slave\\(1\\)@10.0.0.1:5051 \\(host-10.0.0.1\\): Resource cpus:1 is not dynamically reserved"));
        Assert.That(Reserve(Ops.Scalar("cpus", 1, "web").Allocated()).Text, Does.Contain("unallocated resources"));
        Assert.That(Reserve(Ops.Scalar("cpus", -1, "web")).Status, Is.EqualTo(400));
    }

    [Test, Category("case 187")]
    public void Agent_ThatIsAway_IsAConflict()
    {
        _agent.Agent.Disconnect();
        Assert.That(Reserve(Ops.Scalar("cpus", 1, "web")).Status, Is.EqualTo(409));
    }

    [Test, Category("case 109")]
    public void Principal_OfTheOperator_MustBeTheReservations()
    {
        var connection = _master.NewConnection();
        _master.Handle(new MasterMessage.OperatorCallReceived(connection, new Call
        {
            Type = Type.ReserveResources,
            ReserveResources = new() { AgentId = _agent.Agent.Id, Resources = { Ops.Scalar("cpus", 1, "web", "eve") } },
        }, "bob"));

        var answer = _master.Sent.OfType<MasterEffect.Answer>().Single(sent => sent.Connection == connection);
        Assert.That((answer.Status, answer.Text.Contains("authenticated principal 'bob'", StringComparison.Ordinal)),
            Is.EqualTo((400, true)));
    }
}
