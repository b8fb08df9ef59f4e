using Mesos.V1;
using Mesos.V1.Allocator;
using Mesos.V1.Maintenance;
using Offerbook.Master.Allocation;
using Offerbook.Master.Registry;

namespace Offerbook.Master.Maintenance;

/// <summary>
/// The scheduled machines by mode, with what frameworks answered when they were asked to leave. Costs as much as there are such machines
/// and agents.
/// </summary>
internal static class MaintenanceStatus
{
    public static ClusterStatus Of(ClusterState cluster)
    {
        var status = new ClusterStatus();
        var draining = new Dictionary<MachineKey, ClusterStatus.Types.DrainingMachine>();
        foreach (var (key, machine) in cluster.Registry.Operators.Machines)
        {
            if (machine.Mode == MachineInfo.Types.Mode.Down)
            {
                status.DownMachines.Add(machine.Id);
            }
            else
            {
                var shown = new ClusterStatus.Types.DrainingMachine { Id = machine.Id };
                draining.Add(key, shown);
                status.DrainingMachines.Add(shown);
            }
        }
        foreach (var id in cluster.ScheduledAgents)
        {
            if (cluster.Agents.Find(id) is { } agent && draining.TryGetValue(Unavailabilities.MachineOf(agent), out var machine))
            {
                machine.Statuses.Add(cluster.Allocator.InverseOfferAnswers(id).Select(Show));
            }
        }
        return status;
    }

    private static InverseOfferStatus Show(InverseOfferAnswer answer) => new()
    {
        Status = answer.Accepted ? InverseOfferStatus.Types.Status.Accept : InverseOfferStatus.Types.Status.Decline,
        FrameworkId = answer.Framework.ToProto(),
        Timestamp = new TimeInfo { Nanoseconds = Times.ToNanoseconds(answer.Answered) },
    };
}
