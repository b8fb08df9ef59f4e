using Offerbook.Actors;
using Offerbook.Coordination;
using Offerbook.Coordination.Sessions;
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

    /// <summary>Told of each change of its standing: how it stood, and how it stands.</summary>
    Action<Standing, Standing>? Announced { get; set; }

    /// <summary>The parent of its candidates' nodes.</summary>
    string ElectionPath { get; }

    /// <summary>Whether it was asked to give its leadership up, in this life, and has not led since.</summary>
    bool WasAsked { get; }

    Standing Standing { get; }

    SeatDefects Defects { get; set; }

    CoordinatorClient Client { get; }

    /// <summary>Puts a defect between the candidate and each of its cores.</summary>
    Func<ICore<ElectionMessage>, ICore<ElectionMessage>>? SpoilCandidate { set; }

    int Terms { get; }

    /// <summary>How often it has handed a leadership over because the store was slow from here.</summary>
    int HandOvers { get; }

    void Terminate();

    void StepDown();
}
