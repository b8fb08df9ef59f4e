using Offerbook.Simulator.Network;

namespace Offerbook.Simulator.Coordination;

/// <summary>
/// A TCP connection between a client of the coordination service and a server. In each direction what is sent arrives in order or not
/// at all; each end learns by itself that it is over.
/// </summary>
internal sealed class CoordinatorConnection(SimNetwork network, string client)
{
    private TimeSpan _lastThere;
    private TimeSpan _lastBack;

    public string Client => client;

    /// <summary>Told to the client when the other end is gone.</summary>
    public Action? Broken { get; set; }

    /// <summary>Told to the client when a watch fires.</summary>
    public Action<string>? Fired { get; set; }

    public bool ClientOpen { get; set; } = true;

    public bool ServerOpen { get; set; } = true;

    public void ToServer(Action arrive)
    {
        var link = network.Link(client, SimCoordinator.HostName);
        _lastThere = link.Arrival(_lastThere);
        network.At(_lastThere, link, () =>
        {
            if (ServerOpen)
            {
                arrive();
            }
        });
    }

    public void ToClient(Action arrive)
    {
        var link = network.Link(SimCoordinator.HostName, client);
        _lastBack = link.Arrival(_lastBack);
        network.At(_lastBack, link, () =>
        {
            if (ClientOpen)
            {
                arrive();
            }
        });
    }
}
