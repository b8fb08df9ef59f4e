using Offerbook.Actors;
using Offerbook.Storage;

namespace Offerbook.Master;

/// <summary>
/// The decisions of the master: frameworks, agents, offers and tasks. Nothing here does I/O; a shell runs it behind a mailbox
/// (in production) or under virtual time.
/// </summary>
public sealed class MasterCore : IDurableCore<MasterMessage>
{
    /// <param name="random">Must not repeat over restarts: the master draws its id from it.</param>
    public MasterCore(MasterSettings settings, SeededRandom random)
    {
        Settings = settings;
        MasterId = random.NextGuid().ToString();
    }

    public string PersistenceId => "master";

    public MasterSettings Settings { get; }

    /// <summary>New with every start; prefixes the ids of the frameworks, agents and offers of this start.</summary>
    public string MasterId { get; }

    public void Recover(Recovery recovery, Now now, Effects effects)
    {
    }

    public void Handle(MasterMessage message, Now now, Effects effects)
    {
    }

    /// <summary>Throws <see cref="InvariantViolationException"/> unless everything the master must keep true holds. Costs a walk over its whole state.</summary>
    public void CheckInvariants()
    {
    }
}
