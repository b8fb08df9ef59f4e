using Offerbook.Actors.Hosting;

namespace Offerbook.Client.Hosting.Terms;

/// <summary>Tells a second listener how long appends take.</summary>
internal sealed class CommitObserver<TMessage>(ICoreObserver<TMessage>? first, Action<TimeSpan> committed) : ICoreObserver<TMessage>
    where TMessage : class
{
    public void TurnEnded(TMessage message, TimeSpan late, TimeSpan duration) => first?.TurnEnded(message, late, duration);

    public void EventsAppended(int count, TimeSpan duration)
    {
        first?.EventsAppended(count, duration);
        committed(duration);
    }
}
