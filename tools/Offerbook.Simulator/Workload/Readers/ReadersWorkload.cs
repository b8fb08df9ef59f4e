using Offerbook.Actors;
using Offerbook.Simulator.Checks;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Workload.Readers;

/// <summary>
/// Readers of events beside all other clients. Some get the state when they cannot go on, or have forgotten where they were; all leave now
/// and then, and come back to whichever process of Apps.
/// </summary>
public sealed class ReadersWorkload
{
    private readonly SimCluster _cluster;
    private readonly SeededRandom _random;
    private readonly List<EventFollower> _readers = [];
    private readonly TimeSpan _mean;
    private bool _stopped;

    /// <param name="events">What each event is.</param>
    public ReadersWorkload(SimCluster cluster, int readers, EventAccount events)
    {
        _cluster = cluster;
        _random = cluster.World.Seeds.For("readers of events");
        _mean = TimeSpan.FromSeconds(_random.Pick<double>([5, 20, 60]));
        for (var i = 1; i <= readers; i++)
        {
            _readers.Add(new EventFollower(cluster, $"reader-{i}", events)
            {
                WantsState = true,
                Choose = () => _random.Pick(cluster.AppsRole.Processes).Name,
            });
        }
    }

    /// <summary>Events that they have heard.</summary>
    public long Events => _readers.Sum(reader => (long)reader.Events);

    public void Start()
    {
        _readers.ForEach(reader => reader.Start());
        Plan();
    }

    public void Stop() => _stopped = true;

    /// <summary>Null when every reader knows what has happened.</summary>
    public string? WhyNotDone()
    {
        var last = _cluster.AppsCore?.State.LastEventId;
        return _readers.Find(reader => reader.Last != last) is { } behind
            ? $"{behind.Name} has heard of event {behind.Last?.ToString() ?? "none"}, and {last} is the last" : null;
    }

    private void Plan() => _cluster.World.Schedule(_random.Exponential(_mean), null, () =>
    {
        if (!_stopped)
        {
            _random.Pick(_readers).Leave(forgets: _random.Chance(0.1));
            Plan();
        }
    });
}
