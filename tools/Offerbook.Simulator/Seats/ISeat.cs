using Offerbook.Simulator.Coordination;

namespace Offerbook.Simulator.Seats;

/// <summary>A process that stands in an election, seen without its message type: what faults, ports and checks need of it.</summary>
public interface ISeat
{
    string Name { get; }

    bool IsUp { get; }

    bool IsPaused { get; }

    /// <summary>Whether it is in a term, or takes over for one.</summary>
    bool Leads { get; }

    /// <summary>The machine of whom it takes for the leader; null when it knows of none.</summary>
    string? LeaderHost { get; }

    Action? TermEnded { get; set; }

    SeatDefects Defects { get; set; }

    CoordinatorClient Client { get; }

    int Terms { get; }

    void Terminate();

    void StepDown();
}
