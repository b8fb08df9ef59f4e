using Mesos.V1;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Pods;

/// <summary>What the end of one task means for the others and for the pod (case 192).</summary>
[Category("case 192")]
public sealed class PodLifeTests
{
    private Bench _bench = null!;

    [SetUp]
    public void Register() => _bench = new Bench().Register();

    [Test]
    public void AFinishedTask_LeavesTheOthersAlone()
    {
        var pod = _bench.RunPod(Make.Task("a"), Make.Task("b"));
        _bench.Take();

        _bench.Exit(pod["a"]);

        Assert.That(_bench.State("a"), Is.EqualTo(TaskState.TaskFinished));
        Assert.That(_bench.Effects<SignalContainer>(), Is.Empty);
        Assert.That(_bench.Effects<UpdateContainer>().Single().Limits.MemoryMegabytes, Is.EqualTo(96), "what is left may use what is left");
        Assert.That(_bench.State("b"), Is.EqualTo(TaskState.TaskRunning));
    }

    [Test]
    public void TheLastTasksEnd_IsThePods_AndOrderly()
    {
        var pod = _bench.RunPod(Make.Task("a"), Make.Task("b"));
        _bench.Exit(pod["a"]);
        _bench.Take();

        _bench.Exit(pod["b"]);
        Assert.That(_bench.Signalled(ContainerSignal.Kill), Is.EqualTo(new[] { pod.Holder }));
        _bench.Die(pod.Holder, 9);

        Assert.That(_bench.Exits(), Is.EqualTo(new[] { 0 }));
        Assert.That(_bench.Effects<ForgetContainer>().Last().Container, Is.EqualTo(pod.Holder));
        var framework = _bench.Core.View().Frameworks[0];
        Assert.That((framework.Executors.Count, framework.FinishedExecutors.Count), Is.EqualTo((0, 1)));
    }

    [Test, Property("Case", 192)]
    public void AFailedTask_KillsTheRestOfItsGroup_ButNotOtherGroups()
    {
        var pod = _bench.RunPod(Make.Task("a"), Make.Task("b"));
        _bench.Hear(PodBench.Launch(PodBench.Info(), false, Make.Task("c")));
        var c = _bench.ContainerOf("c");
        _bench.Tell(new AgentMessage.ContainerStarted(c, 300));
        _bench.Take();

        _bench.Exit(pod["a"], 1);

        Assert.That(_bench.State("a"), Is.EqualTo(TaskState.TaskFailed));
        Assert.That(_bench.Signalled(ContainerSignal.Terminate), Is.EqualTo(new[] { pod["b"] }));
        _bench.Die(pod["b"]);
        Assert.That(_bench.State("b"), Is.EqualTo(TaskState.TaskKilled));
        Assert.That(_bench.State("c"), Is.EqualTo(TaskState.TaskRunning));
        Assert.That(_bench.Exits(), Is.Empty);
    }

    [Test, Property("Case", 192)]
    public void AKilledTask_KillsTheRestOfItsGroup_WithTheirOwnGrace()
    {
        var stubborn = Make.Task("b");
        stubborn.KillPolicy = Make.Policy(10);
        var pod = _bench.RunPod(Make.Framework("f1", Capability.TaskKillingState), Make.Task("a"), stubborn);
        _bench.Take();

        _bench.Hear(Make.Kill("a"));
        Assert.That(_bench.Signalled(ContainerSignal.Terminate), Is.EqualTo(new[] { pod["a"] }), "the rest only when it has ended");
        _bench.Exit(pod["a"], 0);

        Assert.That(_bench.State("a"), Is.EqualTo(TaskState.TaskKilled), "killing never becomes finished");
        Assert.That(_bench.State("b"), Is.EqualTo(TaskState.TaskKilling));
        _bench.Pass(TimeSpan.FromSeconds(9));
        Assert.That(_bench.Signalled(ContainerSignal.Kill), Is.Empty);
        _bench.Pass(TimeSpan.FromSeconds(2));
        Assert.That(_bench.Signalled(ContainerSignal.Kill).First(), Is.EqualTo(pod["b"]));
        _bench.Die(pod["b"], 9);
        _bench.Die(pod.Holder, 9);
        Assert.That(_bench.Exits(), Is.EqualTo(new[] { 0 }));
    }

