using Offerbook.Actors;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Network;

/// <summary>
/// Machines, the links between them and the HTTP exchanges under way. What a client of real sockets can meet can happen here: slow
/// links, cuts of one or both directions that TCP rides out or not, connections refused, reset or half-open, requests that were
/// served though their answer was lost. What it cannot meet does not happen: nothing is duplicated or reordered inside a connection.
/// </summary>
public sealed class SimNetwork(SimWorld world)
{
    private readonly Dictionary<string, SimHost> _byName = [];
    private readonly List<SimHost> _hosts = [];
    private readonly Dictionary<(string From, string To), SimLink> _linkByEnds = [];
    private readonly List<SimLink> _links = [];
    private readonly SortedDictionary<long, SimExchange> _exchanges = [];
    private readonly SeededRandom _chance = world.Seeds.For("connections");
    private long _number;

    public SimWorld World => world;

    public IReadOnlyList<SimHost> Hosts => _hosts;

    /// <summary>All links that were ever used, in the order of their first use.</summary>
    public IReadOnlyList<SimLink> Links => _links;

    /// <summary>Exchanges that at least one end believes in.</summary>
    public int OpenExchanges => _exchanges.Count;

    /// <summary>Applied to links when they are first used, so that a run's link faults reach them all.</summary>
    public Action<SimLink>? NewLink { get; set; }

    /// <summary>Chance that a machine dies without telling its peers, which then notice up to <see cref="LongestSilence"/> later.</summary>
    public double SilentDeathRate { get; set; } = 0.2;

    public TimeSpan LongestSilence { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Connections made from now on have higher numbers than this.</summary>
    public long LastNumber => _number;

    public SimHost AddHost(string name)
    {
        var host = new SimHost(name, "10.0.0." + (_hosts.Count + 1));
        _byName.Add(name, host);
        _hosts.Add(host);
        return host;
    }

    public SimHost Host(string name) => _byName[name];

    /// <summary>The machine with an address.</summary>
    public SimHost? HostAt(string address) => _hosts.Find(host => host.Address == address);

    public SimLink Link(string from, string to)
    {
        if (!_linkByEnds.TryGetValue((from, to), out var link))
        {
            link = new SimLink(from, to, world);
            _linkByEnds.Add((from, to), link);
            _links.Add(link);
            NewLink?.Invoke(link);
        }
        return link;
    }

    /// <summary>Starts an exchange.</summary>
    /// <param name="received">Called for each frame of the answer, the first of which carries the status.</param>
    /// <param name="ended">Called once when the answer is complete, or will not be, unless the client itself aborted it.</param>
    /// <param name="patience">How long the client waits for the first frame; null waits for ever.</param>
    public SimExchange Send(
        string from, string to, SimFrame request, Action<SimFrame> received, Action<string> ended, TimeSpan? patience)
    {
        var exchange = new SimExchange(this, ++_number, _byName[from], _byName[to], received, ended);
        _exchanges.Add(exchange.Number, exchange);
        exchange.Request(request);
        if (patience is { } limit)
        {
            world.Schedule(limit, null, () => exchange.TimeOut($"no answer in {limit}"));
        }
        return exchange;
    }

    /// <summary>Cuts both directions between two machines.</summary>
    public void Cut(string one, string other, TimeSpan duration)
    {
        Link(one, other).Cut(duration);
        Link(other, one).Cut(duration);
    }

    /// <summary>Breaks every connection between two machines; each end hears of it in its own time.</summary>
    public void ResetConnections(string one, string other)
    {
        foreach (var exchange in _exchanges.Values.ToArray())
        {
            if ((exchange.Client.Name == one && exchange.Server.Name == other)
                || (exchange.Client.Name == other && exchange.Server.Name == one))
            {
                Reset(exchange, "connection reset");
            }
        }
    }

    /// <summary>To be called when a host's process has died.</summary>
    public void HostDied(string name)
    {
        var host = _byName[name];
        var silence = _chance.Chance(SilentDeathRate) ? _chance.Between(TimeSpan.Zero, LongestSilence) : TimeSpan.Zero;
        foreach (var exchange in _exchanges.Values.ToArray())
        {
            if (ReferenceEquals(exchange.Client, host) || ReferenceEquals(exchange.Server, host))
            {
                exchange.HostDied(host, silence);
                Forget(exchange);
            }
        }
    }

    /// <summary>A process closes all connections that others have made to it, and lives on.</summary>
    public void CutOff(string name, string reason)
    {
        var host = _byName[name];
        foreach (var exchange in _exchanges.Values.ToArray())
        {
            if (ReferenceEquals(exchange.Server, host))
            {
                exchange.End(reason);
            }
        }
    }

    /// <summary>Ends every cut and clog.</summary>
    public void Mend()
    {
        // What comes through a mended link may be the first to use another.
        foreach (var link in _links.ToArray())
        {
            link.Mend();
            link.ResetRate = 0;
        }
    }

    internal void Reset(SimExchange exchange, string reason)
    {
        exchange.TellClient(reason, _chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(2)));
        exchange.TellServer(reason, _chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(2)));
    }

    internal void Remember(SimExchange exchange) => _exchanges.TryAdd(exchange.Number, exchange);

    internal void Forget(SimExchange exchange) => _exchanges.Remove(exchange.Number);

    internal void At(TimeSpan at, SimLink link, Action arrive) => world.ScheduleAt(at, null, () => link.Deliver(arrive));
}
