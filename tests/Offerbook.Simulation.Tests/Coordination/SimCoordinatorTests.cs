using Offerbook.Actors;
using Offerbook.Coordination.Sessions;
using Offerbook.Simulation.Tests.Nodes;
using Offerbook.Simulator.Coordination;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Network;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Storage;

namespace Offerbook.Simulation.Tests.Coordination;

/// <summary>
/// The model of the coordination service does what the real one was seen to do: a lost connection is not an expired session.
/// </summary>
public sealed class SimCoordinatorTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private SimWorld _world = null!;
    private SimNetwork _network = null!;
    private SimCoordinator _service = null!;
    private SimNode<TallyMessage> _process = null!;
    private CoordinatorClient _client = null!;
    private List<ServiceMessage> _heard = null!;

    [SetUp]
    public void Start()
    {
        _world = new SimWorld(1);
        _network = new SimNetwork(_world);
        _service = new SimCoordinator(_world, _network, Timeout);
        _network.AddHost("client");
        _heard = [];
        _process = new SimNode<TallyMessage>("process", _world, _ => new Tally(), _ => { }, new SimJournal());
        _process.Start();
        _client = new CoordinatorClient(_service, _process, "client", _heard.Add);
        _client.Perform(new ServiceCall.Open(1));
        Run(1);
    }

    private void Run(double seconds)
    {
        var until = _world.Elapsed + TimeSpan.FromSeconds(seconds);
        while (_world.Step(until))
        {
        }
    }

    private void Create(int request, string path, NodeKind kind) =>
        _client.Perform(new ServiceCall.Create(1, request, path, ReadOnlyMemory<byte>.Empty, kind));

    private IEnumerable<Type> Kinds => _heard.Select(message => message.GetType());

    [Test]
    public void Session_Opened_IsToldWithItsTimeout() =>
        Assert.That(_heard.OfType<ServiceMessage.SessionOpened>().Select(opened => opened.Timeout), Is.EqualTo(new[] { Timeout }));

    [Test]
    public void Connection_LostForLessThanTheSession_IsRestoredAndTheNodeStays()
    {
        Create(1, "/node-", NodeKind.EphemeralSequential);
        Run(1);
        _service.Disconnect("client");
        Run(5);
        Assert.That(Kinds.Skip(2), Is.EqualTo(new[] { typeof(ServiceMessage.ConnectionLost), typeof(ServiceMessage.ConnectionRestored) }));
        Assert.That(_service.Exists("/node-0000000000"));
    }

    [Test]
    public void Session_NotHeardOfForItsTimeout_ExpiresAndTakesItsNodesAlong()
    {
        Create(1, "/node-", NodeKind.EphemeralSequential);
        Create(2, "/stays", NodeKind.Persistent);
        Run(1);
        _network.Cut("client", SimCoordinator.HostName, TimeSpan.FromSeconds(30));
        Run(15);
        Assert.That((_service.Exists("/node-0000000000"), _service.Exists("/stays"), _service.Expired), Is.EqualTo((false, true, 1)));
        Assert.That(Kinds, Has.None.EqualTo(typeof(ServiceMessage.SessionExpired)), "only the service can say so");
        Run(30);
        Assert.That(Kinds.Last(), Is.EqualTo(typeof(ServiceMessage.SessionExpired)));
    }

    [Test]
    public void Service_DownForLong_LetsNoSessionExpire()
    {
        Create(1, "/node-", NodeKind.EphemeralSequential);
        Run(1);
        _service.Stop();
        Run(600);
        _service.Start();
        Run(5);
        Assert.That(_service.Exists("/node-0000000000"));
        Assert.That(Kinds.Last(), Is.EqualTo(typeof(ServiceMessage.ConnectionRestored)));
    }

    [Test]
    public void Watch_FiresOnce()
    {
        _client.Perform(new ServiceCall.List(1, 1, "/", Watch: true, IsFresh: false));
        Run(1);
        Create(2, "/a", NodeKind.Persistent);
        Create(3, "/b", NodeKind.Persistent);
        Run(1);
        Assert.That(_heard.OfType<ServiceMessage.WatchFired>().Select(fired => fired.Path), Is.EqualTo(new[] { "/" }));
    }

    [Test]
    public void Answer_LostWithItsConnection_LeavesTheRequestDone()
    {
        _service.LostAnswerRate = 1;
        Create(1, "/node-", NodeKind.EphemeralSequential);
        Run(2);
        Assert.That(_service.Exists("/node-0000000000"));
        Assert.That(_heard.OfType<ServiceMessage.Answered>().Single().Answer, Is.EqualTo(new Answer.Refused(ServiceError.ConnectionLost)));
    }

    [Test]
    public void Numbers_OfSequentialNodes_OnlyGrow()
    {
        Create(1, "/node-", NodeKind.EphemeralSequential);
        Run(1);
        _client.Perform(new ServiceCall.Delete(1, 2, "/node-0000000000"));
        Run(1);
        Create(3, "/node-", NodeKind.EphemeralSequential);
        Run(1);
        Assert.That((_service.Exists("/node-0000000000"), _service.FirstOf("/")), Is.EqualTo((false, "/node-0000000001")));
    }
}