    [Test, Property("Case", 192)]
    public void MaxCompletionTime_FailsTheTask_AndKillsTheGroup()
    {
        var brief = Make.Task("a");
        brief.MaxCompletionTime = new DurationInfo { Nanoseconds = 2_000_000_000 };
        var pod = _bench.RunPod(brief, Make.Task("b"));

        _bench.Pass(TimeSpan.FromSeconds(2));
        _bench.Die(pod["a"]);
        _bench.Die(pod["b"]);

        Assert.That((_bench.Last("a").State, _bench.Last("a").Reason), Is.EqualTo((TaskState.TaskFailed, Reason.MaxCompletionTimeReached)));
        Assert.That(_bench.State("b"), Is.EqualTo(TaskState.TaskKilled));
    }

    [Test]
    public void AnUnhealthyTask_IsKilledWithItsGroup()
    {
        var sick = Make.Task("a");
        sick.HealthCheck = new HealthCheck
        {
            Type = HealthCheck.Types.Type.Command, Command = new CommandInfo { Value = "false" }, DelaySeconds = 0, IntervalSeconds = 1,
            GracePeriodSeconds = 0, ConsecutiveFailures = 1,
        };
        var pod = _bench.RunPod(sick, Make.Task("b"));
        _bench.Pass(TimeSpan.FromSeconds(1));
        var check = _bench.Effects<RunCheck>().Last();
        Assert.That(check.Container, Is.EqualTo(pod["a"]));

        _bench.Tell(new AgentMessage.CheckFinished(check.Container, check.Purpose, check.Number, new CheckResult.CommandExited(1)));
        _bench.Die(pod["a"]);

        Assert.That((_bench.Last("a").State, _bench.Last("a").Healthy), Is.EqualTo((TaskState.TaskKilled, false)));
        Assert.That(_bench.Signalled(ContainerSignal.Terminate), Does.Contain(pod["b"]));
    }

    [Test]
    public void ATaskThatCannotStart_KillsItsGroup()
    {
        _bench.Hear(PodBench.Launch(PodBench.Info(), true, Make.Task("a"), Make.Task("b")));
        _bench.Tell(new AgentMessage.ContainerStarted(_bench.Launched()[0].Container, 100));
        var (a, b) = (_bench.ContainerOf("a"), _bench.ContainerOf("b"));
        _bench.Tell(new AgentMessage.ContainerStarted(b, 202));

        _bench.Tell(new AgentMessage.ContainerLaunchFailed(a, "no such user"));

        Assert.That((_bench.Last("a").State, _bench.Last("a").Reason), Is.EqualTo((TaskState.TaskFailed, Reason.ContainerLaunchFailed)));
        Assert.That(_bench.Signalled(ContainerSignal.Terminate), Is.EqualTo(new[] { b }));
    }

    [Test]
    public void AHolderThatDies_TakesItsTasksAlong()
    {
        var pod = _bench.RunPod(Make.Task("a"), Make.Task("b"));
        _bench.Take();

        _bench.Die(pod.Holder, 9);
        Assert.That(_bench.Signalled(ContainerSignal.Kill), Is.EquivalentTo(new[] { pod["a"], pod["b"] }));
        _bench.Die(pod["a"], 9);
        Assert.That(_bench.Exits(), Is.Empty, "the pod is over when its last task is");
        _bench.Die(pod["b"], 9);

        foreach (var task in (string[])["a", "b"])
        {
            Assert.That((_bench.Last(task).State, _bench.Last(task).Reason), Is.EqualTo((TaskState.TaskFailed, Reason.ExecutorTerminated)));
        }
        Assert.That(_bench.Exits(), Is.EqualTo(new[] { 9 }));
    }

    [Test, Property("Case", 192)]
    public void AHolderOverItsMemory_IsTheReasonOfItsTasksEnd()
    {
        var pod = _bench.RunPod(Make.Task("a"));

        _bench.Tell(
            new AgentMessage.ContainerExited(pod.Holder,
                new ContainerExit.OverLimit(LimitedResource.Memory, "too much") { Megabytes = 96 }));
        _bench.Die(pod["a"], 9);

        var status = _bench.Last("a");
        Assert.That((status.State, status.Reason), Is.EqualTo((TaskState.TaskFailed, Reason.ContainerLimitationMemory)));
        Assert.That(status.Limitation.Resources.Single().Scalar.Value, Is.EqualTo(96));
    }

