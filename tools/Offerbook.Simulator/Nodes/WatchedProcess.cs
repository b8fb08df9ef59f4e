using Offerbook.Actors;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Storage;
using Offerbook.Storage;

namespace Offerbook.Simulator.Nodes;

/// <summary>A process that runs a core, and whoever wants to listen: ports, checks, stories.</summary>
public abstract class WatchedProcess<TMessage>(string name, SimWorld world, WallClock? wall, DiskBehaviour? disk)
    : SimProcess(name, world, wall, disk) where TMessage : class
{
    /// <summary>The running core; null while the process is down.</summary>
    public ICore<TMessage>? Core { get; protected set; }

    /// <summary>
    /// Puts a defect between the shell and each new core; null for none. What listens here hears what the outside says and gets.
    /// </summary>
    public Func<ICore<TMessage>, ICore<TMessage>>? Spoil { get; set; }

    /// <summary>Puts a defect between the journal and each new core; null for none.</summary>
    public Func<Recovery, Recovery>? SpoilRecovery { get; set; }

    /// <summary>Turns taken in all lives.</summary>
    public long Turns { get; protected set; }

    /// <summary>Told that a life has ended, before the next one can begin: connections break here.</summary>
    public Action<string>? Crashed { get; set; }

    /// <summary>Told that a new life has recovered and takes messages.</summary>
    public Action? Started { get; set; }

    /// <summary>Told of every message just before the core takes it.</summary>
    public Action<TMessage>? Received { get; set; }

    /// <summary>Told of every effect that leaves, as it leaves.</summary>
    public Action<IEffect>? Left { get; set; }

    /// <summary>Told of every effect in the turn that emits it, before the gate.</summary>
    public Action<IEffect>? Emitted { get; set; }

    /// <summary>Told at the end of every turn, recovery included.</summary>
    public Action? TurnEnded { get; set; }
}
