using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Pods;

/// <summary>What becomes of pods when the agent dies and comes back.</summary>
[Category("case 192")]
[Category("case 195")]
public sealed class PodRecoveryTests
{
    private Bench _bench = null!;

    [SetUp]
    public void Register() => _bench = new Bench().Register();

    [Test]
    public void ARunningPod_IsAdopted_EachContainerByItself()
    {
        var pod = _bench.RunPod(Make.Task("a"), Make.Task("b"));

        var next = _bench.Restart();

        var wanted = next.Effects<RecoverContainers>().Single().Containers;
        Assert.That(wanted.Select(spec => spec.Container),
            Is.EqualTo(new[] { pod.Holder, pod["a"], pod["b"] }.Order().ToList())
                .AsCollection.Or.EquivalentTo(new[] { pod.Holder, pod["a"], pod["b"] }));
        Assert.That(wanted[0].Container, Is.EqualTo(pod.Holder));
        next.Tell(new AgentMessage.ContainerStarted(pod["b"], 202));
        next.Tell(new AgentMessage.ContainerStarted(pod.Holder, 100));
        next.Tell(new AgentMessage.ContainerStarted(pod["a"], 201));
        next.Register();
        next.Exit(pod["a"], 1);
        Assert.That(next.Signalled(ContainerSignal.Terminate), Is.EqualTo(new[] { pod["b"] }));
        next.Die(pod["b"]);
        next.Die(pod.Holder, 9);
        Assert.That(next.Exits(), Is.EqualTo(new[] { 0 }));
    }

    [Test]
    public void ANewGroup_JoinsAnAdoptedPod()
    {
        var pod = _bench.RunPod(Make.Task("a"));
        var next = _bench.Restart();
        next.Tell(new AgentMessage.ContainerStarted(pod.Holder, 100));
        next.Tell(new AgentMessage.ContainerStarted(pod["a"], 201));
        next.Register();

        next.Hear(PodBench.Launch(PodBench.Info(), false, Make.Task("b")));
        var b = next.ContainerOf("b");
        Assert.That(b.Parent, Is.EqualTo(pod.Holder));
        next.Tell(new AgentMessage.ContainerStarted(b, 202));
        next.Exit(b, 1);

        Assert.That(next.State("a"), Is.EqualTo(TaskState.TaskRunning), "another group");
    }

    [Test]
    public void AGroupThatHadNotBegun_IsDropped()
    {
        _bench.Hear(PodBench.Launch(PodBench.Info(), true, Make.Task("a"), Make.Task("b")));
        var next = _bench.Restart();

        foreach (var spec in next.Effects<RecoverContainers>().Single().Containers)
        {
            next.Tell(new AgentMessage.ContainerNeverStarted(spec.Container));
        }

        foreach (var task in (string[])["a", "b"])
        {
            Assert.That((next.Last(task).State, next.Last(task).Reason), Is.EqualTo((TaskState.TaskLost, Reason.AgentRestarted)));
        }
        Assert.That(next.Core.View().Frameworks[0].Executors, Is.Empty);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void AGroupThatHadBegunInPart_IsKilled(bool startedFirst)
    {
        _bench.Hear(PodBench.Launch(PodBench.Info(), true, Make.Task("a"), Make.Task("b")));
        var holder = _bench.Launched()[0].Container;
        _bench.Tell(new AgentMessage.ContainerStarted(holder, 100));
        var (a, b) = (_bench.ContainerOf("a"), _bench.ContainerOf("b"));
        var next = _bench.Restart();
        next.Tell(new AgentMessage.ContainerStarted(holder, 100));

        AgentMessage[] answers = [new AgentMessage.ContainerStarted(a, 201), new AgentMessage.ContainerNeverStarted(b)];
        foreach (var answer in startedFirst ? answers : answers.Reverse())
        {
            next.Tell(answer);
        }

        Assert.That((next.Last("b").State, next.Last("b").Reason), Is.EqualTo((TaskState.TaskLost, Reason.AgentRestarted)));
        Assert.That(next.Signalled(ContainerSignal.Terminate), Is.EqualTo(new[] { a }));
        next.Die(a);
        Assert.That(next.State("a"), Is.EqualTo(TaskState.TaskKilled));
        Assert.That(next.Signalled(ContainerSignal.Kill), Is.EqualTo(new[] { holder }));
    }

    [Test]
    public void APodWhoseHolderDiedMeanwhile_IsEnded()
    {
        var pod = _bench.RunPod(Make.Task("a"));
        var next = _bench.Restart();

        next.Die(pod.Holder, 9);
        next.Tell(new AgentMessage.ContainerStarted(pod["a"], 201));
        Assert.That(next.Signalled(ContainerSignal.Kill), Is.EqualTo(new[] { pod["a"] }));
        next.Die(pod["a"], 9);

        Assert.That((next.Last("a").State, next.Last("a").Reason), Is.EqualTo((TaskState.TaskFailed, Reason.ExecutorTerminated)));
        Assert.That(next.Core.View().Frameworks[0].Executors, Is.Empty);
    }

    [Test]
    public void APodWhoseTasksEndedMeanwhile_Ends()
    {
        var pod = _bench.RunPod(Make.Task("a"));
        var next = _bench.Restart();

        next.Exit(pod["a"], 0);
        next.Tell(new AgentMessage.ContainerStarted(pod.Holder, 100));

        Assert.That(next.State("a"), Is.EqualTo(TaskState.TaskFinished));
        Assert.That(next.Signalled(ContainerSignal.Kill), Does.Contain(pod.Holder));
    }

    [Test]
    public void ARestartOfTheMachine_FailsAllTasks()
    {
        var pod = _bench.RunPod(Make.Task("a"), Make.Task("b"));
        var next = _bench.Restart();

        foreach (var container in (ContainerId[])[pod["a"], pod["b"], pod.Holder])
        {
            next.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Vanished("the machine was restarted")));
        }

