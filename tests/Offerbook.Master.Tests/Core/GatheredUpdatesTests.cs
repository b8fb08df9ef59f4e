using Google.Protobuf;
using Mesos.V1;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Master.Tests.Core;

/// <summary>Several updates in one call of an agent.</summary>
internal sealed class GatheredUpdatesTests
{
    private MasterHarness _master = null!;
    private TestAgent _agent = null!;
    private TestScheduler _scheduler = null!;

    [SetUp]
    public void SetUp()
    {
        _master = new MasterHarness();
        _agent = new TestAgent(_master).Subscribe();
        _scheduler = new TestScheduler(_master, TestScheduler.Framework("web", 3600)).Subscribe();
        _scheduler.Accept(_scheduler.Offers[^1], TestScheduler.Task(_scheduler.Offers[^1], "t"));
        _agent.TakeLaunches();
    }

    [Test]
    public void Updates_AreTakenInOrder()
    {
        var answer =
            _agent.Call(Gathered(Status(1, TaskState.TaskStarting), Status(2, TaskState.TaskRunning), Status(3, TaskState.TaskFinished)));

        Assert.That(answer.Status, Is.EqualTo(202), answer.Text);
        Assert.That(_scheduler.Updates.Select(status => status.State),
            Is.EqualTo(new[] { TaskState.TaskStarting, TaskState.TaskRunning, TaskState.TaskFinished }));
    }

    [Test]
    public void OneThatIsInvalid_RefusesAll()
    {
        var bad = Status(2, TaskState.TaskRunning);
        bad.ClearUuid();

        var answer = _agent.Call(Gathered(Status(1, TaskState.TaskStarting), bad));

        Assert.That(answer.Status, Is.EqualTo(400));
        Assert.That(_scheduler.Updates, Is.Empty);
    }

    private Call Gathered(params TaskStatus[] statuses)
    {
        var updates = statuses.Select(status =>
            new Call.Types.Update { FrameworkId = _scheduler.Id, Status = status, LatestState = statuses[^1].State }).ToList();
        return new Call { Type = Call.Types.Type.Update, Update = updates[0], FurtherUpdates = { updates.Skip(1) } };
    }

    private TaskStatus Status(byte number, TaskState state) => new()
    {
        TaskId = new TaskID { Value = "t" },
        State = state,
        AgentId = _agent.Id,
        Source = TaskStatus.Types.Source.Executor,
        Uuid = ByteString.CopyFrom([.. new byte[15], number]),
        Timestamp = 1,
    };
}
