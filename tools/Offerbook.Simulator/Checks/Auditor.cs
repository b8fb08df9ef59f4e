using Offerbook.Actors;
using Offerbook.Agent;
using Offerbook.Apps.Core;
using Offerbook.Batch.Core;
using Offerbook.Batch.Events;
using Offerbook.Master;
using Offerbook.Simulator.Checks.Promises;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Workload;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// All that is checked in a run. Most checks listen and fail at the very step that breaks them; the cheap ones look after every
/// step, the deep ones (walks over whole states) every few virtual seconds.
/// </summary>
public sealed class Auditor
{
    private readonly SimCluster _cluster;
    private readonly Bounds _bounds;
    private readonly List<Action> _folds = [];
    private readonly AppsLedger _apps;
    private readonly Convergence _convergence;
    private readonly TaskHistory _batchTasks = new("batch");

    /// <param name="promises">What clients asked of the deployments of apps; null: nothing is known of it.</param>
    public Auditor(SimCluster cluster, IReadOnlyList<AppRecord> apps, IReadOnlyList<JobRequest> jobs, AppPromises? promises = null)
    {
        _cluster = cluster;
        _bounds = new Bounds(cluster);
        Offers = new OfferLedger(cluster.Master);
        _ = new BookLedger(cluster.Master);
        Machines = new MachineLedger(cluster, Offers);
        Pods = new PodLedger(cluster);
        Subscriber = new SubscriberLedger(cluster.World, cluster.Master);
        var turns = new MasterTurns(cluster.Master);
        Refusals = new RefusalLedger(turns, cluster.Master);
        _ = new RoleLedger(turns);
        _ = new AgentLedger(turns, cluster.Master);
        Quotas = new QuotaLedger(turns, cluster.Master);
        _apps = new AppsLedger(cluster, apps);
        _ = new HealthCapacity(cluster, promises ?? new AppPromises());
        _ = new DependencyOrder(cluster, promises ?? new AppPromises());
        Jobs = new JobsLedger(cluster, jobs);
        turns.Ordered += Jobs.GiveUp;
        cluster.BatchPort.Heard = _batchTasks.Hear;
        _convergence = new Convergence(cluster);
        cluster.Apps.Received += message =>
        {
            if (message is AppsMessage.MasterSignalled signalled)
            {
                AppsTasks.Hear(signalled.Signal);
            }
        };
        _folds.Add(new FoldCheck<MasterMessage>(cluster.Master,
            (recovery, _) => MasterCore.Fold(cluster.MasterSettings, recovery), core => ((MasterCore)core).CaptureState()).Check);
        _folds.Add(new FoldCheck<AppsMessage>(cluster.Apps,
            (recovery, _) => AppsCore.Fold(cluster.AppsSettings, recovery), core => ((AppsCore)core).CaptureState()).Check);
        _folds.Add(new FoldCheck<BatchMessage>(cluster.Batch, (recovery, now) =>
        {
            var fold = cluster.NewBatch(new SeededRandom(0));
            fold.Recover(recovery, now, new Effects());
            return Capture(fold);
        }, core => Capture((BatchCore)core)).Check);
        foreach (var machine in cluster.Machines)
        {
            _folds.Add(new FoldCheck<AgentMessage>(machine.Agent, (recovery, now) =>
            {
                var fold = machine.NewAgent(new SeededRandom(0));
                fold.Recover(recovery, now, new Effects());
                return fold.CaptureState();
            }, core => ((AgentCore)core).CaptureState()).Check);
        }
    }

    private static byte[] Capture(BatchCore core) => BatchJournal.Write(core.State.ToSnapshot()).Payload.ToArray();

    public JobsLedger Jobs { get; }

    public OfferLedger Offers { get; }

    public RefusalLedger Refusals { get; }

    public QuotaLedger Quotas { get; }

    public SubscriberLedger Subscriber { get; }

    public MachineLedger Machines { get; }

    public PodLedger Pods { get; }

    public TaskHistory AppsTasks { get; } = new("apps");

    public long Updates => AppsTasks.Updates;

    public long DeploymentsFinished => _apps.DeploymentsFinished;

    public void CheckCheap() => _bounds.Check();

    public void CheckDeep()
    {
        (_cluster.Master.Core as MasterCore)?.CheckInvariants();
        _cluster.AppsCore?.CheckInvariants();
        foreach (var machine in _cluster.Machines)
        {
            (machine.Agent.Core as AgentCore)?.CheckInvariants();
        }
        foreach (var fold in _folds)
        {
            fold();
        }
        Subscriber.Check();
        Pods.Check();
        _apps.Check();
        Jobs.Check();
    }

    /// <summary>Null when the cluster is at rest in the state that its clients asked for; else what is missing.</summary>
    public string? WhyNotConverged() => Jobs.WhyNotEnded() ?? _convergence.WhyNot() ?? _apps.WhyNotAsPromised();
}
