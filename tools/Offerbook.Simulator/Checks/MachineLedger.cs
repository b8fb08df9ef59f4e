using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Machines;

namespace Offerbook.Simulator.Checks;

/// <summary>
/// Watches the machines themselves, whatever the cores believe: a task's process starts at most once in the whole cluster, what runs
/// on a machine fits into it, and no two processes have the same port.
/// </summary>
public sealed class MachineLedger
{
    private readonly Dictionary<TaskKey, string> _began = [];
    private readonly OfferLedger _offers;

    public MachineLedger(SimCluster cluster, OfferLedger offers)
    {
        _offers = offers;
        foreach (var machine in cluster.Machines)
        {
            machine.Containers.Began += container => Begin(machine, container);
        }
    }

    public long Started => _began.Count;

    public bool EverBegan(string task) => _began.Keys.Any(key => key.Task.Value == task);

    private void Begin(SimMachine machine, SimContainer container)
    {
        var key = Key(container);
        Invariant.Check(_began.TryAdd(key, machine.Name),
            $"I3: {key} starts on {machine.Name} though it has already run on {_began.GetValueOrDefault(key)}");
        Invariant.Check(_offers.Tasks.ContainsKey(key), $"I2: {machine.Name} runs {key}, which no master launched");
        double cpus = 0, mem = 0;
        var ports = new HashSet<ulong>();
        foreach (var other in machine.Containers.All.Where(item => item.IsRunning))
        {
            foreach (var resource in _offers.Tasks[Key(other)].Resources)
            {
                switch (resource.Name)
                {
                    case "cpus":
                        cpus += resource.Scalar.Value;
                        break;
                    case "mem":
                        mem += resource.Scalar.Value;
                        break;
                    case "ports":
                        Claim(machine, ports, resource, Key(other));
                        break;
                }
            }
        }
        Invariant.Check(cpus <= machine.Total.CpusMilli / 1000.0 + 0.0005, $"I4: the tasks on {machine.Name} need {cpus} cpus");
        Invariant.Check(mem <= machine.Total.MemMegabytes + 0.0005, $"I4: the tasks on {machine.Name} need {mem} MB");
    }

    private static void Claim(SimMachine machine, HashSet<ulong> ports, Resource resource, TaskKey task)
    {
        foreach (var range in resource.Ranges.Range)
        {
            for (var port = range.Begin; port <= range.End; port++)
            {
                Invariant.Check(ports.Add(port), $"I4: port {port} of {machine.Name} is given to {task} and to another task");
            }
        }
    }

    public static TaskKey Key(SimContainer container) => new(container.Framework, container.Task);
}
