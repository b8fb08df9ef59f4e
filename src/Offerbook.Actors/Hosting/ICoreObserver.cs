namespace Offerbook.Actors.Hosting;

/// <summary>
/// Hears how a core is doing. Called on the loops of its shell, between two messages: it must return within a microsecond or so,
/// and must not throw.
/// </summary>
public interface ICoreObserver<in TMessage> where TMessage : class
{
    /// <summary>A message was handled and its effects were taken over.</summary>
    /// <param name="late">For a timer, how long after it ran out its turn began; zero for messages from the mailbox.</param>
    void TurnEnded(TMessage message, TimeSpan late, TimeSpan duration);

    /// <summary>The journal has made so many events durable, in one append. Not on the same thread as <see cref="TurnEnded"/>.</summary>
    void EventsAppended(int count, TimeSpan duration);
}
