using Mesos.V1;
using Mesos.V1.Maintenance;
using Offerbook.Master.Registry;

namespace Offerbook.Master.Operator.Views;

/// <summary>Takes <see cref="OperatorView"/>s. Costs as much as there are quotas, weights and scheduled machines.</summary>
internal static class OperatorViews
{
    public static OperatorView Of(OperatorState state) =>
        new([.. state.Quotas.Values], [.. state.Weights.Values], state.Schedule, Status(state));

    private static ClusterStatus Status(OperatorState state)
    {
        var status = new ClusterStatus();
        foreach (var machine in state.Machines.Values)
        {
            if (machine.Mode == MachineInfo.Types.Mode.Down)
            {
                status.DownMachines.Add(machine.Id);
            }
            else
            {
                status.DrainingMachines.Add(new ClusterStatus.Types.DrainingMachine { Id = machine.Id });
            }
        }
        return status;
    }
}
