using Offerbook.Actors;
using Offerbook.Agent;
using Offerbook.Agent.Containers;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Resources;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Machines;
using Offerbook.Simulator.Workload.Kinds;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Checks.Kinds;

/// <summary>
/// Watches the volumes of resident apps and pods on the machines' disks: a task begins only where its instance's volumes are, and
/// always with the same ones; no two tasks run on one volume; none is removed while its instance has it; none is left when its
/// instance is gone, and nothing reserved. A disk that is replaced takes its volumes along. A pod's volumes are those of the container
/// around its tasks', which each see them there.
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

    /// <summary>Of these, such as were of pods.</summary>
    public int PodReturns { get; private set; }

    private void Begin(SimMachine machine, SimContainer container)
    {
        if (InstanceOf(container) is not { } instance || !AppKinds.IsResident(instance.App))
        {
            return;
        }
        if (AppKinds.IsResidentPod(instance.App) && !container.IsHolder)
        {
            BeginWithin(machine, container, instance);
            return;
        }
        Invariant.Check(container.Volumes.Count == (instance.App.ToString() == AppKinds.Residents[1] ? 2 : 1),
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
            PodReturns += container.IsHolder ? 1 : 0;
        }
    }

    private static void BeginWithin(SimMachine machine, SimContainer container, InstanceId instance)
    {
        var around = machine.Containers.All.FirstOrDefault(other => other.IsHolder && container.Id.IsWithin(other.Id));
        Invariant.Check(around is not null && InstanceOf(around) == instance,
            $"I23: {container.Task} begins in {around?.Task.Value ?? "nothing"}, which is not its instance's");
        Invariant.Check(container.Spec.Volumes.Any(volume => volume.Source is VolumeSource.InSandbox { Path: ResidentPods.Volume } inside
            && inside.Sandbox == around!.Spec.Sandbox), $"I23: {container.Task} does not see the volume of {instance}");
    }

    /// <returns>Null: of no instance of Apps. What the container around a pod's tasks runs goes by the name of its executor.</returns>
    private static InstanceId? InstanceOf(SimContainer container)
    {
        var name = container.Task.Value;
        if (!container.IsHolder)
        {
            return InstanceId.TryParseTask(name, out var instance, out _) ? instance : null;
        }
        const string marker = "instance-";
        var end = name.LastIndexOf('.');
        return name.StartsWith(marker, StringComparison.Ordinal) && end > 0
            ? new InstanceId($"{name[marker.Length..end]}.{marker}{name[(end + 1)..]}") : null;
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