    [Test, Property("Case", 32)]
    public void AShutdown_KillsEveryGroup_AndTakesNoMore()
    {
        var pod = _bench.RunPod(Make.Task("a"));
        _bench.Take();

        _bench.Hear(PodBench.ShutDown());
        Assert.That(_bench.Signalled(ContainerSignal.Terminate), Is.EqualTo(new[] { pod["a"] }));
        _bench.Hear(PodBench.Launch(PodBench.Info(), false, Make.Task("b")));
        Assert.That((_bench.Pending("b")!.State, _bench.Pending("b")!.Message), Is.EqualTo((TaskState.TaskLost, "Executor terminating")));
        _bench.Die(pod["a"]);
        _bench.Die(pod.Holder, 9);

        Assert.That(_bench.State("a"), Is.EqualTo(TaskState.TaskKilled));
        Assert.That(_bench.Exits(), Is.EqualTo(new[] { 0 }));
    }

    [Test]
    public void AShutdown_WaitsNoLongerThanTheExecutorsGrace()
    {
        var patient = Make.Task("a");
        patient.KillPolicy = Make.Policy(600);
        var pod = _bench.RunPod(patient);
        _bench.Hear(PodBench.ShutDown());
        _bench.Take();

        _bench.Pass(_bench.Settings.ExecutorShutdownGrace);

        Assert.That(_bench.Signalled(ContainerSignal.Kill), Is.EqualTo(new[] { pod.Holder }));
        _bench.Die(pod.Holder, 9);
        Assert.That(_bench.Signalled(ContainerSignal.Kill), Does.Contain(pod["a"]));
        _bench.Die(pod["a"], 9);
        Assert.That(_bench.State("a"), Is.EqualTo(TaskState.TaskKilled));
        Assert.That(_bench.Exits(), Is.EqualTo(new[] { 9 }));
    }

    [Test]
    public void ARemovedFramework_LeavesNothingBehind()
    {
        var pod = _bench.RunPod(Make.Task("a"), Make.Task("b"));
        _bench.Take();

        _bench.Hear(Make.ShutDownFramework());
        _bench.Die(pod["a"]);
        _bench.Die(pod["b"]);
        Assert.That(_bench.Signalled(ContainerSignal.Kill), Is.EqualTo(new[] { pod.Holder }));
        _bench.Die(pod.Holder, 9);

        var framework = _bench.Core.View().Frameworks[0];
        Assert.That((framework.Tasks.Count, framework.Executors.Count), Is.EqualTo((0, 0)));
        Assert.That(_bench.Updates("a").Concat(_bench.Updates("b")).Select(update => update.State), Is.All.EqualTo(TaskState.TaskKilled));
    }

    [Test]
    public void StoppingTheTasks_EndsPodsToo()
    {
        var pod = _bench.RunPod(Make.Task("a"));
        _bench.Tell(new AgentMessage.KillAllTasks(new Wire.Identity.ConnectionId(1), TimeSpan.Zero));

        Assert.That(_bench.Signalled(ContainerSignal.Kill), Is.EqualTo(new[] { pod["a"] }));
        _bench.Die(pod["a"], 9);
        Assert.That(_bench.Effects<ReplyAllTasksEnded>(), Is.Empty);
        _bench.Die(pod.Holder, 9);
        Assert.That(_bench.Effects<ReplyAllTasksEnded>().Count(), Is.EqualTo(1));
    }

    [Test]
    public void AKillThatTheHolderDoesNotHear_IsRepeated()
    {
        var pod = _bench.RunPod(Make.Task("a"));
        _bench.Exit(pod["a"]);
        _bench.Take();

        _bench.Pass(_bench.Settings.KillRetry);

        Assert.That(_bench.Signalled(ContainerSignal.Kill), Is.EqualTo(new[] { pod.Holder }));
    }

    [Test]
    public void APodThatIsOver_HasFreedEverything()
    {
        for (var round = 0; round < 3; round++)
        {
            var name = $"t{round}";
            var pod = _bench.RunPod(Make.Task(name, resources: "cpus:7;mem:4000"));
            _bench.Exit(pod[name]);
            _bench.Die(pod.Holder, 9);
            _bench.AcknowledgeAll(name);
            _bench.Take();
        }
        Assert.That(_bench.Core.View().Frameworks[0].Finished, Has.Count.EqualTo(3));
    }
}
