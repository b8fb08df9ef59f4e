using Mesos.V1;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>What a removed framework's tasks use is offered to others when they are gone from the agent, not before.</summary>
internal sealed class RemainsTests
{
    private MasterHarness _master = null!;
    private TestAgent _agent = null!;
    private TestScheduler _removed = null!;
    private TestScheduler _other = null!;

    [SetUp]
    public void SetUp()
    {
        _master = new MasterHarness();
        _agent = new TestAgent(_master).Subscribe();
        _removed = new TestScheduler(_master).Subscribe();
        _removed.Accept(_removed.Offers[0], TestScheduler.Task(_removed.Offers[0], "t", cpus: 3));
        _agent.TakeLaunches();
        _agent.Update(_removed.Id!, "t", TaskState.TaskRunning);
        _other = new TestScheduler(_master, TestScheduler.Framework("db")).Subscribe();
        _removed.Call(CallType.Teardown);
    }

    [Test]
    public void Task_OfARemovedFramework_HoldsItsResourcesUntilTheAgentSaysItIsGone()
    {
        Assert.That(CpusOffered(), Is.EqualTo(1), "three are still used");
        var view = _master.View;
        Assert.That(view.Frameworks.Any(framework => framework.Id.Value == _removed.Id!.Value), Is.False);
        Assert.That(view.CompletedFrameworks.Single().CompletedTasks.Single().State, Is.EqualTo(TaskState.TaskKilled));

        var killed = _agent.Update(_removed.Id!, "t", TaskState.TaskKilled);
        Assert.That(_agent.Of(AgentEventType.Acknowledge).Single().Acknowledge.Uuid, Is.EqualTo(killed.Uuid),
            "nobody else can acknowledge");
        Assert.That(CpusOffered(), Is.EqualTo(3), "in an offer of their own beside the first");
    }

    [Test]
    public void Agent_ThatNeverSaysSo_IsWaitedForOnlySoLong()
    {
        _master.Advance(TimeSpan.FromSeconds(59));
        Assert.That(_master.View.Agents[0].Used, Is.Not.Empty);
        _agent.Pong();
        _master.Advance(TimeSpan.FromSeconds(2));
        Assert.That(_master.View.Agents[0].Used, Is.Empty);
    }

    [Test]
    public void Agent_ThatReturnsWithoutTheFramework_HoldsNothingOfIt()
    {
        _agent.Disconnect();
        _agent.Tasks.Clear();
        _agent.Frameworks.Clear();
        _agent.Subscribe();
        Assert.That(_master.View.Agents[0].Used, Is.Empty);
    }

    [Test]
    public void Agent_ThatReturnsToANewMasterWithATaskOfARemovedFramework_IsCharged()
    {
        _master.Restart();
        _agent.Subscribe();
        Assert.That(_master.View.Agents[0].Used.Single().Value.ToString(), Does.StartWith("cpus(allocated: web):3;"));
        _agent.Update(_removed.Id!, "t", TaskState.TaskKilled);
        Assert.That(_master.View.Agents[0].Used, Is.Empty);
    }

    private double CpusOffered() => _other.Offers[^1].Resources.Single(resource => resource.Name == "cpus").Scalar.Value;
}
