using System.Globalization;
using Offerbook.Actors;
using Offerbook.Simulator.Adapters;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Network;

namespace Offerbook.Simulator.Scenarios;

/// <summary>
/// A client that follows the events on a machine of its own, and goes on after the last one wherever it is cut off. It must miss none.
/// </summary>
internal sealed class EventFollower
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly SimCluster _cluster;
    private readonly string _name;
    private string? _server;

    public EventFollower(SimCluster cluster, string name)
    {
        (_cluster, _name) = (cluster, name);
        cluster.Network.AddHost(name);
        Connect();
    }

    /// <summary>Id of the last event; null before the first.</summary>
    public long? Last { get; private set; }

    public int Events { get; private set; }

    /// <summary>How often a stream has ended.</summary>
    public int Ends { get; private set; }

    private void Connect()
    {
        _server ??= _cluster.AddressOf(_cluster.AppsRole);
        string? elsewhere = null;
        _cluster.Network.Send(_name, _server, new SimFrame("follow events", default) { Path = EventReaders.PathAfter(Last) }, frame =>
        {
            Invariant.Check(frame.Status != 410, $"I12: {_name} cannot go on after event {Last}");
            elsewhere = frame.Location;
            if (frame.Status == 0)
            {
                Hear(frame.Text);
            }
        },
        _ =>
        {
            Ends++;
            _server = elsewhere;
            _cluster.World.Schedule(Pause, null, Connect);
        }, Pause * 5);
    }

    /// <summary>Server-sent events, each with its id.</summary>
    private void Hear(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("id:", StringComparison.Ordinal))
            {
                var id = long.Parse(line[3..].Trim(), CultureInfo.InvariantCulture);
                Invariant.Check(Last is null || id == Last + 1, $"I12: {_name} hears event {id} after event {Last}");
                (Last, Events) = (id, Events + 1);
            }
        }
    }
}
