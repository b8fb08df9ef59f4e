namespace Offerbook.Simulator;

/// <summary>
/// Who takes part in a run beside the simple clients of Batch. A narrower choice makes shorter runs, and more of one kind of work.
/// </summary>
public enum Mixture
{
    /// <summary>Everybody in some runs, as the seed draws it.</summary>
    Drawn,

    /// <summary>Clients of simple apps, and of apps with volumes, on every agent, run once and with preferences.</summary>
    Kinds,

    /// <summary>Clients of simple apps, and of groups of every shape and pods.</summary>
    Trees,

    /// <summary>Three frameworks that do whatever the scheduler API allows, and no clients of Apps.</summary>
    Wild,

    /// <summary>The same with operators who change everything.</summary>
    Operators,
}
