using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Network;

namespace Offerbook.Simulation.Tests.Network;

public sealed class SimNetworkTests
{
    private SimWorld _world = null!;
    private SimNetwork _network = null!;
    private SimExchange? _served;
    private List<string> _client = null!;
    private List<string> _server = null!;

    [SetUp]
    public void Build()
    {
        _world = new SimWorld(1);
        _network = new SimNetwork(_world);
        _client = [];
        _server = [];
        _network.AddHost("client");
        _network.AddHost("server").Serve = (exchange, request) =>
        {
            _served = exchange;
            _server.Add(request.What);
            exchange.ClientGone = reason => _server.Add("gone: " + reason);
        };
    }

    private SimExchange Send(TimeSpan? patience = null) => _network.Send(
        "client", "server", new SimFrame("hello", default), frame => _client.Add(frame.What), reason =>
            _client.Add("end: " + reason), patience);

    private void Run(double seconds)
    {
        var until = _world.Elapsed + TimeSpan.FromSeconds(seconds);
        while (_world.Step(until))
        {
        }
    }

    private static SimFrame Frame(string what) => new(what, default, 200);

    [Test]
    public void Exchange_ManyFrames_ArriveInOrder()
    {
        Send();
        Run(1);
        var sent = Enumerable.Range(0, 50).Select(i => "frame " + i).ToList();
        sent.ForEach(what => _served!.Send(Frame(what)));
        _served!.End();
        Run(5);
        Assert.That(_client, Is.EqualTo(sent.Append("end: ended by the server")));
        Assert.That(_network.OpenExchanges, Is.Zero);
    }

    [Test]
    public void Exchange_NobodyListens_IsRefused()
    {
        _network.Host("server").Serve = null;
        Send();
        Run(1);
        Assert.That(_client, Is.EqualTo(new[] { "end: connection refused" }));
    }

    [Test]
    public void Exchange_CutShorterThanPatience_ComesThroughLate()
    {
        _network.Cut("client", "server", TimeSpan.FromSeconds(5));
        Send(TimeSpan.FromSeconds(10));
        Run(4);
        Assert.That(_server, Is.Empty);
        Run(2);
        Assert.That(_server, Is.EqualTo(new[] { "hello" }));
    }

    [Test]
    public void Exchange_AnswerCutOff_ClientGivesUpThoughItWasServed()
    {
        Send(TimeSpan.FromSeconds(10));
        Run(1);
        _network.Link("server", "client").Cut(TimeSpan.FromSeconds(60));
        _served!.Send(Frame("done"));
        _served.End();
        Run(20);
        Assert.That(_server, Is.EqualTo(new[] { "hello" }));
        Assert.That(_client, Is.EqualTo(new[] { "end: no answer in 00:00:10" }));
        Run(60);
        Assert.That(_client, Has.Count.EqualTo(1), "a late answer reached a client that had given up");
    }

    [Test]
    public void Exchange_ClientAborts_ServerIsTold()
    {
        var exchange = Send();
        Run(1);
        exchange.Abort("enough");
        Run(1);
        Assert.That(_server, Is.EqualTo(new[] { "hello", "gone: enough" }));
        Assert.That(_client, Is.Empty, "the client knows that itself");
    }

    [Test]
    public void Exchange_ConnectionReset_BothEndsHearInTheirOwnTime()
    {
        Send();
        Run(1);
        _network.ResetConnections("server", "client");
        Run(5);
        Assert.That(_server, Has.Count.EqualTo(2));
        Assert.That(_client, Is.EqualTo(new[] { "end: connection reset" }));
        _served!.Send(Frame("into the void"));
        Run(5);
        Assert.That(_client, Has.Count.EqualTo(1));
    }

    [Test]
    public void Link_CutTwice_StaysCutUntilTheLaterEnd()
    {
        var link = _network.Link("client", "server");
        link.Cut(TimeSpan.FromSeconds(10));
        link.Cut(TimeSpan.FromSeconds(5));
        Send();
        Run(7);
        Assert.That(_server, Is.Empty);
        Run(4);
        Assert.That(_server, Has.Count.EqualTo(1));
    }

    [Test]
    public void Mend_WhileCut_LetsEverythingThroughAtOnce()
    {
        _network.Cut("client", "server", TimeSpan.FromHours(1));
        Send();
        Run(1);
        _network.Mend();
        Run(0.001);
        Assert.That(_server, Has.Count.EqualTo(1));
    }
}
