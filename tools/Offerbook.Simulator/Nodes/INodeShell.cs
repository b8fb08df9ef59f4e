using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Storage;

namespace Offerbook.Simulator.Nodes;

/// <summary>What the parts of a node's shell need of the whole.</summary>
internal interface INodeShell
{
    string Name { get; }

    SimWorld World { get; }

    NodeClock Clock { get; }

    DiskBehaviour Disk { get; }

    int Life { get; }

    bool IsUp { get; }

    bool IsPaused { get; }

    OutputGate Gate { get; }

    LeadershipProof? Proof { get; }

    /// <summary>Does something now, or when the process goes on; never in another life.</summary>
    void WhenGoing(int life, Action what);

    /// <summary>Lets out what may leave.</summary>
    void Release();

    /// <summary>It cannot go on with its shared log.</summary>
    void Lose(StoreLoss loss);

    /// <summary>It cannot go on with its disk.</summary>
    void DieOfItsDisk(string why);
}
