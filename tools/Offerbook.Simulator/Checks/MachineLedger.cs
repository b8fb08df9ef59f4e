using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Master;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Machines;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// Watches the machines themselves, whatever the cores believe: a task's process starts at most once in the whole cluster, what runs
/// on a machine fits into it, and no two processes have the same port. Tasks of a framework that has been removed do not count
/// against the machine: the master takes their resources back at once, though ending them takes a moment.
/// </summary>
public sealed class MachineLedger
{
    private readonly Dictionary<TaskKey, string> _began = [];
    private readonly SimCluster _cluster;
    private readonly OfferLedger _offers;
    private readonly HashSet<FrameworkId> _removed = [];

    public MachineLedger(SimCluster cluster, OfferLedger offers)
    {
        (_cluster, _offers) = (cluster, offers);
        foreach (var machine in cluster.Machines)
        {
            machine.Containers.Began += container =>
            {
                if (container.Script.IsExecutor)
                {
                    Examine(machine);
                }
                else if (!container.IsHolder)
                {
                    Begin(machine, Key(container));
                }
            };
            machine.Executors.Began += (executor, task) => Begin(machine, new TaskKey(executor.Container.Framework, task));
        }
    }

    public long Started => _began.Count;

    public bool EverBegan(string task) => _began.Keys.Any(key => key.Task.Value == task);

    private void Begin(SimMachine machine, TaskKey key)
    {
        Invariant.Check(_began.TryAdd(key, machine.Name),
            $"I3: {key} starts on {machine.Name} though it has already run on {_began.GetValueOrDefault(key)}");
        Invariant.Check(_offers.Tasks.ContainsKey(key), $"I2: {machine.Name} runs {key}, which no master launched");
        Examine(machine);
    }

    private void Examine(SimMachine machine)
    {
        var running = machine.Containers.All.Where(item => item is { IsRunning: true, IsHolder: false } && !item.Script.IsExecutor)
            .Select(Key)
            .Concat(machine.Executors.All.SelectMany(executor =>
                executor.Running.Select(task => new TaskKey(executor.Container.Framework, task)))).ToList();
        var executors = machine.Executors.All.Select(executor => (executor.Container.Framework, executor.Container.Spec.Sandbox.Executor))
            .ToList();
        if (!Fits(machine, running, executors))
        {
            var removed = Removed();
            running.RemoveAll(task => removed.Contains(task.Framework));
            executors.RemoveAll(executor => removed.Contains(executor.Framework));
            Invariant.Check(Fits(machine, running, executors), $"I4: {machine.Name} has {machine.Total.CpusMilli / 1000.0} cpus and "
                + $"{machine.Total.MemMegabytes} MB, its tasks use {Sum(running, "cpus")} cpus and {Sum(running, "mem")} MB: {string.Join(' ', running)}, besides {executors.Count} executors");
        }
        var ports = new HashSet<ulong>();
        foreach (var task in running)
        {
            Claim(machine, ports, task);
        }
    }

    /// <summary>Scalars are exact to a thousandth.</summary>
    private bool Fits(SimMachine machine, List<TaskKey> running, List<(FrameworkId, ExecutorId)> executors) =>
        Sum(running, "cpus") + Sum(executors, "cpus") <= machine.Total.CpusMilli / 1000.0 + 0.0005
        && Sum(running, "mem") + Sum(executors, "mem") <= machine.Total.MemMegabytes + 0.0005;

    private double Sum(List<(FrameworkId, ExecutorId)> executors, string name) => executors.Sum(executor =>
        _offers.Executors[executor].Resources.Where(resource => resource.Name == name).Sum(resource => resource.Scalar.Value));

    private double Sum(List<TaskKey> running, string name)
    {
        var sum = 0.0;
        foreach (var task in running)
        {
            foreach (var resource in _offers.Tasks[task].Resources)
            {
                sum += resource.Name == name ? resource.Scalar.Value : 0;
            }
        }
        return sum;
    }

    private void Claim(SimMachine machine, HashSet<ulong> ports, TaskKey task)
    {
        foreach (var range in _offers.Tasks[task].Resources.Where(resource => resource.Type == Value.Types.Type.Ranges).SelectMany(item => item.Ranges.Range))
        {
            for (var port = range.Begin; port <= range.End; port++)
            {
                Invariant.Check(ports.Add(port), $"I4: port {port} of {machine.Name} is given to {task} and to another task");
            }
        }
    }

    /// <summary>Frameworks that the master has removed; as it last was, while it is down.</summary>
    private HashSet<FrameworkId> Removed()
    {
        foreach (var node in _cluster.Masters.Nodes)
        {
            if (node.Core is MasterCore master)
            {
                _removed.UnionWith(master.View(node.Clock.Now).CompletedFrameworks.Select(framework => framework.Id));
            }
        }
        return _removed;
    }

    public static TaskKey Key(SimContainer container) => new(container.Framework, container.Task);
}
