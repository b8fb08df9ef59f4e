using Offerbook.Actors;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Coordination;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Seats;
using Offerbook.Simulator.Storage;

namespace Offerbook.Simulator.Faults;

/// <summary>The faults of clusters with elections: of leaders, of the coordination service, of the shared store, and of clocks.</summary>
internal sealed class ElectionFaults(SimCluster cluster, FaultPlan plan, SeededRandom random)
{
    private readonly SimCoordinator _coordinator = cluster.Coordinator!;
    private readonly SimStore _store = cluster.Store!;

    /// <param name="every">Makes something strike at a rate.</param>
    /// <param name="downtime">Draws how long a process stays down.</param>
    public void Start(Action<double, Action> every, Func<TimeSpan> downtime)
    {
        _coordinator.LostAnswerRate = plan.LostAnswerRate;
        _store.ResetRate = plan.StoreResetRate;
        every(plan.LeaderCrashesPerMinute, () => cluster.Bounce(Leader(), downtime()));
        every(plan.LeaderPausesPerMinute, () => Leader().Pause(random.Between(TimeSpan.FromSeconds(0.5), cluster.Plan.SessionTimeout * 3)));
        every(plan.TerminationsPerMinute, () => Terminate(downtime()));
        every(plan.AbdicationsPerMinute, () => (Leader() as ISeat)?.StepDown());
        every(plan.SessionExpiriesPerMinute, () => _coordinator.Expire(Candidate().Name));
        every(plan.CoordinatorResetsPerMinute, () => _coordinator.Disconnect(random.Pick(cluster.Network.Hosts).Name));
        every(plan.CoordinatorOutagesPerMinute, () => Outage(_coordinator.Stop, _coordinator.Start));
        every(plan.CoordinatorCutsPerMinute, () => Cut(Candidate().Name, SimCoordinator.HostName));
        every(plan.StoreOutagesPerMinute, () => Outage(_store.Stop, _store.Start));
        every(plan.StoreCutsPerMinute, () => Cut(Candidate().Name, SimStore.HostName));
        every(plan.SlowStoresPerMinute, SlowStore);
        every(plan.FullStoresPerMinute, FillStore);
        every(plan.DriftsPerMinute, Drift);
    }

    public void Stop()
    {
        _coordinator.LostAnswerRate = 0;
        _coordinator.Start();
        _store.ResetRate = 0;
        _store.IsFull = false;
        _store.CommitMean = SimStore.UsualCommitMean;
        _store.Start();
    }

    private ISeat Candidate() => random.Pick(cluster.Seats.ToList());

    /// <summary>Whoever leads of an elected part.</summary>
    private SimProcess Leader()
    {
        var leaders = new List<SimProcess>();
        Add(cluster.Masters);
        Add(cluster.AppsRole);
        Add(cluster.BatchRole);
        return random.Pick(leaders);

        void Add<TMessage>(SimRole<TMessage> role) where TMessage : class
        {
            if (role.IsElected)
            {
                leaders.Add(role.LeadingProcess);
            }
        }
    }

    private void Terminate(TimeSpan down)
    {
        var process = Leader();
        if (process is ISeat seat && process.IsUp)
        {
            var life = process.Life;
            seat.Terminate();
            // It may take a while to end, and may be killed for it.
            cluster.World.Schedule(TimeSpan.FromSeconds(10), null, () =>
            {
                if (process.Life == life)
                {
                    process.Crash("it did not end in time");
                }
            });
            cluster.StartLater(process, TimeSpan.FromSeconds(10) + down);
        }
    }

    private void Outage(Action stop, Action start)
    {
        stop();
        cluster.World.Schedule(random.Chance(0.7)
            ? random.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30))
            : random.Between(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(3)), null, start);
    }

    private void Cut(string one, string other)
    {
        var duration = random.Between(TimeSpan.FromSeconds(1), cluster.Plan.SessionTimeout * 3);
        switch (random.Next(3))
        {
            case 0:
                cluster.Network.Link(one, other).Cut(duration);
                break;
            case 1:
                cluster.Network.Link(other, one).Cut(duration);
                break;
            default:
                cluster.Network.Cut(one, other, duration);
                break;
        }
    }

    private void SlowStore()
    {
        _store.CommitMean = random.Between(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));
        cluster.World.Note("the store becomes slow");
        cluster.World.Schedule(random.Between(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1)), null,
            () => _store.CommitMean = SimStore.UsualCommitMean);
    }

    private void FillStore()
    {
        _store.IsFull = true;
        cluster.World.Note("the store is full");
        cluster.World.Schedule(random.Between(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1)), null, () => _store.IsFull = false);
    }

    private void Drift()
    {
        var process = random.Pick(cluster.Processes);
        process.Clock.Drift = (random.NextDouble() - 0.5) / 100;
        cluster.World.Note($"{process.Name}'s clocks drift");
    }
}
