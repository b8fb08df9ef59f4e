using Google.Protobuf;
using Mesos.V1;
using Offerbook.Master.Tests.Core;
using Offerbook.Resources;
using EventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using State = Mesos.V1.OperationState;

namespace Offerbook.Master.Tests.Operations;

/// <summary>Statuses of operations, their acknowledgement, and reconciliation.</summary>
internal sealed class FeedbackTests
{
    private MasterHarness _master = null!;
    private OperatingAgent _agent = null!;
    private TestScheduler _web = null!;

    [SetUp]
    public void Start()
    {
        _master = new MasterHarness();
        _agent = new OperatingAgent(_master).Subscribe();
        _web = new TestScheduler(_master, TestScheduler.Framework("web", 3600)).Subscribe();
    }

    private void Reserve(string? id = "r", double cpus = 1) =>
        _web.Accept(_web.Offers[^1], KitOperations.Reserve(id, Ops.Scalar("cpus", cpus, "web")));

    [Test]
    public void Status_FromTheAgent_IsForwardedAndAcknowledged()
    {
        Reserve();
        Assert.That(_master.View.Agents.Single().Operations.Single().LatestStatus.State, Is.EqualTo(State.OperationPending));
        _agent.Finish();
        var status = _web.OperationUpdates().Single();

        Assert.That((status.State, status.OperationId.Value, status.AgentId), Is.EqualTo((State.OperationFinished, "r", _agent.Agent.Id)));
        Assert.That(_web.Acknowledge(status).Status, Is.EqualTo(202));
        var acknowledged = _agent.Agent.Of(EventType.AcknowledgeOperation).Single().AcknowledgeOperation;
        Assert.That((acknowledged.OperationUuid, acknowledged.StatusUuid),
            Is.EqualTo((_agent.Orders.Single().OperationUuid, status.Uuid.Value)));
        Assert.That(_master.View.Agents.Single().Operations, Is.Empty);
    }

    [Test]
    public void Status_SentAgain_IsForwardedAgain()
    {
        Reserve();
        var status = _agent.Report(_agent.Orders.Single(), State.OperationFinished);
        _agent.Send(_agent.Orders.Single(), status);

        Assert.That(_web.OperationUpdates(), Has.Count.EqualTo(2));
        Assert.That((_master.View.OperationCounts[("reserve", "finished")], _master.View.OperationCounts[("reserve", "pending")]),
            Is.EqualTo((1, 0)));
    }

    [Test]
    public void Acknowledgement_ThatFitsNothing_IsCountedAndIgnored()
    {
        Reserve();
        _agent.Finish();
        var wrong = _web.OperationUpdates().Single().Clone();
        wrong.Uuid = new UUID { Value = ByteString.CopyFrom(new byte[16]) };
        _web.Acknowledge(wrong);

        Assert.That(_agent.Agent.Of(EventType.AcknowledgeOperation), Is.Empty);
        Assert.That(_master.View.Counters.Single(counter => counter.Key == "invalid_operation_status_update_acknowledgements").Value,
            Is.EqualTo(1));
    }

    [Test]
    public void Operation_WithoutAnId_HasNoFeedback()
    {
        Reserve(id: null);
        _agent.Finish();

        Assert.That(_web.OperationUpdates(), Is.Empty);
        Assert.That(_master.View.Agents.Single().Operations, Is.Empty);
    }

    [Test]
    public void FailedOperation_WithANewVersion_CorrectsTheTotalAndRescindsOffers()
    {
        Reserve();
        _agent.Version = 1;
        _agent.UpdateResources();
        _agent.Report(_agent.Orders.Single(), State.OperationFailed, "no room");

        Assert.That(_master.View.Agents.Single().Total, Is.EqualTo(ResourceBag.Parse("cpus:4;mem:4096;disk:1000")));
        Assert.That(_web.Events.Count(e => e.Type == Mesos.V1.Scheduler.Event.Types.Type.Rescind), Is.EqualTo(1));
        Assert.That(_master.Offered().Reserved(), Is.Empty);
        Assert.That(_web.OperationUpdates().Single().Message, Is.EqualTo("no room"));
        Reserve("again");
        Assert.That(_agent.Orders[^1].ResourceVersion, Is.EqualTo(1));
    }

