using Offerbook.Agent;
using Offerbook.Apps.Core;
using Offerbook.Master;
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

    public Auditor(SimCluster cluster, IReadOnlyList<AppRecord> apps)
    {
        _cluster = cluster;
        _bounds = new Bounds(cluster);
        Offers = new OfferLedger(cluster.Master);
        Machines = new MachineLedger(cluster, Offers);
        _apps = new AppsLedger(cluster, apps);
        _convergence = new Convergence(cluster);
        cluster.Apps.Received += message =>
        {
            if (message is AppsMessage.MasterSignalled signalled)
            {
                AppsTasks.Hear(signalled.Signal);
            }
        };
        foreach (var machine in cluster.Machines)
        {
            _folds.Add(new FoldCheck<AgentMessage>(machine.Agent, machine.NewAgent, core => ((AgentCore)core).CaptureState()).Check);
        }
    }

    public OfferLedger Offers { get; }

    public MachineLedger Machines { get; }

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
        _apps.Check();
    }

    /// <summary>Null when the cluster is at rest in the state that its clients asked for; else what is missing.</summary>
    public string? WhyNotConverged() => _convergence.WhyNot() ?? _apps.WhyNotAsPromised();
}
