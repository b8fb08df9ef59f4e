using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// A member does not want these resources of this agent. For as long as it holds it stops an offer that has no more than what was
/// refused; an agent that has more to give by now is offered again. After that, if it was short, it is remembered for a while:
/// then others come first. 64 bytes in a slab; the links are places in it, −1 for none.
/// </summary>
internal struct Refusal
{
    public RoleMember Member;

    public AgentSlot Agent;

    public ResourceBag Refused;

    /// <summary>When it runs out, on the grid of <see cref="FilterBook"/>; while it is remembered, when it is forgotten.</summary>
    public long Tick;

    /// <summary>When it is forgotten; no later than it runs out: it is not remembered after that.</summary>
    public long ForgottenAt;

    /// <summary>
    /// How many runs there had been when it was made; −1 when it is only remembered. It outlives the next run: others have their turn
    /// before the one who refused.
    /// </summary>
    public int Run;

    /// <summary>The member's next refusal of the same agent; in a free place, the next free one.</summary>
    public int NextOfPair;

    public int Earlier;

    public int Later;

    public int EarlierOfMember;

    public int LaterOfMember;

    public readonly bool IsRemembered => Run < 0;
}

/// <summary>What the refusals of a member say to an offer.</summary>
internal enum RefusalVerdict
{
    /// <summary>It did not refuse that, or not lately.</summary>
    Passes,

    /// <summary>It refused it, and the refusal holds.</summary>
    Stops,

    /// <summary>It refused it lately: after the others.</summary>
    Defers,
}