    [Test]
    public void Launch_Always_NamesTheVersionItWasDecidedOn()
    {
        _agent.Version = 7;
        _agent.UpdateResources();
        _web.Accept(_web.Offers[^1], TestScheduler.Task(_web.Offers[^1], "t"));

        Assert.That(_agent.Agent.Of(EventType.Launch).Single().Launch.ResourceVersion, Is.EqualTo(7));
    }

    [Test, Category("case 178")]
    public void UnreachableAgent_EndsItsOperationsUnreachable()
    {
        Reserve();
        _agent.Agent.Disconnect();
        _master.Advance(TimeSpan.FromMinutes(3));

        var status = _web.OperationUpdates().Single();
        Assert.That((status.State, status.Message, status.Uuid),
            Is.EqualTo((State.OperationUnreachable, "Agent was marked unreachable", (UUID?)null)));
    }

    [Test, Category("case 178")]
    public void AgentThatLeaves_EndsItsOperationsGone()
    {
        Reserve();
        _agent.Agent.Call(new Wire.AgentProtocol.Call { Type = Wire.AgentProtocol.Call.Types.Type.Leave });

        Assert.That(_web.OperationUpdates().Single().State, Is.EqualTo(State.OperationGoneByOperator));
    }

    [Test, Category("case 178"), Category("case 191")]
    public void AgentMarkedGone_EndsItsOperationsGone_AndReconcilesAsGone()
    {
        Reserve();
        MarkGone();
        _web.ReconcileOperations(("x", _agent.Agent.Id));

        Assert.That(_web.OperationUpdates().Select(status => (status.State, status.Message)), Is.EqualTo(new[]
        {
            (State.OperationGoneByOperator, "Agent has been marked gone"),
            (State.OperationGoneByOperator, "Reconciliation: Agent marked gone by operator"),
        }));
    }

    [Test]
    public void Drain_WaitsForTheOperationsEnd()
    {
        Reserve();
        _master.Operate(new Mesos.V1.Master.Call
        {
            Type = Mesos.V1.Master.Call.Types.Type.DrainAgent, DrainAgent = new() { AgentId = _agent.Agent.Id },
        });
        _master.Settle();
        Assert.That(_master.View.Agents.Single().Drain!.State, Is.EqualTo(DrainState.Draining));
        _agent.Finish();
        _web.Acknowledge(_web.OperationUpdates().Single());
        Assert.That(_master.View.Agents.Single().Drain!.State, Is.EqualTo(DrainState.Drained));
    }

    private void MarkGone()
    {
        _master.Operate(new Mesos.V1.Master.Call
        {
            Type = Mesos.V1.Master.Call.Types.Type.MarkAgentGone, MarkAgentGone = new() { AgentId = _agent.Agent.Id },
        });
        _master.Settle();
    }

    [Test]
    public void Resubscription_WithoutTheOperation_AsksForIt()
    {
        Reserve();
        _agent.Subscribe();
        var entry = _agent.Agent.Of(EventType.ReconcileOperations).Single().ReconcileOperations.Operations.Single();

        Assert.That((entry.OperationUuid.Length, entry.OperationId.Value), Is.EqualTo((16, "r")));
        Assert.That(_master.View.Agents.Single().Total.Reserved(), Is.Empty, "the agent knows what it has");
        _agent.Agent.Call(new Wire.AgentProtocol.Call
        {
            Type = Wire.AgentProtocol.Call.Types.Type.UpdateOperationStatus,
            OperationUpdate = new()
            {
                FrameworkId = entry.FrameworkId,
                OperationUuid = entry.OperationUuid,
                Status = new OperationStatus { State = State.OperationDropped, OperationId = entry.OperationId },
            },
        });
        Assert.That(_web.OperationUpdates().Single().State, Is.EqualTo(State.OperationDropped));
        Assert.That(_master.View.Agents.Single().Operations, Is.Empty, "without a uuid nobody acknowledges it");
    }

    [Test]
    public void Resubscription_AfterTheMastersRestart_BringsTheOperationsBack()
    {
        Reserve();
        var status = _agent.Report(_agent.Orders.Single(), State.OperationFinished);
        var order = _agent.Orders.Single();
        _master.Restart();
        _agent.Subscribe();
        _web.Subscribe();
        _web.ReconcileOperations();
        _agent.Send(order, status);

        Assert.That(_web.OperationUpdates().Select(update => (update.State, update.Uuid is null)),
            Is.EqualTo(new[] { (State.OperationFinished, true), (State.OperationFinished, false) }));
        _web.Acknowledge(_web.OperationUpdates()[^1]);
        Assert.That(_agent.Agent.Of(EventType.AcknowledgeOperation), Has.Count.EqualTo(1));
    }