        foreach (var task in (string[])["a", "b"])
        {
            Assert.That((next.Last(task).State, next.Last(task).Reason), Is.EqualTo((TaskState.TaskFailed, Reason.ExecutorTerminated)));
        }
        Assert.That(next.Core.View().Frameworks[0].Executors, Is.Empty);
    }

    [Test]
    public void AtEveryCutOfTheJournal_ThePodEndsAsAWhole()
    {
        var pod = _bench.RunPod(Make.Task("a"), Make.Task("b"));
        _bench.Exit(pod["a"], 1);
        _bench.Die(pod["b"]);
        _bench.Die(pod.Holder, 9);

        for (var events = 1; events <= _bench.Journal.Count; events++)
        {
            var next = _bench.Restart(events);
            var wanted = next.Effects<RecoverContainers>().Single().Containers.Select(spec => spec.Container).ToList();
            // What had ended before the cut has ended in truth; the rest runs still.
            foreach (var container in wanted)
            {
                if (container == pod["a"])
                {
                    next.Exit(container, 1);
                }
                else
                {
                    next.Tell(new AgentMessage.ContainerStarted(container, 100));
                }
            }
            foreach (var container in wanted.Where(container => container != pod["a"]).Reverse())
            {
                if (next.Effects<SignalContainer>().Any(signal => signal.Container == container))
                {
                    next.Die(container, 9);
                }
            }
            if (wanted.Contains(pod["a"]) || events == _bench.Journal.Count)
            {
                Assert.That(next.Core.View().Frameworks.SelectMany(framework => framework.Executors), Is.Empty,
                    $"cut after {events} events");
            }
        }
    }

    [Test]
    public void TheEndOfAPod_WhileTheAgentSubscribes_IsToldOnceItIsRegistered()
    {
        var pod = _bench.RunPod(Make.Task("a"));
        _bench.Take();
        _bench.Tell(new AgentMessage.MasterConnectionEnded(_bench.Connection, null, "cut"));
        while (!_bench.Effects<ConnectToMaster>().Any())
        {
            _bench.Pass(TimeSpan.FromMilliseconds(10));
        }

        _bench.Exit(pod["a"]);
        _bench.Die(pod.Holder, 9);
        Assert.That(_bench.Exits(), Is.Empty);
        _bench.Register();

        Assert.That(_bench.Exits(), Is.EqualTo(new[] { 0 }));
    }

    /// <summary>
    /// Everything that a restart rests on, out of the snapshot alone: containers to be found, what is told, what is to die.
    /// </summary>
    [Test]
    public void ASnapshot_HoldsPods()
    {
        var bench = new Bench(Make.Settings() with { SnapshotEvery = 1 }).Register();
        var pod = bench.RunPod(Make.Task("a"), Make.Task("b"));
        bench.Hear(PodBench.Launch(PodBench.Info(), false, Make.Task("c"), Make.Task("d")));
        foreach (var task in (string[])["c", "d"])
        {
            bench.Tell(new AgentMessage.ContainerStarted(bench.ContainerOf(task), 300));
        }
        bench.Exit(pod["a"], 1);
        var snapshot = bench.Effects<SaveSnapshot>().Last().State;

        var replayed = bench.Restart();
        var restored = bench.Restart(snapshot);

        Assert.That(restored.Core.CaptureState(), Is.EqualTo(replayed.Core.CaptureState()).And.EqualTo(bench.Core.CaptureState()));
        Assert.That(Wanted(restored), Is.EqualTo(Wanted(replayed)).And.Length.EqualTo(4),
            "the holder and three tasks are asked for, with all that they were launched with");
        foreach (var next in (Bench[])[restored, replayed])
        {
            next.Tell(new AgentMessage.ContainerStarted(pod.Holder, 100));
            foreach (var container in next.Effects<RecoverContainers>().Single().Containers
                .Select(spec => spec.Container).Where(id => id != pod.Holder))
            {
                next.Tell(new AgentMessage.ContainerStarted(container, 200));
            }
        }
        var executors = restored.Core.View().Frameworks[0].Executors;
        Assert.That(executors.Select(executor => (executor.Info, executor.Kind, executor.Sandbox)),
            Is.EqualTo(bench.Core.View().Frameworks[0].Executors.Select(executor => (executor.Info, executor.Kind, executor.Sandbox))));
        Assert.That(restored.Core.View().Frameworks[0].Tasks.Select(task => task.Task),
            Is.EqualTo(replayed.Core.View().Frameworks[0].Tasks.Select(task => task.Task)));
        Assert.That(restored.Signalled(ContainerSignal.Terminate),
            Is.EqualTo(replayed.Signalled(ContainerSignal.Terminate)).And.EquivalentTo(new[] { pod["b"] }),
            "what was of the failed task's group dies, the other group does not");
        restored.Core.CheckInvariants();
    }

    private static string[] Wanted(Bench bench) => [.. bench.Effects<RecoverContainers>().Single().Containers.Select(Describe)];

    private static string Describe(ContainerSpec spec) =>
        $"{spec.Container} {spec.Sandbox} {spec.Command} {spec.User} {spec.Task} {spec.Joins} {spec.Limits} [{string.Join(' ', spec.Environment.Select(pair => $"{pair.Key}={pair.Value}"))}]";
}
