using Offerbook.Storage;

namespace Offerbook.Actors;

/// <summary>
/// Where decisions are made. A core is synchronous and single-threaded, does no I/O and has no clock, no chance and no threads
/// of its own: a message and the present go in, its state changes, effects come out. A shell runs it (<see cref="CoreRunner{TMessage}"/>
/// in production, the simulator under virtual time). The same messages at the same times give the same effects, to the byte.
/// </summary>
public interface ICore<in TMessage> where TMessage : class
{
    /// <summary>Takes one message. Never throws on bad input: a throw is a bug and stops the core.</summary>
    void Handle(TMessage message, Now now, Effects effects);
}

/// <summary>
/// A core whose state is the fold of a journal. Life: construct, <see cref="Recover"/> once, then <see cref="ICore{TMessage}.Handle"/>.
/// Whatever <see cref="Persist"/> carries must change the state in the same way when it is replayed.
/// </summary>
public interface IDurableCore<in TMessage> : ICore<TMessage> where TMessage : class
{
    /// <summary>Names the core's events in the journal, for instance <c>master</c> or <c>apps</c>.</summary>
    string PersistenceId { get; }

    /// <summary>
    /// Rebuilds the state, then emits what must be set going again (timers, calls). Called exactly once, also when the journal is empty.
    /// </summary>
    void Recover(Recovery recovery, Now now, Effects effects);
}
