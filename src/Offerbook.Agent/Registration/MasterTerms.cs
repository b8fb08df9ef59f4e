using Offerbook.Agent.Recovery;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Agent.Registration;

/// <summary>
/// Knows whose word counts. Masters lead one after the other, each in a higher epoch of their common journal; an agent that has heard
/// the newer one takes nothing from an older one any more, whatever that believes of itself, and over restarts of its own. Epochs of
/// another journal say nothing: the cluster was set up anew.
/// </summary>
internal sealed class MasterTerms(AgentContext context)
{
    /// <summary>Whether the event comes from a master that is none any more.</summary>
    public bool IsDeposed(Event @event) => @event switch
    {
        { Type: Event.Types.Type.Subscribed, Subscribed: { } subscribed } => IsOlder(subscribed.RegistryId, subscribed.Epoch),
        { Type: Event.Types.Type.Shutdown, Shutdown: { } shutdown } => IsOlder(shutdown.RegistryId, shutdown.Epoch),
        _ => false,
    };

    public void Follow(Event.Types.Subscribed subscribed)
    {
        if (subscribed.HasRegistryId && (context.State.Followed is not { } followed
            || followed.RegistryId != subscribed.RegistryId || followed.Epoch != subscribed.Epoch))
        {
            context.Record(new MasterFollowed { RegistryId = subscribed.RegistryId, Epoch = subscribed.Epoch });
        }
    }

    private bool IsOlder(string registry, ulong epoch) =>
        registry.Length > 0 && context.State.Followed is { } followed && followed.RegistryId == registry && epoch < followed.Epoch;
}
