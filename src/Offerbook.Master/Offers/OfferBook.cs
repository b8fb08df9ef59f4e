using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Maintenance;
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

    /// <summary>The offers that ask for something back. They end where those of an agent or a framework end.</summary>
    public InverseOffers Inverse { get; } = new(cluster);

    public LiveOffer? Find(OfferId id) => _offers.Find(id);

    /// <summary>Asks the allocator and sends what it hands out: one OFFERS event for each framework.</summary>
    public void Allocate(in Turn turn)
    {
        AllocationRuns++;
        var sent = new OrderedMap<FrameworkId, List<Offer>>();
        var made = new List<OfferMade>();
        foreach (var allocation in cluster.Allocator.Run(turn.Now))
        {
            var framework = cluster.Frameworks.Find(allocation.Framework);
            var agent = cluster.Agents.Find(allocation.Agent);
            Actors.Invariant.Check(framework is { Connected: true } && agent is { Active: true },
                "the allocator hands out only to and from who is connected");
            if (!sent.TryGet(framework.Id, out var offers))
            {
                sent.Set(framework.Id, offers = []);
            }
            var offer = Make(turn, framework, agent, allocation.Role, allocation.Resources);
            offers.Add(offer.Sent);
            made.Add(offer.Made);
        }
        if (made.Count > 0)
        {
            turn.Effects.Add(new MasterEffect.OffersMade(made));
        }
        foreach (var offers in sent)
        {
            cluster.Frameworks.Find(FrameworkId.From(offers[0].FrameworkId))!.Send(turn, SchedulerEvents.Offers(offers));
        }
        Inverse.Send(turn, NextId);
    }

    /// <summary>Takes the offer out; what it held stays charged, and is the caller's to use or to <see cref="GiveBack"/>.</summary>
    public void Take(in Turn turn, LiveOffer offer)
    {
        var removed = _offers.Remove(offer.Id);
        Actors.Invariant.Check(removed, "an offer ends once");
        cluster.Frameworks.Find(offer.Framework)!.Offers.Remove(offer.Id);
        cluster.Agents.Find(offer.Agent)!.Offers.Remove(offer.Id);
        cluster.Allocator.OfferEnded(offer.Framework, offer.Agent, offer.Resources, offer.Made.At.Elapsed);
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

    /// <summary>Tells the offer book what became of offers that were taken for an ACCEPT.</summary>
    /// <param name="remaining">What the operations have left of all of them.</param>
    public void NoteAccepted(in Turn turn, IReadOnlyList<LiveOffer> accepted, IReadOnlyList<Operation> operations, ResourceBag remaining,
        TimeSpan? refuse)
    {
        var offered = ResourceQuantities.Empty;
        foreach (var offer in accepted)
        {
            offered += offer.Resources.Quantities;
        }
        var end = operations.Count == 0 ? OfferEnd.Declined : OfferEnd.Accepted;
        var used = offered - remaining.Quantities;
        OfferId? with = null;
        foreach (var offer in accepted)
        {
            Note(turn, new OfferEnded(offer.Made, end, turn.Now, refuse, operations, used, with));
            (used, with) = (ResourceQuantities.Empty, with ?? offer.Id);
        }
    }

    public void Decline(in Turn turn, LiveOffer offer, TimeSpan? refuse) => End(turn, offer, OfferEnd.Declined, refuse);

    /// <summary>Ends an offer whose framework is going or coming and need not be told.</summary>
    public void Drop(in Turn turn, LiveOffer offer, OfferEnd why) => End(turn, offer, why, refuse: null);

    /// <param name="refuse">How long the framework is not to be offered the same again; null: at once, if nobody else wants it.</param>
    public void Rescind(in Turn turn, LiveOffer offer, OfferEnd why = OfferEnd.Rescinded, TimeSpan? refuse = null)
    {
        End(turn, offer, why, refuse);
        var framework = cluster.Frameworks.Find(offer.Framework)!;
        framework.Counters.OffersRescinded++;
        framework.Send(turn, SchedulerEvents.Rescind(offer.Id));
    }

    public void RescindAll(in Turn turn, Agent agent, OfferEnd why = OfferEnd.Rescinded)
    {
        foreach (var offer in agent.Offers.ToList())
        {
            Rescind(turn, offer, why);
        }
        Inverse.RescindAll(turn, agent);
    }

    public void DropAll(in Turn turn, Framework framework, OfferEnd why)
    {
        foreach (var offer in framework.Offers.ToList())
        {
            Drop(turn, offer, why);
        }
        Inverse.DropAll(turn, framework);
    }

    private void End(in Turn turn, LiveOffer offer, OfferEnd why, TimeSpan? refuse)
    {
        Take(turn, offer);
        GiveBack(turn, offer, offer.Resources, refuse);
        Note(turn, new OfferEnded(offer.Made, why, turn.Now, refuse, [], ResourceQuantities.Empty, null));
    }

    private static void Note(in Turn turn, OfferEnded ended) => turn.Effects.Add(new MasterEffect.OfferOver(ended));

    /// <summary>One row of numbers for offers and inverse offers.</summary>
    private OfferId NextId() => new($"{cluster.MasterId}-O{_next++}");

    private LiveOffer Make(in Turn turn, Framework framework, Agent agent, string role, ResourceBag resources)
    {
        var id = NextId();
        var made = new OfferMade(id, framework.Id, framework.Info.Name, agent.Id, agent.Info.Hostname, role, resources, turn.Now);
        var offer = new LiveOffer(made, OfferFormat.ToProto(id, framework, agent, role, resources));
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
