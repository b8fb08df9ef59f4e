using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Mesos.V1;
using Mesos.V1.Maintenance;
using Mesos.V1.Quota;
using Offerbook.Wire.Identity;
using Offerbook.Wire.Registry;

namespace Offerbook.Master.Registry;

/// <summary>
/// The part of the registry that operators decide: who gets no offers, quotas, weights, maintenance. Like all of the registry it is
/// the fold of its events. The messages in it are never changed in place: views share them.
/// </summary>
internal sealed class OperatorState
{
    /// <summary>Agents, registered or not, that get no offers.</summary>
    public SortedDictionary<AgentId, DeactivatedAgent> Deactivated { get; } = [];

    /// <summary>By role; roles with the default quota are not in it.</summary>
    public SortedDictionary<string, QuotaConfig> Quotas { get; } = new(StringComparer.Ordinal);

    /// <summary>By role, as they were set; others weigh 1.</summary>
    public SortedDictionary<string, WeightInfo> Weights { get; } = new(StringComparer.Ordinal);

    /// <summary>Empty when nothing is scheduled.</summary>
    public Schedule Schedule { get; private set; } = new();

    /// <summary>The machines of the schedule with the time in which each is not available.</summary>
    public SortedDictionary<MachineKey, ScheduledMachine> Machines { get; } = [];

    public bool IsDraining(AgentId agent) =>
        Deactivated.TryGetValue(agent, out var held) && held.DrainInfo?.State == DrainState.Draining;

    /// <summary>Grows with every change.</summary>
    public long Version { get; private set; }

    /// <returns>Whether the event is one of this part.</returns>
    public bool Apply(IMessage @event)
    {
        Version++;
        switch (@event)
        {
            case AgentDrainStarted started:
                Deactivated[AgentId.From(started.AgentId)] = new DeactivatedAgent
                {
                    AgentId = started.AgentId,
                    DrainInfo = new DrainInfo { State = DrainState.Draining, Config = started.Config },
                    DrainStartedTime = started.StartedTime,
                };
                return true;
            case AgentDrained drained:
                var held = Deactivated[AgentId.From(drained.AgentId)].Clone();
                held.DrainInfo.State = DrainState.Drained;
                Deactivated[AgentId.From(drained.AgentId)] = held;
                return true;
            case AgentDeactivated deactivated:
                Deactivated.TryAdd(AgentId.From(deactivated.AgentId), new DeactivatedAgent { AgentId = deactivated.AgentId });
                return true;
            case AgentReactivated reactivated:
                Deactivated.Remove(AgentId.From(reactivated.AgentId));
                return true;
            case QuotasUpdated updated:
                foreach (var config in updated.Configs)
                {
                    Set(config);
                }
                return true;
            case WeightsUpdated updated:
                foreach (var weight in updated.WeightInfos)
                {
                    Weights[weight.Role] = weight;
                }
                return true;
            case MaintenanceScheduled scheduled:
                Replace(scheduled.Schedule);
                return true;
            case MaintenanceStarted started:
                foreach (var machine in started.Machines)
                {
                    Machines[MachineKey.Of(machine)] = Machines[MachineKey.Of(machine)] with { Mode = MachineInfo.Types.Mode.Down };
                }
                return true;
            case MaintenanceStopped stopped:
                Drop(stopped.Machines.Select(MachineKey.Of).ToHashSet());
                return true;
            default:
                return false;
        }
    }

    /// <summary>The agent will never be heard of again.</summary>
    public void Forget(AgentId agent) => Deactivated.Remove(agent);

    public bool TryGet(MachineKey machine, [MaybeNullWhen(false)] out ScheduledMachine scheduled) =>
        Machines.TryGetValue(machine, out scheduled);

    public void WriteTo(RegistrySnapshot snapshot)
    {
        snapshot.DeactivatedAgents.Add(Deactivated.Values);
        snapshot.Quotas.Add(Quotas.Values);
        snapshot.Weights.Add(Weights.Values);
        snapshot.MaintenanceSchedule = Schedule;
        snapshot.DownMachines.Add(
            Machines.Values.Where(machine => machine.Mode == MachineInfo.Types.Mode.Down).Select(machine => machine.Id));
    }

    public void ReadFrom(RegistrySnapshot snapshot)
    {
        foreach (var agent in snapshot.DeactivatedAgents)
        {
            Deactivated[AgentId.From(agent.AgentId)] = agent;
        }
        foreach (var quota in snapshot.Quotas)
        {
            Quotas[quota.Role] = quota;
        }
        foreach (var weight in snapshot.Weights)
        {
            Weights[weight.Role] = weight;
        }
        Replace(snapshot.MaintenanceSchedule ?? new Schedule());
        Apply(new MaintenanceStarted { Machines = { snapshot.DownMachines } });
    }

    private void Set(QuotaConfig config)
    {
        if (config.Guarantees.Count == 0 && config.Limits.Count == 0)
        {
            Quotas.Remove(config.Role);
        }
        else
        {
            Quotas[config.Role] = config;
        }
    }

    private void Replace(Schedule schedule)
    {
        var before = Machines.ToDictionary();
        Machines.Clear();
        foreach (var window in schedule.Windows)
        {
            foreach (var id in window.MachineIds)
            {
                var key = MachineKey.Of(id);
                var mode = before.TryGetValue(key, out var known) ? known.Mode : MachineInfo.Types.Mode.Draining;
                Machines[key] = new ScheduledMachine(id, window.Unavailability, mode);
            }
        }
        Schedule = schedule;
    }

    private void Drop(HashSet<MachineKey> machines)
    {
        var schedule = Schedule.Clone();
        for (var w = schedule.Windows.Count - 1; w >= 0; w--)
        {
            var ids = schedule.Windows[w].MachineIds;
            for (var m = ids.Count - 1; m >= 0; m--)
            {
                if (machines.Contains(MachineKey.Of(ids[m])))
                {
                    ids.RemoveAt(m);
                }
            }
            if (ids.Count == 0)
            {
                schedule.Windows.RemoveAt(w);
            }
        }
        Replace(schedule);
    }
}

/// <summary>A machine of the maintenance schedule, on its way to being down or down.</summary>
/// <param name="Id">As the operator wrote it.</param>
internal sealed record ScheduledMachine(MachineID Id, Unavailability Unavailability, MachineInfo.Types.Mode Mode);

/// <summary>What makes two machine ids the same machine: the hostname in lower case, and the address. Either may be empty.</summary>
internal readonly record struct MachineKey(string Hostname, string Ip) : IComparable<MachineKey>
{
    public static MachineKey Of(MachineID id) => new(id.Hostname.ToLowerInvariant(), id.Ip);

    public int CompareTo(MachineKey other) =>
        string.CompareOrdinal(Hostname, other.Hostname) is var byHost and not 0 ? byHost : string.CompareOrdinal(Ip, other.Ip);
}
