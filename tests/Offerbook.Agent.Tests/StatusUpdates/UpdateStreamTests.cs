using Mesos.V1;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Agent.Tests.StatusUpdates;

public sealed class UpdateStreamTests
{
    [Test]
    public void Updates_GoOutOneAtATimeInOrder()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)));

        var seen = new List<TaskState>();
        while (bench.Updates().LastOrDefault() is { } update)
        {
            Assert.That(bench.Updates().Count(), Is.EqualTo(1));
            seen.Add(update.State);
            bench.Take();
            bench.Hear(Make.Acknowledge("t1", update));
        }

        Assert.That(seen, Is.EqualTo(new[] { TaskState.TaskStarting, TaskState.TaskRunning, TaskState.TaskFinished }));
    }

    [Test]
    public void AnUpdate_IsSentAgainWithDoublingWaits_AndCarriesTheLatestState()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        var first = bench.Pending()!;
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)));
        bench.Take();

        foreach (var seconds in new[] { 10, 20, 40, 80, 160, 320, 600, 600 })
        {
            bench.Pass(TimeSpan.FromSeconds(seconds - 0.001));
            Assert.That(bench.Updates(), Is.Empty);
            bench.Pass(TimeSpan.FromSeconds(0.001));
            var call = bench.Take().OfType<CallMaster>().Single(call => call.Call.Type == Call.Types.Type.Update).Call.Update;
            Assert.That(call.Status, Is.EqualTo(first));
            Assert.That(call.LatestState, Is.EqualTo(TaskState.TaskFinished));
            // Keeps the connection alive through the long waits.
            bench.Hear(new Event { Type = Event.Types.Type.Ping });
            bench.Take();
            if (seconds >= 40)
            {
                break;
            }
        }
    }

    [Test]
    public void Acknowledgement_OfAnotherUuid_IsIgnored()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task());
        var stray = bench.Pending()!.Clone();
        stray.Uuid = Google.Protobuf.ByteString.CopyFrom(new byte[16]);
        bench.Take();

        bench.Hear(Make.Acknowledge("t1", stray));

        Assert.That(bench.Take(), Is.Empty);
    }

    [Test]
    public void Acknowledgement_SentTwice_CountsOnce()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task());
        var starting = bench.Pending()!;

        bench.Hear(Make.Acknowledge("t1", starting));
        bench.Take();
        bench.Hear(Make.Acknowledge("t1", starting));

        Assert.That(bench.Take(), Is.Empty);
    }

    [Test]
    public void WithoutAMaster_NothingIsSent_AndTheHeadGoesOutOnReturn()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task());
        var starting = bench.Pending()!;
        bench.Tell(new AgentMessage.MasterConnectionEnded(bench.Connection, null, "broken"));
        bench.Take();

        bench.Pass(TimeSpan.FromMinutes(1));
        Assert.That(bench.Updates(), Is.Empty);
        bench.Register();

        Assert.That(bench.Updates().Single(), Is.EqualTo(starting));
    }

    [Test]
    public void HealthReports_ToASchedulerThatIsAway_StayBounded()
    {
        var bench = new Bench().Register();
        var task = Make.Task();
        task.HealthCheck = new HealthCheck { Tcp = new HealthCheck.Types.TCPCheckInfo { Port = 1 }, DelaySeconds = 0, IntervalSeconds = 1,
            ConsecutiveFailures = 1_000 };
        bench.Run(task);

        for (var i = 0; i < 200; i++)
        {
            bench.Hear(new Event { Type = Event.Types.Type.Ping });
            bench.Pass(TimeSpan.FromSeconds(1));
            var probe = bench.Effects<RunCheck>().Last();
            bench.Tell(new AgentMessage.CheckFinished(probe.Container, probe.Purpose, probe.Number,
                new CheckResult.TcpAnswered(i % 2 == 0)));
        }

        Assert.That(bench.Core.View().Frameworks.Single().Tasks.Single().Task.Statuses[^1].Healthy, Is.False);
        Assert.That(bench.Core.CaptureState(), Has.Length.LessThan(20_000));
    }
}
