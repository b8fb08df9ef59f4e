using Offerbook.Actors;
using Offerbook.Agent;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Resources;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Machines;
using Offerbook.Simulator.Workload.Kinds;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Checks.Kinds;

/// <summary>
/// Watches the volumes of resident apps on the machines' disks: a task begins only where its instance's volumes are, and always with
/// the same ones; no two tasks run on one volume; none is removed while its instance has it; none is left when its instance is gone,
/// and nothing reserved. A disk that is replaced takes its volumes along.
/// </summary>
public sealed class VolumeLedger
{
    private const string InstanceLabel = "marathon_task_id";

    /// <summary>Where volumes of the role lie.</summary>
    private const string Directory = "volumes/roles/" + AppKinds.ResidentRole + "/";

    private readonly SimCluster _cluster;
    private readonly NewestApps _apps;

    /// <summary>Which volumes of which machine each instance has begun with.</summary>
    private readonly Dictionary<InstanceId, (SimMachine Machine, string Volumes)> _homes = [];

    public VolumeLedger(SimCluster cluster, NewestApps apps)
    {
        (_cluster, _apps) = (cluster, apps);
        foreach (var machine in cluster.Machines)
        {
            machine.Containers.Began += container => Begin(machine, container);
            machine.Volumes.Removing += directory => Remove(machine, directory);
            machine.Volumes.Wiped += () =>
            {
                foreach (var instance in _homes.Where(home => home.Value.Machine == machine).Select(home => home.Key).ToList())
                {
                    _homes.Remove(instance);
                }
            };
        }
    }

    /// <summary>Tasks that began on volumes which an earlier task of their instance had.</summary>
    public int Returns { get; private set; }

    private void Begin(SimMachine machine, SimContainer container)
    {
        if (!InstanceId.TryParseTask(container.Task.Value, out var instance, out _) || !AppKinds.IsResident(instance.App))
        {
            return;
        }
        Invariant.Check(container.Volumes.Count == (instance.App.ToString() == AppKinds.Residents[0] ? 1 : 2),
            $"I23: {container.Task} runs on {container.Volumes.Count} volumes");
        foreach (var volume in container.Volumes)
        {
            Invariant.Check(machine.Volumes.Find(volume) is not null,
                $"I23: {container.Task} runs on {volume}, which {machine.Name} does not have");
            var other = machine.Containers.All.FirstOrDefault(other => other != container && other.IsRunning
                && other.Volumes.Contains(volume));
            Invariant.Check(other is null, $"I23: {container.Task} and {other?.Task} both run on {volume} of {machine.Name}");
        }
        var home = (machine, string.Join(' ', container.Volumes.Select(volume => $"{volume} ({machine.Volumes.Find(volume)})")));
        if (!_homes.TryAdd(instance, home))
        {
            var before = _homes[instance];
            Invariant.Check(before == home,
                $"I23: {container.Task} runs on {home.Item2} of {machine.Name}, and its instance has {before.Volumes} of {before.Machine.Name}");
            Returns++;
        }
    }

    private void Remove(SimMachine machine, string directory)
    {
        if (directory.StartsWith(Directory, StringComparison.Ordinal) && _apps.State is { } state)
        {
            var owner = OwnerOf(state, directory[Directory.Length..]);
            Invariant.Check(owner is null or { Goal: Goal.Decommissioned },
                $"I23: {machine.Name} removes {directory}, which {owner?.Id} has");
            var user = machine.Containers.All.FirstOrDefault(container => container.IsRunning && container.Volumes.Contains(directory));
            Invariant.Check(user is null, $"I23: {machine.Name} removes {directory}, on which {user?.Task} runs");
        }
    }

    /// <summary>Null when every volume and every reservation has its instance, and every instance its volumes.</summary>
    public string? WhyNot()
    {
        if (_cluster.AppsCore?.State is not { } state)
        {
            return "Apps is down";
        }
        var agents = new Dictionary<AgentId, SimMachine>();
        foreach (var machine in _cluster.Machines)
        {
            var agent = ((AgentCore)machine.Agent.Core!).View();
            agents[agent.Id!.Value] = machine;
            foreach (var volume in machine.Volumes.All.Where(volume => volume.StartsWith(Directory, StringComparison.Ordinal)))
            {
                if (OwnerOf(state, volume[Directory.Length..])?.Reservation?.Agent != agent.Id)
                {
                    return $"I23: {machine.Name} keeps {volume}, and no instance has it";
                }
            }
            foreach (var entry in agent.Total)
            {
                if (LabelOf(entry) is { } id && state.Instances.Find(new InstanceId(id))?.Reservation?.Agent != agent.Id)
                {
                    return $"I23: {machine.Name} keeps {entry} for {id}, which does not have it";
                }
            }
        }
        foreach (var instance in state.Instances.All.Where(instance => instance is { Reservation: not null, Incarnation: > 0 }))
        {
            var held = instance.Reservation!;
            if (!agents.TryGetValue(held.Agent, out var machine)
                || held.Volumes.Any(volume => machine.Volumes.Find(Directory + volume.PersistenceId) is null))
            {
                return $"I23: {instance.Id} has lost its volumes on {held.Location.Host}";
            }
        }
        return null;
    }

    private static string? LabelOf(ResourceEntry entry)
    {
        foreach (var (key, value) in entry.Kind.ReservationRole == AppKinds.ResidentRole && entry.Kind.Reservations.Top?.Labels is { } set ? set.Labels : [])
        {
            if (key == InstanceLabel)
            {
                return value;
            }
        }
        return null;
    }

    private static Instance? OwnerOf(AppsState state, string persistenceId) =>
        state.Instances.All.FirstOrDefault(instance =>
            instance.Reservation?.Volumes.Any(volume => volume.PersistenceId == persistenceId) == true);
}
