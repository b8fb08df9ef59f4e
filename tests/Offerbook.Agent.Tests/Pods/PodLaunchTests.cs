using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Tests.Support;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Pods;

/// <summary>How task groups under the default executor begin, or do not.</summary>
[Category("case 192")]
public sealed class PodLaunchTests
{
    private Bench _bench = null!;

    [SetUp]
    public void Register() => _bench = new Bench().Register();

    [Test, Property("Case", 28)]
    public void AGroup_StartsItsHolderFirst_AndThenEachTaskInAContainerWithin()
    {
        _bench.Take();
        _bench.Hear(PodBench.Launch(PodBench.Info(), true, Make.Task("a"), Make.Task("b")));

        var holder = _bench.Launched().Single();
        Assert.That((holder.Task, holder.Joins, holder.Container.IsNested),
            Is.EqualTo(((Wire.Identity.TaskId?)null, (ContainerId?)null, false)));
        Assert.That((holder.Limits.Cpus, holder.Limits.MemoryMegabytes), Is.EqualTo((2.1, 160d)), "the executor and its tasks together");
        Assert.That(_bench.State("a"), Is.EqualTo(TaskState.TaskStaging));

        _bench.Tell(new AgentMessage.ContainerStarted(holder.Container, 100));
        var (a, b) = (_bench.ContainerOf("a"), _bench.ContainerOf("b"));
        Assert.That((a.Parent, b.Parent), Is.EqualTo(((ContainerId?)holder.Container, (ContainerId?)holder.Container)));
        Assert.That(_bench.Launched().Skip(1).Select(spec => spec.Joins), Is.All.EqualTo(holder.Container));
        Assert.That((_bench.State("a"), _bench.State("b")), Is.EqualTo((TaskState.TaskStarting, TaskState.TaskStarting)));

        _bench.Tell(new AgentMessage.ContainerStarted(a, 201));
        _bench.Tell(new AgentMessage.ContainerStarted(b, 202));
        var running = _bench.Last("a");
        Assert.That((running.State, running.ExecutorId.Value, running.ContainerStatus.ExecutorPid),
            Is.EqualTo((TaskState.TaskRunning, "pod", 201u)));
        Assert.That(running.ContainerStatus.ContainerId, Is.EqualTo(a.ToProto()));
        Assert.That(running.ContainerStatus.ContainerId.Parent.Value, Is.EqualTo(holder.Container.Value));
        Assert.That(running.ContainerStatus.NetworkInfos[0].IpAddresses[0].IpAddress, Is.EqualTo("10.0.0.1"));
    }

    [Test]
    public void TheSandboxOfATask_LiesInItsPods()
    {
        var pod = _bench.RunPod(Make.Task("a"));

        Assert.That(_bench.TaskView("a").Sandbox.Directory,
            Is.EqualTo($"slaves/m1-S0/frameworks/f1/executors/pod/runs/{pod.Holder}/containers/{pod["a"].Leaf}"));
    }

    [Test, Property("Case", 192)]
    public void ATask_IsGivenTheStandardVariables()
    {
        _bench.RunPod(Make.Task("a"));

        var environment = _bench.Launched().Single(spec => spec.Task is not null)
            .Environment.ToDictionary(pair => pair.Key, pair => pair.Value);
        Assert.That(environment["MESOS_ALLOCATION_ROLE"], Is.EqualTo("*"));
        Assert.That(environment["MESOS_CONTAINER_IP"], Is.EqualTo("10.0.0.1"));
        Assert.That((environment["MESOS_EXECUTOR_ID"], environment["MESOS_FRAMEWORK_ID"], environment["MESOS_SLAVE_ID"]),
            Is.EqualTo(("pod", "f1", "m1-S0")));
        Assert.That(environment["MESOS_AGENT_ENDPOINT"], Is.EqualTo("10.0.0.1:5051"));
    }

    [Test, Property("Case", 192)]
    public void AVolumeOfTheParentsSandbox_IsTheHolders()
    {
        var task = Make.Task("a");
        task.Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos,
            Volumes =
            {
                new Volume
                {
                    Mode = Volume.Types.Mode.Rw, ContainerPath = "mine",
                    Source = new Volume.Types.Source
                    {
                        Type = Volume.Types.Source.Types.Type.SandboxPath,
                        SandboxPath = new() { Type = Volume.Types.Source.Types.SandboxPath.Types.Type.Parent, Path = "shared" },
                    },
                },
            },
        };
        var pod = _bench.RunPod(task);

