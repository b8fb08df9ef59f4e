namespace Offerbook.Simulator.Seats;

/// <summary>Ways for a process that stands in an election to be wrong, for mutation tests.</summary>
[Flags]
public enum SeatDefects
{
    None = 0,

    /// <summary>Effects leave whether leadership is proven or not.</summary>
    ProvesNothing = 1,

    /// <summary>It does not look at its session any more once it leads.</summary>
    TrustsItself = 2,

    /// <summary>It begins a term though another leads.</summary>
    LeadsAnyway = 4,
}
