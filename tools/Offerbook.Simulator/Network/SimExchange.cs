namespace Offerbook.Simulator.Network;

/// <summary>
/// One HTTP exchange: a request, then an answer of one or more frames. The two ends learn separately that it is over: one may go on
/// believing in a connection that the other has given up (half-open). Frames of one direction arrive in order or not at all.
/// </summary>
public sealed class SimExchange
{
    private readonly SimNetwork _network;
    private readonly int _clientLife;
    private readonly Action<SimFrame> _received;
    private readonly Action<string> _ended;
    private TimeSpan _lastToClient;
    private TimeSpan _lastToServer;
    private int _serverLife;

    internal SimExchange(SimNetwork network, long number, SimHost client, SimHost server, Action<SimFrame> received, Action<string> ended)
    {
        (_network, Number, Client, Server, _received, _ended) = (network, number, client, server, received, ended);
        _clientLife = client.Life;
        ClientOpen = true;
    }

    public long Number { get; }

    public SimHost Client { get; }

    public SimHost Server { get; }

    /// <summary>Whether the client still listens.</summary>
    public bool ClientOpen { get; private set; }

    /// <summary>Whether the server has the request and still believes in the connection.</summary>
    public bool ServerOpen { get; private set; }

    /// <summary>Whether the client has had the first frame of the answer.</summary>
    public bool Answered { get; private set; }

    /// <summary>
    /// Whether it is settled if the server gets the request: it did, or never will; and if so whoever it was handed on to.
    /// </summary>
    public bool RequestSettled
    {
        get => field && Forwarded?.RequestSettled != false;
        private set;
    }

    /// <summary>What the server has made of it, when it is a proxy.</summary>
    public SimExchange? Forwarded { get; set; }

    /// <summary>Frames sent to the client that have not arrived: what a server's bounded buffer would hold.</summary>
    public int InFlight { get; private set; }

    /// <summary>Tells the server's adapter that a frame has left it for good.</summary>
    public Action? Taken { get; set; }

    /// <summary>Tells the server's adapter that the connection is gone. Set when the request is served.</summary>
    public Action<string>? ClientGone { get; set; }

    /// <summary>Sends a frame from the server.</summary>
    public void Send(SimFrame frame)
    {
        if (!ServerOpen)
        {
            return;
        }
        var link = _network.Link(Server.Name, Client.Name);
        if (link.DrawReset())
        {
            _network.Reset(this, "reset on the way");
            return;
        }
        InFlight++;
        _lastToClient = link.Arrival(_lastToClient);
        _network.At(_lastToClient, link, () =>
        {
            InFlight--;
            if (ClientOpen && Client.Life == _clientLife)
            {
                Answered = true;
                _network.World.Note($"{Client.Name} #{Number} < {frame.What}");
                _network.World.Hash.Add(frame.Body.Span);
                _received(frame);
            }
            Taken?.Invoke();
        });
    }

    /// <summary>The server ends the answer; the client learns of it after all frames sent before.</summary>
    public void End(string reason = "ended by the server")
    {
        if (!ServerOpen)
        {
            return;
        }
        ServerOpen = false;
        _network.Forget(this);
        TellClient(reason);
    }

    /// <summary>The client gives the exchange up; the server learns of it later.</summary>
    public void Abort(string reason = "closed by the client")
    {
        if (!ClientOpen)
        {
            return;
        }
        ClientOpen = false;
        TellServer(reason);
    }

    internal void Request(SimFrame frame)
    {
        var link = _network.Link(Client.Name, Server.Name);
        if (link.DrawReset())
        {
            RequestSettled = true;
            TellClient("connection reset before the request arrived");
            return;
        }
        _lastToServer = link.Arrival(_lastToServer);
        _network.At(_lastToServer, link, () => Arrive(frame));
    }

    private void Arrive(SimFrame frame)
    {
        RequestSettled = true;
        if (!Server.IsUp || Server.Serve is null)
        {
            TellClient("connection refused");
            return;
        }
        ServerOpen = true;
        _network.Remember(this);
        _serverLife = Server.Life;
        _network.World.Note($"{Server.Name} #{Number} > {frame.What}");
        _network.World.Hash.Add(frame.Body.Span);
        Server.Serve(this, frame);
    }

    /// <summary>The client's own patience has run out.</summary>
    internal void TimeOut(string reason)
    {
        if (!ClientOpen || Answered)
        {
            return;
        }
        FinishClient(reason);
        TellServer("given up by the client");
    }

    internal void TellClient(string reason, TimeSpan silence = default)
    {
        var link = _network.Link(Server.Name, Client.Name);
        _lastToClient = link.Arrival(_lastToClient + silence);
        _network.At(_lastToClient, link, () => FinishClient(reason));
    }

    internal void TellServer(string reason, TimeSpan silence = default)
    {
        var link = _network.Link(Client.Name, Server.Name);
        _lastToServer = link.Arrival(_lastToServer + silence);
        _network.At(_lastToServer, link, () => FinishServer(reason));
    }

    private void FinishClient(string reason)
    {
        if (!ClientOpen)
        {
            return;
        }
        ClientOpen = false;
        if (!ServerOpen)
        {
            _network.Forget(this);
        }
        if (Client.IsUp && Client.Life == _clientLife)
        {
            _ended(reason);
        }
    }

    private void FinishServer(string reason)
    {
        if (!ServerOpen)
        {
            return;
        }
        ServerOpen = false;
        _network.Forget(this);
        if (Server.IsUp && Server.Life == _serverLife)
        {
            ClientGone?.Invoke(reason);
        }
    }

    /// <summary>One of the two processes has died: its end is gone at once, the other's when it hears of it.</summary>
    internal void HostDied(SimHost host, TimeSpan silence)
    {
        if (ReferenceEquals(host, Client))
        {
            ClientOpen = false;
            TellServer($"{host.Name} died", silence);
        }
        else if (ServerOpen)
        {
            ServerOpen = false;
            TellClient($"{host.Name} died", silence);
        }
    }
}