    [Test]
    public void FrameworkRemoved_ReleasesItsOperations()
    {
        Reserve();
        _agent.Finish();
        _web.Call(Mesos.V1.Scheduler.Call.Types.Type.Teardown);

        Assert.That(_agent.Agent.Of(EventType.AcknowledgeOperation), Has.Count.EqualTo(1));
        Assert.That(_master.View.Agents.Single().Operations, Is.Empty);
        Assert.That(_master.View.Agents.Single().Total.Reserved(), Is.Not.Empty, "what was reserved stays");
    }

    [Test]
    public void FrameworkRemoved_WhileItsOperationRuns_HasTheStatusAnswered()
    {
        Reserve();
        _web.Call(Mesos.V1.Scheduler.Call.Types.Type.Teardown);
        _agent.Finish();

        Assert.That(_agent.Agent.Of(EventType.AcknowledgeOperation), Has.Count.EqualTo(1));
    }

    [Test]
    public void Operations_MoreThanTheBound_AreRefused()
    {
        var master = new MasterHarness(MasterSettings.Default with { MaxOperationsPerAgent = 1 });
        new OperatingAgent(master).Subscribe();
        var web = new TestScheduler(master).Subscribe();
        web.Accept(web.Offers[^1], KitOperations.Reserve("a", Ops.Scalar("cpus", 1, "web")),
            KitOperations.Reserve("b", Ops.Scalar("cpus", 1, "web")));

        Assert.That(web.OperationUpdates().Single().Message, Does.Contain("already has 1 operations"));
    }

    // Case 191, row by row.

    [Test, Category("case 191")]
    public void Reconcile_Known_TellsTheLatestStatusWithoutUuid()
    {
        Reserve();
        _web.ReconcileOperations(("r", _agent.Agent.Id));
        _agent.Finish();
        _web.ReconcileOperations(("r", null));

        Assert.That(_web.OperationUpdates().Select(status => (status.State, status.Uuid is null)), Is.EqualTo(new[]
        {
            (State.OperationPending, true), (State.OperationFinished, false), (State.OperationFinished, true),
        }));
    }

    [Test, Category("case 191")]
    public void Reconcile_Nothing_TellsAllKnown()
    {
        Reserve("a");
        Reserve("b");
        _web.ReconcileOperations();

        Assert.That(_web.OperationUpdates().Select(status => status.OperationId.Value), Is.EqualTo(new[] { "a", "b" }));
    }

    [Test, Category("case 191")]
    public void Reconcile_OnARecoveredAgent_IsRecovering()
    {
        _master.Restart();
        _web.Subscribe();
        AssertReconciled(_agent.Agent.Id, State.OperationRecovering, "Reconciliation: Agent is recovered but has not re-registered");
    }

    [Test, Category("case 191")]
    public void Reconcile_OnARegisteredAgent_IsUnknown() =>
        AssertReconciled(_agent.Agent.Id, State.OperationUnknown, "Reconciliation: Operation is unknown");

    [Test, Category("case 191")]
    public void Reconcile_OnAnUnreachableAgent_IsUnreachable()
    {
        _agent.Agent.Disconnect();
        _master.Advance(TimeSpan.FromMinutes(3));
        AssertReconciled(_agent.Agent.Id, State.OperationUnreachable, "Reconciliation: Agent is unreachable");
    }

    [Test, Category("case 191")]
    public void Reconcile_OnAnUnknownAgent_IsUnknown() =>
        AssertReconciled(new AgentID { Value = "nobody" }, State.OperationUnknown, "Reconciliation: Both operation and agent are unknown");

    [Test, Category("case 191")]
    public void Reconcile_WithoutAnAgent_IsUnknown() =>
        AssertReconciled(null, State.OperationUnknown, "Reconciliation: Operation is unknown and no 'agent_id' was provided");

    private void AssertReconciled(AgentID? agent, State state, string message)
    {
        _web.ReconcileOperations(("x", agent));
        var status = _web.OperationUpdates().Single();
        Assert.That((status.OperationId.Value, status.AgentId, status.State, status.Message, status.Uuid),
            Is.EqualTo(("x", agent, state, message, (UUID?)null)));
    }
}
