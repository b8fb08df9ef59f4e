using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Scheduler;
using AgentCallType = Offerbook.Wire.AgentProtocol.Call.Types.Type;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>Calls whose answers depend on where agents and offers are just now.</summary>
internal sealed class SchedulerCallTests
{
    private MasterHarness _master = null!;
    private TestAgent _agent = null!;
    private TestScheduler _scheduler = null!;

    [Test, Property("case", 61)]
    public void Reconcile_WhileTheAgentHasNotReturnedAfterARestart_IsSilent()
    {
        Begin();
        Launch("t");
        _agent.TakeLaunches();
        _master.Restart();
        _scheduler.Subscribe();
        _scheduler.Reconcile(("t", _agent.Id));
        _scheduler.Reconcile(("other", null));
        Assert.That(_scheduler.Updates, Is.Empty, "any agent that is still away may have it");
        _agent.Subscribe();
        _scheduler.Reconcile(("t", _agent.Id), ("other", null));
        Assert.That(_scheduler.Updates.Select(status => (status.TaskId.Value, status.State)),
            Is.EqualTo(new[] { ("t", TaskState.TaskRunning), ("other", TaskState.TaskUnknown) }));
    }

    [Test, Property("case", 150)]
    public void Kill_OfATaskOfAnAgentThatHasNotReturned_IsSilent()
    {
        Begin();
        Launch("t");
        _master.Restart();
        _scheduler.Subscribe();
        Assert.That(_scheduler.Kill("t").Status, Is.EqualTo(202));
        Assert.That(_scheduler.Updates, Is.Empty);
    }

    [Test, Property("case", 155)]
    public void Offer_ThatNobodyAnswers_IsRescindedAndMadeAgain()
    {
        Begin(MasterSettings.Default with { OfferTimeout = TimeSpan.FromSeconds(30) });
        var offer = _scheduler.Offers.Single();
        _master.Advance(TimeSpan.FromSeconds(29));
        Assert.That(_scheduler.Events.Any(e => e.Type == EventType.Rescind), Is.False);
        _master.Advance(TimeSpan.FromSeconds(1.1));
        Assert.That(_scheduler.Events.Single(e => e.Type == EventType.Rescind).Rescind.OfferId, Is.EqualTo(offer.Id));
        Assert.That(_scheduler.Offers, Has.Count.EqualTo(2), "without a filter");
    }

    [TestCase(true), TestCase(false), Property("case", 156)]
    public void Offer_ThatWasAnswered_IsNotRescinded(bool used)
    {
        Begin(MasterSettings.Default with { OfferTimeout = TimeSpan.FromSeconds(30) });
        if (used)
        {
            // All of it, so that no second offer goes out.
            _scheduler.Accept([_scheduler.Offers[0].Id], new Filters { RefuseSeconds = 3600 },
                TestScheduler.Task(_scheduler.Offers[0], "t", cpus: 4));
        }
        else
        {
            _scheduler.Decline(_scheduler.Offers[0], 3600);
        }
        _master.Advance(TimeSpan.FromSeconds(60));
        Assert.That(_scheduler.Events.Any(e => e.Type == EventType.Rescind), Is.False);
    }

    [Test, Property("case", 38)]
    public void Message_ToAnExecutorAndBack_IsUnchanged()
    {
        Begin();
        Launch("t");
        var data = ByteString.CopyFrom(0, 255, 10);
        _scheduler.Call(new Call { Type = CallType.Message, Message = new() { AgentId = _agent.Id, ExecutorId = Executor, Data = data } });
        Assert.That(_agent.Of(AgentEventType.Message).Single().Message.Data, Is.EqualTo(data));
        Reply(data);
        var received = _scheduler.Events.Single(e => e.Type == EventType.Message).Message;
        Assert.That((received.AgentId, received.ExecutorId, received.Data), Is.EqualTo((_agent.Id, Executor, data)));
    }

    [Test, Property("case", 21)]
    public void Message_OfAnExecutorAfterFailover_ReachesTheNewScheduler()
    {
        Begin();
        Launch("t");
        var first = _scheduler.Stream;
        _scheduler.Subscribe();
        Reply(ByteString.CopyFromUtf8("late"));
        Assert.That(_scheduler.Stream, Is.Not.EqualTo(first));
        Assert.That(_scheduler.Events.Single(e => e.Type == EventType.Message).Message.Data.ToStringUtf8(), Is.EqualTo("late"));
        // And the new scheduler reaches the executor: case 22.
        _scheduler.Call(
            new Call { Type = CallType.Message, Message = new() { AgentId = _agent.Id, ExecutorId = Executor, Data = ByteString.Empty } });
        Assert.That(_agent.Of(AgentEventType.Message), Has.Count.EqualTo(1));
    }

    [Test, Property("case", 32)]
    public void Shutdown_OfAnExecutor_IsPassedOn()
    {
        Begin();
        _scheduler.Call(new Call { Type = CallType.Shutdown, Shutdown = new() { AgentId = _agent.Id, ExecutorId = Executor } });
        Assert.That(_agent.Of(AgentEventType.ShutdownExecutor).Single().ShutdownExecutor.ExecutorId, Is.EqualTo(Executor));
    }

    [Test, Property("case", 60)]
    public void Kill_RepeatedWithAnotherPolicy_IsPassedOnEachTime()
    {
        Begin();
        Launch("t");
        _scheduler.Kill("t");
        _scheduler.Call(new Call
        {
            Type = CallType.Kill,
            Kill = new() { TaskId = new TaskID { Value = "t" },
                KillPolicy = new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = 0 } } },
        });
        var kills = _agent.Of(AgentEventType.Kill);
        Assert.That(kills, Has.Count.EqualTo(2));
        Assert.That(kills[1].Kill.KillPolicy.GracePeriod.Nanoseconds, Is.Zero);
    }

    private static ExecutorID Executor => new() { Value = "e" };

    private void Begin(MasterSettings? settings = null)
    {
        _master = new MasterHarness(settings);
        _agent = new TestAgent(_master).Subscribe();
        _scheduler = new TestScheduler(_master, TestScheduler.Framework("web", 3600, Capability.PartitionAware)).Subscribe();
    }

    private void Launch(string task) => _scheduler.Accept(_scheduler.Offers[^1], TestScheduler.Task(_scheduler.Offers[^1], task));

    private void Reply(ByteString data) => _agent.Call(new Offerbook.Wire.AgentProtocol.Call
    {
        Type = AgentCallType.Message,
        Message = new() { FrameworkId = _scheduler.Id, ExecutorId = Executor, Data = data },
    });
}
