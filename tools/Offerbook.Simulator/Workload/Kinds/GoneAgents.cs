using Mesos.V1.Master;
using Offerbook.Agent;
using Offerbook.Simulator.Cluster;
using Offerbook.Wire.Identity;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Simulator.Workload.Kinds;

/// <summary>
/// An operator who knows which disks were replaced. Instances with volumes wait for their agent, however long; that an agent will not
/// come back only an operator can say.
/// </summary>
internal sealed class GoneAgents(SimCluster cluster)
{
    private readonly OperatorClient _client = new(cluster);
    private bool _isAsking;

    /// <summary>Gives up one agent that instances wait for and that no machine is any more.</summary>
    public void Tell()
    {
        if (_isAsking || cluster.AppsCore is not { } apps)
        {
            return;
        }
        var present = cluster.Machines.Select(machine => (machine.Agent.Core as AgentCore)?.View().Id).ToList();
        if (present.Any(id => id is null))
        {
            return;
        }
        var gone = apps.State.Instances.All.Select(instance => instance.Reservation?.Agent).OfType<AgentId>()
            .FirstOrDefault(agent => !present.Contains(agent));
        if (gone != default)
        {
            _isAsking = true;
            _client.Send(new Call { Type = Type.MarkAgentGone, MarkAgentGone = new Call.Types.MarkAgentGone { AgentId = gone.ToProto() } },
                _ => _isAsking = false);
        }
    }
}
