using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Allocation;
using Offerbook.Master.Frameworks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Maintenance;

/// <summary>
/// The inverse offers that are out: each asks a framework that has something on an agent whose machine will be away to leave it.
/// At most one for each framework and agent. The allocator decides who is asked and when again, and remembers the answers; an
/// answer binds nobody, it is for the operator to see.
/// </summary>
internal sealed class InverseOffers(ClusterState cluster)
{
    private readonly OrderedMap<OfferId, LiveInverseOffer> _offers = new();
    private readonly Dictionary<AgentId, OrderedMap<OfferId, LiveInverseOffer>> _byAgent = [];
    private readonly Dictionary<FrameworkId, OrderedMap<OfferId, LiveInverseOffer>> _byFramework = [];

    public int Count => _offers.Count;

    public IEnumerable<LiveInverseOffer> All => _offers;

    /// <summary>Grows whenever one is made, answered or ends otherwise.</summary>
    public long Version { get; private set; }

    /// <summary>Sends what the allocator's last run wants asked, one event for each framework.</summary>
    public void Send(in Turn turn, Func<OfferId> nextId)
    {
        var events = new OrderedMap<FrameworkId, SchedulerEvent>();
        foreach (var asked in cluster.Allocator.InverseOffers)
        {
            var agent = cluster.Agents.Find(asked.Agent)!;
            if (!events.TryGet(asked.Framework, out var @event))
            {
                events.Set(asked.Framework, @event = SchedulerEvents.InverseOffers());
            }
            @event.InverseOffers.InverseOffers_.Add(Make(turn, nextId(), asked, agent).Sent);
        }
        foreach (var @event in events)
        {
            cluster.Frameworks.Find(FrameworkId.From(@event.InverseOffers.InverseOffers_[0].FrameworkId))!.Send(turn, @event);
        }
    }

    /// <summary>Stale ids and inverse offers of others are passed over, the rest of the call counts.</summary>
    public void Answer(in Turn turn, Framework framework, IEnumerable<OfferID> ids, Filters? filters, bool accepted)
    {
        var refuse = RefusalDuration.FromSeconds(filters is { HasRefuseSeconds: true } ? filters.RefuseSeconds : null);
        foreach (var id in ids)
        {
            if (_offers.TryGet(OfferId.From(id), out var offer) && offer.Framework == framework.Id)
            {
                Remove(turn, offer);
                cluster.Allocator.AnswerInverseOffer(framework.Id, offer.Agent, accepted, refuse, turn.Now);
            }
        }
    }

    /// <summary>The agent is away, or its machine's plan has changed.</summary>
    public void RescindAll(in Turn turn, Agent agent)
    {
        if (_byAgent.TryGetValue(agent.Id, out var offers))
        {
            foreach (var offer in offers.ToList())
            {
                Rescind(turn, offer);
            }
        }
    }

    public void TimeOut(in Turn turn, OfferId id)
    {
        if (_offers.TryGet(id, out var offer))
        {
            Rescind(turn, offer);
        }
    }

    /// <summary>The framework has gone or comes anew, and need not be told. If it is there it is asked again.</summary>
    public void DropAll(in Turn turn, Framework framework)
    {
        if (_byFramework.TryGetValue(framework.Id, out var offers))
        {
            foreach (var offer in offers.ToList())
            {
                Remove(turn, offer);
            }
            cluster.Allocator.AskAgain(framework.Id);
        }
    }

    private LiveInverseOffer Make(in Turn turn, OfferId id, AgentInverseOffer asked, Agent agent)
    {
        var offer = new LiveInverseOffer(id, asked.Framework, asked.Agent, new InverseOffer
        {
            Id = id.ToProto(),
            Url = Offers.OfferFormat.UrlOf(agent),
            FrameworkId = asked.Framework.ToProto(),
            AgentId = asked.Agent.ToProto(),
            Unavailability = asked.Unavailability,
        });
        _offers.Set(id, offer);
        Of(_byAgent, asked.Agent).Set(id, offer);
        Of(_byFramework, asked.Framework).Set(id, offer);
        Version++;
        if (cluster.Settings.OfferTimeout is { } timeout)
        {
            turn.StartTimer(id, timeout, new MasterMessage.OfferTimedOut(id));
        }
        return offer;
    }

    private void Rescind(in Turn turn, LiveInverseOffer offer)
    {
        Remove(turn, offer);
        cluster.Allocator.ForgetInverseOffer(offer.Framework, offer.Agent);
        cluster.Frameworks.Find(offer.Framework)!.Send(turn, SchedulerEvents.RescindInverse(offer.Id));
    }

    private void Remove(in Turn turn, LiveInverseOffer offer)
    {
        _offers.Remove(offer.Id);
        RemoveFrom(_byAgent, offer.Agent, offer.Id);
        RemoveFrom(_byFramework, offer.Framework, offer.Id);
        Version++;
        if (cluster.Settings.OfferTimeout is not null)
        {
            turn.CancelTimer(offer.Id);
        }
    }

    private static OrderedMap<OfferId, LiveInverseOffer> Of<TKey>(Dictionary<TKey, OrderedMap<OfferId, LiveInverseOffer>> index, TKey key)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out var offers))
        {
            index.Add(key, offers = new());
        }
        return offers;
    }

    private static void RemoveFrom<TKey>(Dictionary<TKey, OrderedMap<OfferId, LiveInverseOffer>> index, TKey key, OfferId id)
        where TKey : notnull
    {
        var offers = index[key];
        offers.Remove(id);
        if (offers.Count == 0)
        {
            index.Remove(key);
        }
    }
}

/// <summary>An inverse offer that is out: it ends exactly once, answered, rescinded or dropped with its framework.</summary>
internal sealed record LiveInverseOffer(OfferId Id, FrameworkId Framework, AgentId Agent, InverseOffer Sent);
