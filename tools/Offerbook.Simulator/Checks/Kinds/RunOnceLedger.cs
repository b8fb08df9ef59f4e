using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Client.Scheduling;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Machines;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Workload.Kinds;
using AppDefinition = Offerbook.Apps.Specs.AppDefinition;

namespace Offerbook.Simulator.Checks.Kinds;

/// <summary>
/// An instance of a run-once app whose task has ended well is done: no other task of it begins, whatever crashes, and it stays done
/// until a client's request says otherwise. One whose task failed is not done. Excused is a task that Apps had begun to kill, and one
/// whose machine lost its disk, or its power before anybody heard of the end.
/// </summary>
public sealed class RunOnceLedger
{
    private readonly SimCluster _cluster;

    /// <summary>On which machine each instance has ended well.</summary>
    private readonly Dictionary<InstanceId, SimMachine> _ended = [];

    private readonly HashSet<string> _killed = [];

    /// <summary>Ended well, excused or not.</summary>
    private readonly HashSet<InstanceId> _ever = [];

    public RunOnceLedger(SimCluster cluster)
    {
        _cluster = cluster;
        foreach (var machine in cluster.Machines)
        {
            machine.Containers.Began += Begin;
            machine.Containers.Finished += container => End(machine, container);
            machine.Containers.Lost += container =>
            {
                if (InstanceId.TryParseTask(container.Task.Value, out var instance, out _))
                {
                    _ended.Remove(instance);
                }
            };
            machine.Containers.Wiped += () =>
            {
                foreach (var instance in _ended.Where(ended => ended.Value == machine).Select(ended => ended.Key).ToList())
                {
                    _ended.Remove(instance);
                }
            };
        }
        foreach (var apps in cluster.AppsRole.Nodes)
        {
            _ = new Turns(apps);
            apps.Emitted += effect =>
            {
                if (effect is CallMaster { Call: { Type: Call.Types.Type.Kill, Kill: { } kill } })
                {
                    _killed.Add(kill.TaskId.Value);
                }
            };
        }
    }

    /// <summary>Instances that ended well.</summary>
    public int Done => _ever.Count;

    private void Begin(SimContainer container)
    {
        if (InstanceId.TryParseTask(container.Task.Value, out var instance, out _) && AppKinds.IsRunOnce(instance.App))
        {
            Invariant.Check(!_ended.ContainsKey(instance),
                $"I25: {container.Task} begins though an earlier task of its instance has ended well");
        }
    }

    private void End(SimMachine machine, SimContainer container)
    {
        if (container.Exit is ContainerExit.Exited(0) && InstanceId.TryParseTask(container.Task.Value, out var instance, out _)
            && AppKinds.IsRunOnce(instance.App))
        {
            _ever.Add(instance);
            if (!_killed.Contains(container.Task.Value))
            {
                _ended.TryAdd(instance, machine);
            }
        }
    }

    /// <summary>What counts as done was done.</summary>
    public void Check()
    {
        foreach (var app in AppKinds.RunOnce)
        {
            foreach (var instance in _cluster.AppsCore?.State.Instances.Of(PathId.Parse(app)) ?? [])
            {
                Invariant.Check(!instance.IsCompleted || _ever.Contains(instance.Id),
                    $"I25: {instance.Id} counts as done, and no task of it has ended well");
            }
        }
    }

    /// <summary>Compares what is done before and after each turn.</summary>
    private sealed class Turns
    {
        private readonly SimNode<AppsMessage> _apps;
        private AppsState? _before;

        public Turns(SimNode<AppsMessage> apps)
        {
            _apps = apps;
            apps.Received += message => _before = message is AppsMessage.ApiCalled ? null : ((AppsCore)apps.Core!).State;
            apps.TurnEnded += EndTurn;
        }

        private void EndTurn()
        {
            if (_before is { } before && (_apps.Core as AppsCore)?.State is { } after
                && !ReferenceEquals(before.Instances, after.Instances))
            {
                foreach (var id in AppKinds.RunOnce)
                {
                    Compare(before, after, PathId.Parse(id));
                }
            }
            _before = null;
        }

        private static void Compare(AppsState before, AppsState after, PathId id)
        {
            if (after.Root.FindApp(id) is not { } app || before.Root.FindApp(id) != app || before.LockOf(id) is not null)
            {
                return;
            }
            foreach (var done in before.Instances.Of(id).Where(instance => instance.IsCompleted))
            {
                Invariant.Check(after.Instances.Find(done.Id) is { IsCompleted: true },
                    $"I25: {done.Id} was done, and is not any more though nobody asked");
            }
        }
    }
}
