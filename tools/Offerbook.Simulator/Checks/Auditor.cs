using Offerbook.Actors;
using Offerbook.Agent;
using Offerbook.Apps.Core;
using Offerbook.Batch.Core;
using Offerbook.Batch.Events;
using Offerbook.Master;
using Offerbook.Simulator.Checks.Kinds;
using Offerbook.Simulator.Checks.Promises;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Workload;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// All that is checked in a run. Most checks listen and fail at the very step that breaks them; the cheap ones look after every
/// step, the deep ones (walks over whole states) every few virtual seconds.
/// </summary>
public sealed class Auditor
{
    private const int FoldsShared = 4;

    private readonly SimCluster _cluster;
    private readonly Bounds _bounds;
    private readonly List<Action> _folds = [];
    private int _nextFold;
    private readonly AppsLedger _apps;
    private readonly Convergence _convergence;
    private readonly List<SubscriberLedger> _subscribers = [];
    private readonly StandingOrders _operators = new();
    private readonly List<MasterTurns> _masters = [];
    private readonly TaskHistory _batchTasks = new("batch");

    /// <param name="promises">What clients asked of the deployments of apps; null: nothing is known of it.</param>
    /// <param name="isDisturbed">Whether a fault has struck lately; null: nobody knows.</param>
    public Auditor(SimCluster cluster, IReadOnlyList<AppRecord> apps, IReadOnlyList<JobRequest> jobs, AppPromises? promises = null,
        Func<bool>? isDisturbed = null)
    {
        _cluster = cluster;
        _bounds = new Bounds(cluster);
        Offers = new OfferLedger(cluster.Masters.Nodes);
        Machines = new MachineLedger(cluster, Offers);
        Pods = new PodLedger(cluster);
        Jobs = new JobsLedger(cluster, jobs);
        foreach (var master in cluster.Masters.Nodes)
        {
            Watch(cluster, master);
        }
        _apps = new AppsLedger(cluster, apps);
        var health = new HealthTruth(cluster, isDisturbed ?? (() => true));
        foreach (var node in cluster.AppsRole.Nodes)
        {
            _ = new HealthCapacity(node, promises ?? new AppPromises(), health);
            node.Received += message =>
            {
                if (message is AppsMessage.MasterSignalled signalled && IsNewest(node))
                {
                    AppsTasks.Hear(signalled.Signal);
                }
            };
            _folds.Add(new FoldCheck<AppsMessage>(node,
                (recovery, _) => AppsCore.Fold(cluster.AppsSettings(node.Name), recovery), core => ((AppsCore)core).CaptureState()).Check);
        }
        _ = new DependencyOrder(cluster, promises ?? new AppPromises());
        foreach (var node in cluster.BatchRole.Nodes)
        {
            node.Received += message =>
            {
                if (message is BatchMessage.MasterSignalled signalled && IsNewest(node))
                {
                    _batchTasks.Hear(signalled.Signal);
                }
            };
            _folds.Add(new FoldCheck<BatchMessage>(node, (recovery, now) =>
            {
                var fold = cluster.NewBatch(node.Name, new SeededRandom(0));
                fold.Recover(recovery, now, new Effects());
                return Capture(fold);
            }, core => Capture((BatchCore)core)).Check);
        }
        if (cluster.Store is { } store)
        {
            Store = new StoreLedger(store);
            _ = new SilenceLedger(cluster);
            Elections = new ElectionLedger(cluster);
        }
        _ = new KillLedger(cluster);
        _ = new FormatLedger(cluster);
        Volumes = new VolumeLedger(cluster, new NewestApps(cluster));
        Daemons = new DaemonLedger(cluster, promises ?? new AppPromises());
        RunOnce = new RunOnceLedger(cluster);
        Looks = new LookLedger(cluster);
        _convergence = new Convergence(cluster);
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

    /// <summary>What somebody still hears whom another has taken over from is no part of the framework's story.</summary>
    private static bool IsNewest<TMessage>(SimNode<TMessage> node) where TMessage : class => node.Holder?.IsNewest != false;

    private void Watch(SimCluster cluster, SimNode<MasterMessage> master)
    {
        _ = new BookLedger(master);
        _subscribers.Add(new SubscriberLedger(cluster.World, master));
        var turns = new MasterTurns(master);
        _ = new RefusalLedger(turns, master);
        _ = new RoleLedger(turns);
        _ = new AgentLedger(turns, master, _operators);
        _ = new QuotaLedger(turns, master, _operators);
        turns.Ordered += Jobs.GiveUp;
        turns.Ordered += call =>
        {
            // What one takes that has been deposed without knowing it, as with what had piled up before it while it stood still, is in
            // force nowhere.
            if (IsNewest(master))
            {
                _operators.Order(call);
            }
        };
        turns.Unsettled += _operators.Doubt;
        _masters.Add(turns);
        master.Started += () => _masters.FindAll(other => other != turns).ForEach(other => other.Unsettle());
        _folds.Add(new FoldCheck<MasterMessage>(master,
            (recovery, _) => MasterCore.Fold(cluster.MasterSettings(master.Name), recovery), core =>
                ((MasterCore)core).CaptureState()).Check);
    }

    private static byte[] Capture(BatchCore core) => BatchJournal.Write(core.State.ToSnapshot()).Payload.ToArray();

    public JobsLedger Jobs { get; }

    public OfferLedger Offers { get; }

    /// <summary>What the shared store was seen to do; null in a cluster that has none.</summary>
    public StoreLedger? Store { get; }

    /// <summary>Null in a cluster without elections.</summary>
    public ElectionLedger? Elections { get; }

    public MachineLedger Machines { get; }

    public PodLedger Pods { get; }

    public VolumeLedger Volumes { get; }

    public DaemonLedger Daemons { get; }

    public RunOnceLedger RunOnce { get; }

    public LookLedger Looks { get; }

    public TaskHistory AppsTasks { get; } = new("apps");

    public long Updates => AppsTasks.Updates;

    public EventAccount Events => _apps.Events;

    public long DeploymentsFinished => _apps.DeploymentsFinished;

    /// <summary>How many connections there may be at once.</summary>
    public int MaxConnections
    {
        set => _bounds.MaxExchanges = value;
    }

    public void CheckCheap() => _bounds.Check();

    /// <param name="everything">
    /// Whether every journal is folded. To fold one costs more than all other checks: else one in <see cref="FoldsShared"/> is, each in
    /// turn.
    /// </param>
    public void CheckDeep(bool everything)
    {
        foreach (var master in _cluster.Masters.Nodes)
        {
            (master.Core as MasterCore)?.CheckInvariants();
        }
        foreach (var apps in _cluster.AppsRole.Nodes)
        {
            (apps.Core as AppsCore)?.CheckInvariants();
        }
        foreach (var machine in _cluster.Machines)
        {
            (machine.Agent.Core as AgentCore)?.CheckInvariants();
        }
        for (var i = everything ? 0 : _nextFold; i < _folds.Count; i += everything ? 1 : FoldsShared)
        {
            _folds[i]();
        }
        _nextFold = (_nextFold + 1) % FoldsShared;
        _subscribers.ForEach(subscriber => subscriber.Check());
        Elections?.Check();
        Pods.Check();
        RunOnce.Check();
        Looks.Check();
        _apps.Check();
        Jobs.Check();
    }

    /// <summary>Null when the cluster is at rest in the state that its clients asked for; else what is missing.</summary>
    public string? WhyNotConverged() =>
        Jobs.WhyNotEnded() ?? _convergence.WhyNot() ?? Daemons.WhyNot() ?? Volumes.WhyNot() ?? _apps.WhyNotAsPromised();
}
