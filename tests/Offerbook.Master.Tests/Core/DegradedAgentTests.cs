using Mesos.V1;
using Offerbook.Master.Tests.Core.Operators;
using Offerbook.Wire.AgentProtocol;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>An agent that says it can take no new work is not offered until it takes that back.</summary>
internal sealed class DegradedAgentTests
{
    private MasterHarness _master = null!;
    private TestAgent _agent = null!;
    private TestScheduler _scheduler = null!;

    [SetUp]
    public void SetUp()
    {
        _master = new MasterHarness();
        _agent = new TestAgent(_master).Subscribe();
        _scheduler = new TestScheduler(_master, TestScheduler.Framework("web")).Subscribe();
    }

    [Test]
    public void Degraded_LosesItsOffers_AndGetsThemWhenItIsWell()
    {
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(1));

        Assert.That(Say("the engine hangs").Status, Is.EqualTo(202));
        Assert.That(_scheduler.Events.Count(e => e.Type == EventType.Rescind), Is.EqualTo(1));
        Assert.That((_master.View.Agents[0].Active, _master.View.Agents[0].Degraded), Is.EqualTo((false, "the engine hangs")));
        _master.Advance(TimeSpan.FromSeconds(20));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(1), "nothing is offered meanwhile");

        Say("the engine hangs still");
        Say(null);
        _master.Advance(TimeSpan.FromSeconds(2));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(2));
        Assert.That((_master.View.Agents[0].Active, _master.View.Agents[0].Degraded), Is.EqualTo((true, (string?)null)));
    }

    [Test]
    public void Degraded_AtItsRegistration_IsNotOffered_AndTheNextOneSaysOtherwise()
    {
        Say("the engine hangs");
        _agent.Disconnect();
        _agent.Degraded = "the engine hangs";
        _agent.Subscribe();
        _master.Advance(TimeSpan.FromSeconds(20));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(1));

        _agent.Disconnect();
        _agent.Degraded = null;
        _agent.Subscribe();
        _master.Advance(TimeSpan.FromSeconds(2));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(2));
    }

    [Test]
    public void Operators_AndTheAgentItself_DecideApart()
    {
        OperatorScripts.Succeeds(_master.Deactivate(_agent.Id!));
        Say("the engine hangs");
        Say(null);
        _master.Advance(TimeSpan.FromSeconds(20));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(1), "an operator does not want it offered");

        Say("the engine hangs");
        OperatorScripts.Succeeds(_master.Reactivate(_agent.Id!));
        _master.Advance(TimeSpan.FromSeconds(20));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(1), "it can take no work");

        Say(null);
        _master.Advance(TimeSpan.FromSeconds(2));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(2));
    }

    [Test]
    public void Condition_ThatIsMissing_IsRefused()
    {
        var answer = _agent.Call(new Call { Type = Call.Types.Type.UpdateCondition });

        Assert.That((answer.Status, answer.Text), Is.EqualTo((400, "Failed to validate agent Call: Expecting 'condition' to be present")));
    }

    private MasterEffect.Answer Say(string? degraded)
    {
        var condition = new Call.Types.Condition();
        if (degraded is not null)
        {
            condition.Degraded = degraded;
        }
        return _agent.Call(new Call { Type = Call.Types.Type.UpdateCondition, Condition = condition });
    }
}
