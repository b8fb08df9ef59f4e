using Offerbook.Actors;
using Offerbook.Agent;

namespace Offerbook.Simulator.Faults.Defects;

/// <summary>One life of an agent that is wrong in one way: something between its core and everybody else changes what it hears or says.</summary>
internal abstract class AgentDefect(ICore<AgentMessage> core) : ICore<AgentMessage>
{
    private readonly Effects _said = new();

    public void Handle(AgentMessage message, Now now, Effects effects)
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

    /// <summary>What the core hears instead; null: nothing.</summary>
    protected virtual AgentMessage? Hear(AgentMessage message, Effects effects) => message;

    protected virtual void Say(IEffect effect, Effects effects) => effects.Add(effect);
}
