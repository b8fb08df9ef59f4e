using Offerbook.Agent.Containers;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Machines;

/// <summary>One container on a simulated machine, from its launch until its agent forgets it.</summary>
public sealed class SimContainer(ContainerSpec spec, ContainerScript script, TimeSpan launched)
{
    public ContainerSpec Spec => spec;

    public ContainerScript Script => script;

    public ContainerId Id => spec.Container;

    public FrameworkId Framework => spec.Sandbox.Framework;

    /// <summary>What the container around a pod's tasks runs has no task: it goes by the name of its executor.</summary>
    public TaskId Task => spec.Task ?? new TaskId(spec.Sandbox.Executor.Value);

    public bool IsHolder => spec.Task is null;

    public TimeSpan Launched => launched;

    /// <summary>Null until its process runs.</summary>
    public TimeSpan? Started { get; set; }

    /// <summary>Null until its process has ended.</summary>
    public ContainerExit? Exit { get; set; }

    /// <summary>When its process ended; null until then.</summary>
    public TimeSpan? Ended { get; set; }

    /// <summary>Whether the agent's process that runs now has been told how the container began, and so will be told of its end.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Whether the engine cannot do anything to it: it heeds no signal.</summary>
    public bool IsStuck { get; set; }

    public bool IsRunning => Started is not null && Exit is null;

    public int Pid { get; init; }

    public IReadOnlyList<int> Ports { get; } = ParsePorts(spec);

    /// <summary>Directories of the persistent volumes that it sees.</summary>
    public IReadOnlyList<string> Volumes { get; } =
        spec.Volumes.Select(volume => volume.Source).OfType<VolumeSource.Persistent>().Select(source => source.Volume.Directory).ToList();

    /// <summary>Whether a health check made now would succeed.</summary>
    public bool IsHealthy(TimeSpan now) => IsRunning && !script.Sick && now - Started >= script.Ready;

    private static List<int> ParsePorts(ContainerSpec spec)
    {
        foreach (var (name, value) in spec.Environment)
        {
            if (name == "PORTS")
            {
                return value.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToList();
            }
        }
        return [];
    }
}
