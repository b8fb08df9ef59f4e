using Offerbook.Actors;
using Offerbook.Master;

namespace Offerbook.Simulator.Faults.Defects;

/// <summary>A master that is wrong in one way: something between its core and everybody else changes what it hears or says.</summary>
internal abstract class MasterDefect(ICore<MasterMessage> core) : ICore<MasterMessage>
{
    private readonly Effects _said = new();

    public void Handle(MasterMessage message, Now now, Effects effects)
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

    /// <summary>What the core hears instead; null, when the call was dealt with here.</summary>
    protected virtual MasterMessage? Hear(MasterMessage message, Effects effects) => message;

    protected virtual void Say(IEffect effect, Effects effects) => effects.Add(effect);

    /// <summary>Pretends to have taken a call.</summary>
    protected static MasterMessage? Swallow(Wire.Identity.ConnectionId connection, int status, Effects effects)
    {
        effects.Add(new MasterEffect.Answer(connection, status, ""));
        return null;
    }
}
