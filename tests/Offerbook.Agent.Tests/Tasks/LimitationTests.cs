using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Tasks;

/// <summary>What a framework hears of a container that used too much, and what its limits become.</summary>
public sealed class LimitationTests
{
    [TestCase(LimitedResource.Memory, Reason.ContainerLimitationMemory, "mem")]
    [TestCase(LimitedResource.Disk, Reason.ContainerLimitationDisk, "disk")]
    public void AnOverLimit_IsReportedWithItsReasonAndAmount(LimitedResource resource, Reason reason, string name)
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.AcknowledgeAll();

        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.OverLimit(resource, "too much") { Megabytes = 33.5 }));

        var update = bench.Updates().Last();
        Assert.That((update.State, update.Reason, update.Message), Is.EqualTo((TaskState.TaskFailed, reason, "too much")));
        Assert.That(update.Limitation.Resources.Single().Name, Is.EqualTo(name));
        Assert.That(update.Limitation.Resources.Single().Scalar.Value, Is.EqualTo(33.5));
    }

    [Test]
    public void AnOverLimit_OfATaskThatIsBeingKilled_IsAKill()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.AcknowledgeAll();
        bench.Hear(Make.Kill());

        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.OverLimit(LimitedResource.Memory, "too much")));

        Assert.That(bench.Updates().Last().State, Is.EqualTo(TaskState.TaskKilled));
        Assert.That(bench.Updates().Last().Limitation, Is.Null);
    }

    [Test]
    public void RequestsAndLimits_ReachTheContainer()
    {
        var bench = new Bench().Register();
        var task = Make.Task(resources: "cpus:0.5;mem:32;disk:10");
        task.Limits["cpus"] = new Value.Types.Scalar { Value = 2 };
        task.Limits["mem"] = new Value.Types.Scalar { Value = double.PositiveInfinity };

        bench.Hear(Make.Launch(task));

        Assert.That(bench.Effects<LaunchContainer>().Single().Spec.Limits,
            Is.EqualTo(new ContainerLimits(0.5, 2, 32, double.PositiveInfinity, 10)));
    }

    [Test]
    public void AProcess_ThatCannotBeSetUp_IsRefused()
    {
        var bench = new Bench().Register();
        var task = Make.Task();
        task.Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos,
            RlimitInfo = new RLimitInfo { Rlimits = { new RLimitInfo.Types.RLimit { Type = RLimitInfo.Types.RLimit.Types.Type.RlmtNofile,
                Soft = 2, Hard = 1 } } },
        };

        bench.Hear(Make.Launch(task));

        Assert.That(bench.Effects<LaunchContainer>(), Is.Empty);
        Assert.That(bench.Updates().Last().Message, Does.Contain("soft limit of 2 above its hard limit of 1"));
    }

    [Test]
    public void WaitStatuses_AreTheKernels()
    {
        Assert.That(new ContainerExit.Exited(3).WaitStatus, Is.EqualTo(3 << 8));
        Assert.That(new ContainerExit.Signaled(15).WaitStatus, Is.EqualTo(15));
        Assert.That(new ContainerExit.Vanished("").WaitStatus, Is.Null);
    }
}
