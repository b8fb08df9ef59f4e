using FsCheck;
using FsCheck.Fluent;
using Mesos.V1;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;
using Offerbook.Wire.Identity;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Apps.Tests.Instances;

public sealed class InstanceTransitionTests
{
    private static readonly Instance Provisioned = new(new InstanceId("a.instance-1"), PathId.Parse("/a"), new Timestamp(1), "*")
    {
        Condition = Condition.Provisioned,
        Incarnation = 1,
        Placement = new Placement(new AgentId("agent"), new AgentLocation("host", null, null, ValueMap<string>.Empty), []),
    };

    [FsCheck.NUnit.Property]
    public Property Apply_AnyHistory_OnlyMovesForward() => Prop.ForAll(
        Gen.Elements(Enum.GetValues<TaskState>()).ListOf().ToArbitrary(),
        history =>
        {
            var instance = Provisioned;
            var furthest = Condition.Provisioned;
            foreach (var state in history)
            {
                var next = InstanceTransition.Apply(instance, Status(state), new Timestamp(2));
                if (instance.Condition.IsTerminal() && !ReferenceEquals(next, instance))
                {
                    return false;
                }
                if (!next.Condition.IsUnreachable() && !instance.Condition.IsUnreachable() && next.Condition < furthest)
                {
                    return false;
                }
                furthest = next.Condition.IsUnreachable() || instance.Condition.IsUnreachable() ? Condition.Provisioned : next.Condition;
                instance = next;
            }
            return true;
        });

    [Test]
    public void Apply_RunningWithHealth_KeepsTheCondition()
    {
        var running = InstanceTransition.Apply(Provisioned, Status(TaskState.TaskRunning), new Timestamp(2));
        var status = Status(TaskState.TaskRunning);
        status.Healthy = true;
        var healthy = InstanceTransition.Apply(running, status, new Timestamp(3));
        Assert.That((healthy.Condition, healthy.AgentHealth, healthy.Since),
            Is.EqualTo((Condition.Running, (bool?)true, new Timestamp(2))));
        Assert.That(InstanceTransition.Apply(healthy, status, new Timestamp(4)), Is.SameAs(healthy));
    }

    [Test]
    public void Apply_StagingAfterRunning_ChangesNothing()
    {
        var running = InstanceTransition.Apply(Provisioned, Status(TaskState.TaskRunning), new Timestamp(2));
        Assert.That(InstanceTransition.Apply(running, Status(TaskState.TaskStaging), new Timestamp(3)), Is.SameAs(running));
    }

    [TestCase(TaskStatus.Types.Reason.Reconciliation, Condition.Unreachable)]
    [TestCase(TaskStatus.Types.Reason.AgentRemoved, Condition.Unreachable)]
    [TestCase(TaskStatus.Types.Reason.TaskUnknown, Condition.Unknown)]
    [TestCase(TaskStatus.Types.Reason.AgentRestarted, Condition.Gone)]
    [TestCase(TaskStatus.Types.Reason.InvalidOffers, Condition.Dropped)]
    public void Of_Lost_DependsOnTheReason(TaskStatus.Types.Reason reason, Condition condition)
    {
        var status = Status(TaskState.TaskLost);
        status.Reason = reason;
        Assert.That(TaskConditions.Of(status), Is.EqualTo(condition));
    }

    [Test]
    public void WireName_OfEveryState_ReadsBack()
    {
        foreach (var state in Enum.GetValues<TaskState>())
        {
            Assert.That(TaskConditions.TryParse(state.WireName(), out var parsed), Is.True);
            Assert.That(parsed, Is.EqualTo(state));
        }
    }

    private static TaskStatus Status(TaskState state) => new() { TaskId = new TaskID { Value = "a.instance-1._app.1" }, State = state };
}
