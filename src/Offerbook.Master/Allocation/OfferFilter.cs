using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// A refusal: the member does not want these resources of this agent until it runs out. It stops an offer only when it refused
/// all that the offer would hold (or more); an agent that has more to give by now is offered again.
/// </summary>
internal sealed class OfferFilter(RoleMember member, AgentSlot agent, ResourceBag refused, TimeSpan expiresAt, long run)
{
    private ResourceBag? _asked;
    private bool _answer;

    public RoleMember Member { get; } = member;

    public AgentSlot Agent { get; } = agent;

    public ResourceBag Refused { get; } = refused;

    public TimeSpan ExpiresAt { get; } = expiresAt;

    /// <summary>How many runs there had been when it was made. It outlives the next one: others have their turn before the one who refused.</summary>
    public long Run { get; } = run;

    /// <summary>The member's next refusal of the same agent.</summary>
    public OfferFilter? Next { get; set; }

    /// <summary>Removed before it ran out; the expiry queue drops it when it comes by.</summary>
    public bool IsRemoved { get; set; }

    public bool Stops(ResourceBag candidate)
    {
        // While an agent lies idle the same bag is asked about over and over.
        if (!ReferenceEquals(_asked, candidate))
        {
            _asked = candidate;
            _answer = Refused.Contains(candidate);
        }

        return _answer;
    }
}
