using Offerbook.Actors;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Network;
using Offerbook.Storage;

namespace Offerbook.Simulator.Storage;

/// <summary>
/// A database on a machine of its own that several processes write to, one log for each kind of leader. What is asked crosses the
/// links to it; it can be down, slow or full, and a connection can break in the middle of a commit, on either side of it.
/// </summary>
public sealed class SimStore
{
    public const string HostName = "store";

    public static readonly TimeSpan UsualCommitMean = TimeSpan.FromMilliseconds(4);

    private readonly SimWorld _world;
    private readonly SimNetwork _network;
    private readonly SeededRandom _chance;
    private readonly SortedDictionary<string, StoreLog> _logs = new(StringComparer.Ordinal);
    private int _life;
    private long _keys;

    public SimStore(SimWorld world, SimNetwork network)
    {
        (_world, _network) = (world, network);
        _chance = world.Seeds.For("store");
        network.AddHost(HostName);
    }

    public bool IsDown { get; private set; }

    /// <summary>Every write is refused, and nothing of it kept.</summary>
    public bool IsFull { get; set; }

    public TimeSpan CommitMean { get; set; } = UsualCommitMean;

    /// <summary>
    /// What every commit takes at least, on top of what is drawn around <see cref="CommitMean"/>: a disk that syncs in 2 s does so each
    /// time.
    /// </summary>
    public TimeSpan CommitLeast { get; set; }

    /// <summary>Chance that the connection of a write breaks, half of the times before the commit and half after it.</summary>
    public double ResetRate { get; set; }

    /// <summary>Defects, for mutation tests.</summary>
    public StoreDefects Defects { get; set; }

    /// <summary>Told of each takeover: the log and its new epoch.</summary>
    public Action<string, long>? TookOver { get; set; }

    /// <summary>Told of each commit: the log, the epoch of its writer, the number of its first event, and the events.</summary>
    public Action<string, long, long, IReadOnlyList<JournalRecord>>? Committed { get; set; }

    /// <summary>Told when a writer is told that its events up to a number are durable.</summary>
    public Action<string, long, long>? Acknowledged { get; set; }

    internal SimWorld World => _world;

    public StoreLog Log(string persistenceId)
    {
        if (!_logs.TryGetValue(persistenceId, out var log))
        {
            _logs.Add(persistenceId, log = new StoreLog());
        }
        return log;
    }

    /// <summary>Stops the server: what is under way is rolled back, what is committed stays.</summary>
    public void Stop()
    {
        if (!IsDown)
        {
            IsDown = true;
            _life++;
            _world.Note("the store goes down");
        }
    }

    public void Start()
    {
        if (IsDown)
        {
            IsDown = false;
            _world.Note("the store is up");
        }
    }

    internal long NewKey() => ++_keys;

    /// <summary>One request and its answer. Exactly one of <paramref name="answered"/> and <paramref name="lost"/> is called.</summary>
    /// <param name="commit">What happens in the store, in one transaction.</param>
    internal void Ask<T>(string from, bool writes, Func<T> commit, Action<T> answered, Action lost, TimeSpan patience)
    {
        var (there, back) = (_network.Link(from, HostName), _network.Link(HostName, from));
        var settled = false;
        void Settle(Action how)
        {
            if (!settled)
            {
                settled = true;
                how();
            }
        }
        void Back(Action how) => _network.At(back.Arrival(TimeSpan.Zero), back, () => Settle(how));
        _world.Schedule(patience, null, () => Settle(lost));
        if (there.DrawReset())
        {
            Back(lost);
            return;
        }
        _network.At(there.Arrival(TimeSpan.Zero), there, () =>
        {
            if (IsDown)
            {
                Back(lost);
                return;
            }
            var life = _life;
            var breaks = writes && ResetRate > 0 && _chance.Chance(ResetRate);
            var after = _chance.Chance(0.5);
            _world.Schedule(writes ? CommitLeast + _chance.Exponential(CommitMean) : TimeSpan.FromMicroseconds(200), null, () =>
            {
                if (life != _life || (breaks && !after))
                {
                    Back(lost);
                    return;
                }
                var result = commit();
                Back(breaks || back.DrawReset() ? lost : () => answered(result));
            });
        });
    }
}
