using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Storage;

namespace Offerbook.Simulator.Nodes;

/// <summary>A program on a simulated machine, seen without its message type: what faults and checks need of it.</summary>
public abstract class SimProcess(string name, SimWorld world, WallClock? wall = null, DiskBehaviour? disk = null)
{
    public string Name => name;

    protected SimWorld World => world;

    /// <summary>How often the process has been started. Whatever was under way for an older life is void.</summary>
    public int Life { get; protected set; }

    public bool IsUp { get; protected set; }

    /// <summary>Whether it stands still: see <see cref="Pause"/>.</summary>
    public bool IsPaused { get; protected set; }

    /// <summary>Whether the last life ended because the disk failed.</summary>
    public bool DiedOfItsDisk { get; protected set; }

    public NodeClock Clock { get; } = new(world, wall ?? new WallClock());

    public DiskBehaviour Disk { get; } = disk ?? new();

    /// <summary>kill -9: volatile state and unflushed events are gone.</summary>
    public abstract void Crash(string why);

    /// <summary>Starts the process again on what its disk holds.</summary>
    public abstract void Start();

    /// <summary>The process does nothing for a while (a long collection, SIGSTOP); messages and timers wait for it.</summary>
    public abstract void Pause(TimeSpan duration);
}
