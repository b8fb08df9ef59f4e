using Offerbook.Client.Scheduling;
using Offerbook.Simulator.Adapters;
using Offerbook.Simulator.Checks;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Nodes;

namespace Offerbook.Simulator.Workload.Wild;

/// <summary>A wild scheduler on a machine of its own, which never dies.</summary>
public sealed class WildFramework
{
    private readonly SimNode<WildMessage> _node;
    private readonly TaskHistory _history;

    /// <param name="operates">Whether it also reserves resources and makes volumes.</param>
    public WildFramework(SimCluster cluster, string name, bool operates)
    {
        var host = cluster.Network.AddHost(name);
        _history = new TaskHistory(name);
        var port = new SchedulerPort(cluster.Network, name, cluster.FindMaster(name), Signal);
        _node = new SimNode<WildMessage>(name, cluster.World, random => new WildScheduler(name, random, operates),
            effect => port.Perform(effect), null);
        host.Process = _node;
        _node.Started += port.Start;
    }

    public long Updates => _history.Updates;

    public bool IsDone => ((WildScheduler)_node.Core!).LiveTasks == 0;

    public string Name => _node.Name;

    public void Start()
    {
        _node.Start();
        _node.TryPost(new WildMessage.Begin());
    }

    public void Stop() => _node.TryPost(new WildMessage.Finish());

    private void Signal(SchedulerSignal signal)
    {
        _history.Hear(signal);
        _node.TryPost(new WildMessage.MasterSignalled(signal));
    }
}
