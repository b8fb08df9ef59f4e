using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Agent.Tests.Registration;

public sealed class MasterLinkTests
{
    [Test]
    public void FirstRegistration_NamesNoId_AndTheNextOneKeepsIt()
    {
        var bench = new Bench();
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.That(bench.Effects<ConnectToMaster>().Single().Subscribe.AgentId, Is.Null);
        bench.Register();

        var restarted = bench.Restart();
        restarted.Pass(TimeSpan.FromSeconds(1));

        var subscribe = restarted.Effects<ConnectToMaster>().Single().Subscribe;
        Assert.That(subscribe.AgentId.Value, Is.EqualTo(Make.AgentIdText));
        Assert.That(subscribe.Subscribe.AgentInfo.Id.Value, Is.EqualTo(Make.AgentIdText));
    }

    [Test]
    public void Refusals_AreAnsweredWithLongerWaits_UpToTheBound()
    {
        var bench = new Bench();
        var waits = new List<double>();
        for (var i = 0; i < 12; i++)
        {
            var waited = 0;
            while (!bench.Effects<ConnectToMaster>().Any())
            {
                bench.Pass(TimeSpan.FromMilliseconds(10));
                waited++;
            }
            waits.Add(waited / 100.0);
            var connection = bench.Effects<ConnectToMaster>().Single().Connection;
            bench.Take();
            bench.Tell(new AgentMessage.MasterConnectionEnded(connection, 503, "not the leader"));
        }

        for (var i = 0; i < waits.Count; i++)
        {
            Assert.That(waits[i], Is.LessThanOrEqualTo(Math.Min(60, Math.Pow(2, i)) + 0.01));
        }
        Assert.That(waits.Max(), Is.GreaterThan(5));
    }

    [Test]
    public void AMaster_ThatDoesNotAnswer_IsGivenUp()
    {
        var bench = new Bench();
        bench.Pass(TimeSpan.FromSeconds(1));
        bench.Take();

        bench.Pass(TimeSpan.FromSeconds(15));

        Assert.That(bench.Effects<DisconnectFromMaster>().Single().Connection, Is.EqualTo(1));
        bench.Pass(TimeSpan.FromSeconds(4));
        Assert.That(bench.Effects<ConnectToMaster>().Single().Connection, Is.EqualTo(2));
    }

    [Test]
    [Category("case 83")]
    public void Pings_AreAnswered_AndTheirAbsenceEndsTheConnection()
    {
        var bench = new Bench().Register();
        bench.Take();
        bench.Pass(TimeSpan.FromSeconds(74));
        bench.Hear(new Event { Type = Event.Types.Type.Ping });
        Assert.That(bench.Take().OfType<CallMaster>().Single().Call.Type, Is.EqualTo(Call.Types.Type.Pong));

        bench.Pass(TimeSpan.FromSeconds(74.9));
        Assert.That(bench.Take().Where(effect => effect is not MeasureDisk), Is.Empty);
        bench.Pass(TimeSpan.FromSeconds(0.1));
        Assert.That(bench.Effects<DisconnectFromMaster>().Count(), Is.EqualTo(1));
        Assert.That(bench.Core.View().Registered, Is.False);
    }

    [Test]
    public void Events_OfAnOlderConnection_AreVoid()
    {
        var bench = new Bench().Register();
        var old = bench.Connection;
        bench.Tell(new AgentMessage.MasterConnectionEnded(old, null, "broken"));
        bench.Take();
        bench.Register();
        bench.Take();

        bench.Tell(new AgentMessage.MasterEventReceived(old, Make.Launch(Make.Task())));
        bench.Tell(new AgentMessage.MasterConnectionEnded(old, null, "broken again"));

        Assert.That(bench.Take(), Is.Empty);
        Assert.That(bench.Core.View().Registered, Is.True);
    }

