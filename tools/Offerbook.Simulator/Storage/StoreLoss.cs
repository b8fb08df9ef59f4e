namespace Offerbook.Simulator.Storage;

/// <summary>Why a holder of a shared log gets no further. Callers are told this or success, never "unknown".</summary>
public enum StoreLoss
{
    /// <summary>A newer holder has taken the log over.</summary>
    Fenced,

    /// <summary>The store could not be asked, or what became of the last write could not be found out in time.</summary>
    Unavailable,

    /// <summary>The log is of a format that this program does not know.</summary>
    TooNew,

    /// <summary>The store has no room; nothing was kept.</summary>
    Full,
}
