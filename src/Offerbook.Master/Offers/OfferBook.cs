using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Offers;

/// <summary>
/// The offers that are out. What an offer holds is charged to its framework in the allocator from the allocation on; every way
/// for it to end is a method here, and each gives back what is not used.
/// </summary>
internal sealed class OfferBook(ClusterState cluster)
{
    private readonly OrderedMap<OfferId, LiveOffer> _offers = new();
    private long _next;

    public int Count => _offers.Count;

    public IEnumerable<LiveOffer> All => _offers;

    /// <summary>Offers that were made and offers that ended since the start; the difference is <see cref="Count"/>.</summary>
    public (long Made, long Ended) Tally { get; private set; }

    public long AllocationRuns { get; private set; }

    public LiveOffer? Find(OfferId id) => _offers.Find(id);

    /// <summary>Asks the allocator and sends what it hands out: one OFFERS event for each framework.</summary>
    public void Allocate(in Turn turn)
    {
        AllocationRuns++;
        var sent = new OrderedMap<FrameworkId, List<Offer>>();
        foreach (var allocation in cluster.Allocator.Run(turn.Now))
        {
            var framework = cluster.Frameworks.Find(allocation.Framework);
            var agent = cluster.Agents.Find(allocation.Agent);
            Actors.Invariant.Check(framework is { Connected: true } && agent is { Connected: true },
                "the allocator hands out only to and from who is connected");
            if (!sent.TryGet(framework.Id, out var offers))
            {
                sent.Set(framework.Id, offers = []);
            }
            offers.Add(Make(turn, framework, agent, allocation.Role, allocation.Resources).Sent);
        }
        foreach (var offers in sent)
        {
            cluster.Frameworks.Find(FrameworkId.From(offers[0].FrameworkId))!.Send(turn, SchedulerEvents.Offers(offers));
        }
    }

    /// <summary>Takes the offer out; what it held stays charged, and is the caller's to use or to <see cref="GiveBack"/>.</summary>
    public void Take(in Turn turn, LiveOffer offer)
    {
        var removed = _offers.Remove(offer.Id);
        Actors.Invariant.Check(removed, "an offer ends once");
        cluster.Frameworks.Find(offer.Framework)!.Offers.Remove(offer.Id);
        cluster.Agents.Find(offer.Agent)!.Offers.Remove(offer.Id);
        Tally = (Tally.Made, Tally.Ended + 1);
        if (cluster.Settings.OfferTimeout is not null)
        {
            turn.CancelTimer(offer.Id);
        }
    }

    public void GiveBack(in Turn turn, LiveOffer offer, ResourceBag resources, TimeSpan? refuse)
    {
        if (!resources.IsEmpty)
        {
            cluster.Allocator.Recover(offer.Framework, offer.Agent, resources, refuse, turn.Now);
        }
    }

    public void Decline(in Turn turn, LiveOffer offer, TimeSpan? refuse)
    {
        Take(turn, offer);
        GiveBack(turn, offer, offer.Resources, refuse);
    }

    /// <summary>Ends an offer whose framework is going or coming and need not be told.</summary>
    public void Drop(in Turn turn, LiveOffer offer) => Decline(turn, offer, refuse: null);

    public void Rescind(in Turn turn, LiveOffer offer)
    {
        Drop(turn, offer);
        var framework = cluster.Frameworks.Find(offer.Framework)!;
        framework.Counters.OffersRescinded++;
        framework.Send(turn, SchedulerEvents.Rescind(offer.Id));
    }

    public void RescindAll(in Turn turn, Agent agent)
    {
        foreach (var offer in agent.Offers.ToList())
        {
            Rescind(turn, offer);
        }
    }

    public void DropAll(in Turn turn, Framework framework)
    {
        foreach (var offer in framework.Offers.ToList())
        {
            Drop(turn, offer);
        }
    }

    private LiveOffer Make(in Turn turn, Framework framework, Agent agent, string role, ResourceBag resources)
    {
        var id = new OfferId($"{cluster.MasterId}-O{_next++}");
        var offer = new LiveOffer(id, framework.Id, agent.Id, role, resources, OfferFormat.ToProto(id, framework, agent, role, resources));
        _offers.Set(id, offer);
        framework.Offers.Set(id, offer);
        agent.Offers.Set(id, offer);
        framework.Counters.OffersSent++;
        Tally = (Tally.Made + 1, Tally.Ended);
        if (cluster.Settings.OfferTimeout is { } timeout)
        {
            turn.StartTimer(id, timeout, new MasterMessage.OfferTimedOut(id));
        }
        return offer;
    }
}