    [Test]
    public void Subscribe_ListsWhatTheAgentHolds()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        bench.Hear(Make.Acknowledge("t1", bench.Pending()!));
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)));
        bench.Tell(new AgentMessage.MasterConnectionEnded(bench.Connection, null, "broken"));
        bench.Take();
        bench.Pass(TimeSpan.FromSeconds(1));

        var subscribe = bench.Effects<ConnectToMaster>().Single().Subscribe.Subscribe;
        Assert.That(subscribe.Frameworks.Single().Id.Value, Is.EqualTo("f1"));
        Assert.That(subscribe.Tasks.Single().State, Is.EqualTo(TaskState.TaskFinished));
        Assert.That(subscribe.Tasks.Single().StatusUpdateState, Is.EqualTo(TaskState.TaskRunning), "its update is still unacknowledged");
        Assert.That(subscribe.BootId, Is.EqualTo("boot-1"));
    }

    [Test]
    [Category("case 195")]
    public void CompletedFrameworks_AreShutDownOnRegistration()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task());
        bench.Tell(new AgentMessage.MasterConnectionEnded(bench.Connection, null, "broken"));
        bench.Take();

        bench.Register("f1");

        Assert.That(bench.Effects<SignalContainer>().Single().Signal, Is.EqualTo(ContainerSignal.Terminate));
        Assert.That(bench.Updates(), Is.Empty);
    }

    [Test]
    public void ACallThatIsRefused_EndsTheConnection()
    {
        var bench = new Bench().Register();
        bench.Take();

        bench.Tell(new AgentMessage.MasterCallFailed(bench.Connection, new Call { Type = Call.Types.Type.Pong }, 400, "no such stream"));

        Assert.That(bench.Effects<DisconnectFromMaster>().Count(), Is.EqualTo(1));
    }

    [Test]
    public void AMaster_OfAnOlderTerm_IsLeft_AlsoAfterARestartAndFromASnapshot()
    {
        var bench = new Bench();
        Answer(bench, InTerm(7));
        Assert.That(bench.Core.View().Registered, Is.True);
        var snapshot = new Storage.JournalRecord("AgentSnapshot/1", bench.Core.CaptureState());
        foreach (var later in new[] { bench, bench.Restart(), bench.Restart(snapshot) })
        {
            later.Tell(new AgentMessage.MasterConnectionEnded(later.Connection, null, "broken"));
            later.Take();
            Answer(later, InTerm(6));
            Assert.That(later.Core.View().Registered, Is.False);
            Assert.That(later.Effects<DisconnectFromMaster>().Count(), Is.EqualTo(1));
            later.Take();
            later.Hear(Make.Launch(Make.Task()));
            Assert.That(later.Done, Is.Empty, "it takes no orders from a deposed master");

            Answer(later, InTerm(8));
            Assert.That(later.Core.View().Registered, Is.True);
        }
    }

    [Test]
    public void AMaster_OfAnotherJournal_IsFollowedWhateverItsTerm()
    {
        var bench = new Bench();
        Answer(bench, InTerm(7));
        bench.Tell(new AgentMessage.MasterConnectionEnded(bench.Connection, null, "broken"));
        bench.Take();
        Answer(bench, InTerm(1, "registry-2"));
        Assert.That(bench.Core.View().Registered, Is.True);
    }

    [Test]
    public void Shutdown_ByADeposedMaster_KillsNothing()
    {
        var bench = new Bench();
        Answer(bench, InTerm(7));
        bench.Run(Make.Task());
        bench.Tell(new AgentMessage.MasterConnectionEnded(bench.Connection, null, "broken"));
        bench.Take();
        Answer(bench, new Event
        {
            Type = Event.Types.Type.Shutdown, Shutdown = new() { Message = "has been marked gone", RegistryId = "registry-1", Epoch = 6 },
        });
        Assert.That(bench.Effects<SignalContainer>(), Is.Empty);
        Assert.That(bench.Core.View().Id, Is.Not.Null);
    }

    [Test]
    public void Election_OfAnotherMaster_EndsTheWaitAndTheConnection()
    {
        var bench = new Bench().Register();
        bench.Take();
        bench.Tell(new AgentMessage.MasterElected());
        Assert.That(bench.Effects<DisconnectFromMaster>().Count(), Is.EqualTo(1));
        for (var i = 0; i < 10; i++)
        {
            bench.Register();
            bench.Tell(new AgentMessage.MasterConnectionEnded(bench.Connection, 503, "not the leader"));
        }
        bench.Take();
        bench.Tell(new AgentMessage.MasterElected());
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.That(bench.Effects<ConnectToMaster>().Count(), Is.EqualTo(1), "earlier failures say nothing about a new leader");
    }

    /// <summary>Waits out the back-off and lets the master answer the agent's SUBSCRIBE.</summary>
    private static void Answer(Bench bench, Event answer) => bench.Register(answer);

    private static Event InTerm(ulong epoch, string registry = "registry-1")
    {
        var subscribed = Make.Subscribed();
        (subscribed.Subscribed.RegistryId, subscribed.Subscribed.Epoch) = (registry, epoch);
        return subscribed;
    }
}
