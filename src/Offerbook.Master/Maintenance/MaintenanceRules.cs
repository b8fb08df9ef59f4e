using System.Net;
using System.Net.Sockets;
using Mesos.V1;
using Mesos.V1.Maintenance;
using Offerbook.Master.Registry;
using Offerbook.Wire.Json;

namespace Offerbook.Master.Maintenance;

/// <summary>
/// What schedules and lists of machines must look like, and which changes of mode there are. The texts are those that clients know.
/// </summary>
internal static class MaintenanceRules
{
    /// <returns>What is wrong, or null.</returns>
    public static string? Check(Schedule schedule, OperatorState state)
    {
        var named = new HashSet<MachineKey>();
        foreach (var window in schedule.Windows)
        {
            if (window.MachineIds.Count == 0)
            {
                return "List of machines in the maintenance window is empty";
            }
            if (window.Unavailability.Duration is { Nanoseconds: < 0 })
            {
                return "Unavailability 'duration' is negative";
            }
            if (Check(window.MachineIds, named) is { } invalid)
            {
                return invalid;
            }
        }
        var dropped = state.Machines.FirstOrDefault(machine => machine.Value.Mode == MachineInfo.Types.Mode.Down
            && !named.Contains(machine.Key));
        return dropped.Value is null ? null : $"{Name(dropped.Value.Id)} is deactivated and cannot be removed from the schedule";
    }

    /// <summary>Whether these machines may go from one mode to another.</summary>
    public static string? Check(IReadOnlyCollection<MachineID> machines, OperatorState state, MachineInfo.Types.Mode from)
    {
        if (machines.Count == 0)
        {
            return "List of machines is empty";
        }
        if (Check(machines, []) is { } invalid)
        {
            return invalid;
        }
        foreach (var machine in machines)
        {
            if (!state.TryGet(MachineKey.Of(machine), out var scheduled))
            {
                return $"{Name(machine)} is not part of a maintenance schedule";
            }
            if (scheduled.Mode != from)
            {
                return from == MachineInfo.Types.Mode.Draining
                    ? $"{Name(machine)} is not in DRAINING mode and cannot be brought down"
                    : $"{Name(machine)} is not in DOWN mode and cannot be brought up";
            }
        }
        return null;
    }

    public static string Name(MachineID machine) => $"Machine '{MesosJson.ToText(machine)}'";

    private static string? Check(IEnumerable<MachineID> machines, HashSet<MachineKey> named)
    {
        foreach (var machine in machines)
        {
            if (machine.Hostname.Length == 0 && machine.Ip.Length == 0)
            {
                return "Both 'hostname' and 'ip' for a machine are empty";
            }
            if (machine.Ip.Length > 0 && !(IPAddress.TryParse(machine.Ip, out var ip) && ip.AddressFamily == AddressFamily.InterNetwork))
            {
                return "Failed to parse IPv4: " + machine.Ip;
            }
            if (!named.Add(MachineKey.Of(machine)))
            {
                return $"{Name(machine)} appears more than once in the schedule";
            }
        }
        return null;
    }
}
