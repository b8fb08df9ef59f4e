using System.Globalization;
using Offerbook.Actors;
using Offerbook.Simulator.Adapters;
using Offerbook.Simulator.Checks;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Network;

namespace Offerbook.Simulator.Workload.Readers;

/// <summary>
/// A client that follows the events on a machine of its own, and goes on after the last one wherever it is cut off. It must miss none,
/// hear none twice and none that means something else than to others.
/// </summary>
/// <param name="events">What each event is; null: nobody asks.</param>
internal sealed class EventFollower(SimCluster cluster, string name, EventAccount? events = null)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private SimExchange? _exchange;
    private string? _server;

    public string Name => name;

    /// <summary>Id of the last event; null before the first.</summary>
    public long? Last { get; private set; }

    public int Events { get; private set; }

    /// <summary>How often a stream has ended.</summary>
    public int Ends { get; private set; }

    /// <summary>How often it got the state instead of what it had missed.</summary>
    public int Snapshots { get; private set; }

    /// <summary>Whether it asks for the state when it cannot go on after the last event; else that must not happen.</summary>
    public bool WantsState { get; init; }

    /// <summary>Which of those who can be asked it asks; null: the cluster draws one.</summary>
    public Func<string>? Choose { get; init; }

    public EventFollower Start()
    {
        cluster.Network.AddHost(name);
        Connect();
        return this;
    }

    /// <summary>Closes the stream by itself, and comes back.</summary>
    /// <param name="forgets">It does not know any more where it was.</param>
    public void Leave(bool forgets)
    {
        if (_exchange is { ClientOpen: true } open)
        {
            open.Abort();
            Last = forgets ? null : Last;
            ComeBack(null);
        }
    }

    private void Connect()
    {
        _server ??= Choose?.Invoke() ?? cluster.AddressOf(cluster.AppsRole);
        string? elsewhere = null;
        _exchange = cluster.Network.Send(name, _server,
            new SimFrame("follow events", default) { Path = EventReaders.PathAfter(Last, WantsState) }, frame =>
            {
                Invariant.Check(frame.Status != 410, $"I12: {name} cannot go on after event {Last}");
                elsewhere = frame.Location;
                if (frame.Status == 0)
                {
                    Hear(frame.Text);
                }
            },
            _ => ComeBack(elsewhere), Pause * 5);
    }

    private void ComeBack(string? elsewhere)
    {
        Ends++;
        _server = elsewhere;
        cluster.World.Schedule(Pause, null, Connect);
    }

    /// <summary>Server-sent events, each ended by an empty line; those that the state is made of have no ids but for the last.</summary>
    private void Hear(string text)
    {
        var (type, id) = ("", (long?)null);
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("event:", StringComparison.Ordinal))
            {
                type = line[6..].Trim();
            }
            else if (line.StartsWith("id:", StringComparison.Ordinal))
            {
                id = long.Parse(line[3..].Trim(), CultureInfo.InvariantCulture);
            }
            else if (line.Length == 0 && id is { } whole)
            {
                Hear(whole, type);
                id = null;
            }
        }
    }

    private bool IsDeposed() =>
        cluster.AppsRole.Nodes.Any(node => node.Name == _exchange!.Server.Name && node.Holder?.IsNewest == false);

    private void Hear(long id, string type)
    {
        if (type == "snapshot_complete")
        {
            // Only who cannot go on, or knows nothing, is told the state; and one that has been deposed and does not know it may have an
            // older one than its reader has heard of elsewhere.
            if (id < Last && IsDeposed())
            {
                Leave(forgets: false);
                return;
            }
            Invariant.Check(WantsState && (Last is null || id > Last), $"I12: {name} gets the state of event {id} after event {Last}");
            (Last, Snapshots) = (id, Snapshots + 1);
            return;
        }
        Invariant.Check(Last is null || id == Last + 1, $"I12: {name} hears event {id} after event {Last}");
        events?.Hear(name, id, type);
        (Last, Events) = (id, Events + 1);
    }
}
