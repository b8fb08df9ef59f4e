using Google.Protobuf;
using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.AgentProtocol;
using CallType = Mesos.V1.Executor.Call.Types.Type;

namespace Offerbook.Agent.Tests.Executors;

/// <summary>What the agent's metrics tell of executors.</summary>
public sealed class ExecutorCountTests
{
    [Test]
    public void Messages_AreCountedAsPassedOrDropped_InBothDirections()
    {
        var bench = Started();
        bench.Hear(Message("e1"));
        Assert.That(Counters(bench), Is.EqualTo((0, 1)), "it has not subscribed");

        bench.Subscribe();
        bench.Hear(Message("e1"));
        bench.Call(2, new ExecutorCall { Type = CallType.Message, Message = new() { Data = ByteString.CopyFromUtf8("hello") } }, "e1");
        bench.Hear(Message("e2"));

        Assert.That(Counters(bench), Is.EqualTo((2, 2)));
    }

    [Test]
    public void Updates_ThatAreNotBelieved_AreCounted_AndThoseSentAgainAreNot()
    {
        var bench = Started();
        bench.Subscribe();
        bench.Update(ExecutorBench.Status(TaskState.TaskRunning, uuid: 1));
        bench.Update(ExecutorBench.Status(TaskState.TaskRunning, uuid: 1));
        Assert.That(bench.Core.View().Counters.UpdatesRefused, Is.Zero);

        bench.Update(ExecutorBench.Status(TaskState.TaskStarting, uuid: 2));
        bench.Update(ExecutorBench.Status(TaskState.TaskRunning, "stranger", 3));

        Assert.That(bench.Core.View().Counters.UpdatesRefused, Is.EqualTo(2));
    }

    [Test]
    public void Executors_ThatEnd_AreCountedOnce_AndLaunchesThatFailToo()
    {
        var bench = Started();
        bench.Tell(new AgentMessage.ContainerExited(bench.Container(), new ContainerExit.Exited(0)));
        Assert.That(Ends(bench), Is.EqualTo((1, 0)));

        bench.Hear(ExecutorBench.Launch(ExecutorBench.Task("t2", ExecutorBench.Info("e2"))));
        bench.Tell(new AgentMessage.ContainerLaunchFailed(bench.Container(), "no room"));

        Assert.That(Ends(bench), Is.EqualTo((2, 1)));
    }

    private static Bench Started()
    {
        var bench = new Bench().Register();
        bench.StartExecutor();
        return bench;
    }

    private static (long Passed, long Dropped) Counters(Bench bench) =>
        (bench.Core.View().Counters.MessagesPassed, bench.Core.View().Counters.MessagesDropped);

    private static (long Ended, long LaunchErrors) Ends(Bench bench) =>
        (bench.Core.View().Counters.ExecutorsEnded, bench.Core.View().Counters.LaunchErrors);

    private static Event Message(string executor) => new()
    {
        Type = Event.Types.Type.Message,
        Message = new()
        {
            FrameworkId = new FrameworkID { Value = "f1" },
            ExecutorId = new ExecutorID { Value = executor },
            Data = ByteString.CopyFromUtf8("hello"),
        },
    };
}
