using Offerbook.Actors;

namespace Offerbook.Simulator.Faults.Defects;

/// <summary>
/// One life of a part that is wrong in one way: something between its core and everybody else changes what it hears or says.
/// </summary>
internal abstract class CoreDefect<TMessage>(ICore<TMessage> core) : ICore<TMessage>
    where TMessage : class
{
    private readonly Effects _said = new();

    public void Handle(TMessage message, Now now, Effects effects)
    {
        if (Hear(message, effects) is { } heard)
        {
            core.Handle(heard, now, _said);
        }
        for (var i = 0; i < _said.Count; i++)
        {
            Say(_said[i], effects);
        }
        _said.Clear();
    }

    /// <summary>What the core hears instead; null: nothing, for instance because it was dealt with here.</summary>
    protected virtual TMessage? Hear(TMessage message, Effects effects) => message;

    protected virtual void Say(IEffect effect, Effects effects) => effects.Add(effect);
}