        var volume = _bench.Launched().Single(spec => spec.Task is not null).Volumes.Single();
        Assert.That(volume.Source, Is.InstanceOf<VolumeSource.InSandbox>());
        Assert.That(((VolumeSource.InSandbox)volume.Source).Sandbox.Container, Is.EqualTo(pod.Holder));
    }

    [Test]
    public void ASecondGroup_StartsInTheSameHolder_AndRaisesItsLimits()
    {
        var pod = _bench.RunPod(Make.Task("a"));
        _bench.Take();

        _bench.Hear(PodBench.Launch(PodBench.Info(), false, Make.Task("b")));

        Assert.That(_bench.ContainerOf("b").Parent, Is.EqualTo(pod.Holder));
        Assert.That(_bench.Effects<UpdateContainer>().Last(),
            Is.EqualTo(new UpdateContainer(pod.Holder, new ContainerLimits(2.1, null, 160, null, 32))));
    }

    [Test]
    public void ATaskWithAGroupOfItsOwn_IsLimitedByItself()
    {
        var task = Make.Task("a");
        task.Limits["mem"] = new Value.Types.Scalar { Value = 128 };
        task.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, LinuxInfo = new LinuxInfo { ShareCgroups = false } };
        _bench.RunPod(task);

        var spec = _bench.Launched().Single(spec => spec.Task is not null);
        Assert.That((spec.Process.OwnControlGroup, spec.Limits.MemoryLimitMegabytes), Is.EqualTo((true, (double?)128)));
        Assert.That(_bench.Launched().Single(spec => spec.Task is null).Limits.MemoryLimitMegabytes, Is.EqualTo(160),
            "what the task may use and the executor's own");
    }

    [Test]
    public void AGroupWithATaskThatCannotRun_IsRefusedAsAWhole()
    {
        var bad = Make.Task("b");
        bad.Command.Value = "";
        _bench.Take();

        _bench.Hear(PodBench.Launch(PodBench.Info(), true, Make.Task("a"), bad));

        Assert.That(_bench.Launched(), Is.Empty);
        foreach (var task in (string[])["a", "b"])
        {
            var status = _bench.Pending(task)!;
            Assert.That((status.State, status.Reason, status.Message), Is.EqualTo(
                (TaskState.TaskError, Reason.TaskGroupInvalid, "Task 'b' of the group: Shell command is not specified")));
        }
        Assert.That(_bench.Exits(), Is.EqualTo(new[] { 256 }), "the master has set resources aside for the executor");
    }

    [Test]
    public void AGroupThatDoesNotFit_IsRefusedAsAWhole()
    {
        _bench.Hear(
            PodBench.Launch(PodBench.Info(), true, Make.Task("a", resources: "cpus:4;mem:64"), Make.Task("b", resources: "cpus:4;mem:64")));

        Assert.That(_bench.Launched(), Is.Empty);
        Assert.That(_bench.Pending("a")!.Message,
            Does.StartWith("Total resources cpus:8.1; mem:160; disk:32 required by task and its executor is more than available")
                .Or.Contain("more than available"));
        Assert.That(_bench.Pending("b")!.State, Is.EqualTo(TaskState.TaskError));
    }

    [Test]
    public void AGroupForAnExecutorThatIsNotThere_IsDropped()
    {
        _bench.Hear(PodBench.Launch(PodBench.Info(), false, Make.Task("a")));

        Assert.That((_bench.Pending("a")!.State, _bench.Pending("a")!.Reason), Is.EqualTo((TaskState.TaskLost, Reason.ExecutorTerminated)));
        Assert.That(_bench.Launched(), Is.Empty);
    }

    [Test]
    public void AHolderThatCannotStart_FailsTheWholeGroup()
    {
        _bench.Hear(PodBench.Launch(PodBench.Info(), true, Make.Task("a"), Make.Task("b")));
        _bench.Tell(new AgentMessage.ContainerLaunchFailed(_bench.Launched()[0].Container, "no room"));

        foreach (var task in (string[])["a", "b"])
        {
            Assert.That((_bench.Last(task).State, _bench.Last(task).Reason, _bench.Last(task).Message),
                Is.EqualTo((TaskState.TaskFailed, Reason.ContainerLaunchFailed, "no room")));
        }
        Assert.That(_bench.Core.View().Frameworks[0].Executors, Is.Empty);
        Assert.That(_bench.Exits(), Is.EqualTo(new[] { 256 }));
    }

    [Test]
    public void AKillBeforeTheStart_EndsTheWholeGroup_AndThePod()
    {
        _bench.Hear(PodBench.Launch(PodBench.Info(), true, Make.Task("a"), Make.Task("b")));
        var holder = _bench.Launched()[0].Container;

        _bench.Hear(Make.Kill("a"));

        foreach (var task in (string[])["a", "b"])
        {
            Assert.That((_bench.Last(task).State, _bench.Last(task).Reason),
                Is.EqualTo((TaskState.TaskKilled, Reason.TaskKilledDuringLaunch)));
        }
        _bench.Tell(new AgentMessage.ContainerStarted(holder, 100));
        Assert.That(_bench.Signalled(ContainerSignal.Kill), Is.EqualTo(new[] { holder }));
        _bench.Die(holder, 9);
        Assert.That(_bench.Exits(), Is.EqualTo(new[] { 0 }));
    }

    [Test]
    public void TheView_ShowsThePodAsAnExecutor()
    {
        var pod = _bench.RunPod(Make.Task("a"));

        var executor = _bench.Core.View().Frameworks[0].Executors.Single();
        Assert.That((executor.Kind, executor.Phase, executor.Sandbox.Container),
            Is.EqualTo((ExecutorKind.Default, ExecutorPhase.Running, pod.Holder)));
        Assert.That(_bench.TaskView("a").Task.ExecutorId.Value, Is.EqualTo("pod"));
    }
}
