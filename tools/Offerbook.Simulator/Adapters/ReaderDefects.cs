namespace Offerbook.Simulator.Adapters;

/// <summary>Ways to be wrong about readers of events, for mutation tests.</summary>
[Flags]
internal enum ReaderDefects
{
    None = 0,

    /// <summary>Who comes back with the last id hears of nothing that it has missed.</summary>
    ForgetsTheWindow = 1,

    /// <summary>Who comes back with the last id hears that event once more.</summary>
    RepeatsTheLast = 2,
}
