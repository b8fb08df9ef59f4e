using Mesos.V1;
using Mesos.V1.Maintenance;
using Offerbook.Master.Agents;
using Offerbook.Master.Calls;
using Offerbook.Master.Registry;
using Offerbook.Wire.Identity;
using Offerbook.Wire.Registry;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Maintenance;

/// <summary>
/// Machines from up over draining (they are in the schedule) to down and up again. Agents of a machine that goes down are shut
/// down and removed; while it is down none can register from it.
/// </summary>
internal sealed class MaintenanceCalls(ClusterState cluster, Unavailabilities unavailabilities, AgentLoss loss) : IOperatorArea
{
    public IReadOnlyList<Type> Types { get; } = [Type.UpdateMaintenanceSchedule, Type.StartMaintenance, Type.StopMaintenance];

    public void Handle(in Turn turn, MasterMessage.OperatorCallReceived message)
    {
        var call = message.Call;
        var invalid = call.Type switch
        {
            Type.UpdateMaintenanceSchedule => Update(turn, call.UpdateMaintenanceSchedule.Schedule),
            Type.StartMaintenance => Start(turn, call.StartMaintenance.Machines),
            _ => Stop(turn, call.StopMaintenance.Machines),
        };
        turn.Answer(message.Connection, invalid is null ? 200 : 400, invalid ?? "");
    }

    private string? Update(in Turn turn, Schedule schedule)
    {
        if (MaintenanceRules.Check(schedule, cluster.Registry.Operators) is { } invalid)
        {
            return invalid;
        }
        cluster.Registry.Record(turn, new MaintenanceScheduled { Schedule = schedule });
        unavailabilities.Refresh(turn);
        return null;
    }

    private string? Start(in Turn turn, IReadOnlyCollection<MachineID> machines)
    {
        if (MaintenanceRules.Check(machines, cluster.Registry.Operators, MachineInfo.Types.Mode.Draining) is { } invalid)
        {
            return invalid;
        }
        var started = new MaintenanceStarted();
        started.Machines.Add(machines);
        cluster.Registry.Record(turn, started);
        var down = machines.Select(MachineKey.Of).ToHashSet();
        foreach (var agent in cluster.Agents.Where(agent => down.Contains(Unavailabilities.MachineOf(agent))).ToList())
        {
            agent.Send(turn, AgentEvents.Shutdown("Operator initiated 'Machine DOWN'"));
            loss.Remove(turn, agent, "Operator initiated 'Machine DOWN'");
        }
        return null;
    }

    private string? Stop(in Turn turn, IReadOnlyCollection<MachineID> machines)
    {
        if (MaintenanceRules.Check(machines, cluster.Registry.Operators, MachineInfo.Types.Mode.Down) is { } invalid)
        {
            return invalid;
        }
        var stopped = new MaintenanceStopped();
        stopped.Machines.Add(machines);
        cluster.Registry.Record(turn, stopped);
        return null;
    }
}
