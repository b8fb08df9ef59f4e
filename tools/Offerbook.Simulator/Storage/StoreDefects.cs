namespace Offerbook.Simulator.Storage;

/// <summary>Ways for a shared store and its client to be wrong, for mutation tests.</summary>
[Flags]
public enum StoreDefects
{
    None = 0,

    /// <summary>An append does not look at the epoch, nor at who wrote last.</summary>
    NoFence = 1,

    /// <summary>A takeover does not raise the epoch.</summary>
    SameEpoch = 2,

    /// <summary>An append whose answer was lost is sent again as another one.</summary>
    BlindResend = 4,

    /// <summary>An append whose answer was lost is taken for done.</summary>
    PresumedDone = 8,

    /// <summary>A takeover misses the newest events.</summary>
    StaleRecovery = 16,

    /// <summary>A takeover raises the epoch whatever that is when it arrives.</summary>
    LateTakeover = 32,
}
