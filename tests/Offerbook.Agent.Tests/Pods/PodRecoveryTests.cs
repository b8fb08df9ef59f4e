using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Pods;

/// <summary>What becomes of pods when the agent dies and comes back.</summary>
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
        Assert.That(wanted.Select(spec => spec.Container), Is.EqualTo(new[] { pod.Holder, pod["a"], pod["b"] }.Order().ToList()).AsCollection.Or.EquivalentTo(new[] { pod.Holder, pod["a"], pod["b"] }));
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
                Assert.That(next.Core.View().Frameworks.SelectMany(framework => framework.Executors), Is.Empty, $"cut after {events} events");
            }
        }
    }

    [Test]
    public void ASnapshot_HoldsPods()
    {
        var bench = new Bench(Make.Settings() with { SnapshotEvery = 1 }).Register();
        var pod = bench.RunPod(Make.Task("a"), Make.Task("b"));
        bench.Exit(pod["a"], 1);

        var replayed = new Bench(bench.Settings, bench.Journal, bench.Now);

        Assert.That(replayed.Core.CaptureState(), Is.EqualTo(bench.Core.CaptureState()));
    }
}
