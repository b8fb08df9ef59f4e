using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Resources;
using Offerbook.Simulator.Nodes;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Checks.Promises;

/// <summary>
/// What a framework declined for a time is not offered to it in that time, in the same role, unless it revives or subscribes anew.
/// Only the newest refusal of an agent is held against the master, because it may forget older ones.
/// </summary>
public sealed class RefusalLedger
{
    private const double MaxSeconds = 31_536_000;

    private readonly SimProcess _master;
    private readonly Dictionary<OfferId, Offer> _offers = [];
    private readonly Dictionary<(FrameworkId Framework, string Role, string Agent), (ResourceBag What, TimeSpan Until)> _refusals = [];

    public RefusalLedger(MasterTurns turns, SimProcess master)
    {
        _master = master;
        turns.Offered += Offer;
        turns.Taken += Take;
        turns.Subscribed += (framework, _) => Forget(framework, []);
        turns.Left += framework => Forget(framework, []);
        turns.Restarted += _refusals.Clear;
        turns.AgentReturned += agent => Forget(key => key.Agent == agent);
    }

    /// <summary>Refusals that were taken.</summary>
    public long Refusals { get; private set; }

    private void Offer(FrameworkId framework, IReadOnlyList<Offer> offers)
    {
        foreach (var offer in offers)
        {
            _offers[OfferId.From(offer.Id)] = offer;
            var key = (framework, offer.AllocationInfo?.Role ?? "*", offer.AgentId.Value);
            if (_refusals.TryGetValue(key, out var refusal) && _master.Clock.Now.Elapsed < refusal.Until)
            {
                var offered = ResourceReader.Read(offer.Resources).Bag.Unallocate();
                Invariant.Check(!refusal.What.Contains(offered),
                    $"I15: {framework} is offered {offered} of {offer.AgentId.Value} though it refused {refusal.What} until {refusal.Until}");
            }
        }
    }

    private void Take(FrameworkId framework, Call call)
    {
        switch (call.Type)
        {
            case Call.Types.Type.Decline:
                foreach (var id in call.Decline.OfferIds)
                {
                    if (_offers.Remove(OfferId.From(id), out var offer))
                    {
                        Refuse(framework, offer, call.Decline.Filters);
                    }
                }
                break;
            case Call.Types.Type.Accept:
                foreach (var id in call.Accept.OfferIds)
                {
                    _offers.Remove(OfferId.From(id));
                }
                break;
            case Call.Types.Type.Revive:
                Forget(framework, call.Revive?.Roles ?? []);
                break;
            case Call.Types.Type.UpdateFramework:
                Forget(framework, []);
                break;
        }
    }

    private void Refuse(FrameworkId framework, Offer offer, Filters? filters)
    {
        var seconds = filters is { HasRefuseSeconds: true } ? filters.RefuseSeconds : 5;
        if (seconds is > 0 and <= MaxSeconds)
        {
            _refusals[(framework, offer.AllocationInfo?.Role ?? "*", offer.AgentId.Value)] =
                (ResourceReader.Read(offer.Resources).Bag.Unallocate(), _master.Clock.Now.Elapsed + TimeSpan.FromSeconds(seconds));
            Refusals++;
        }
    }

    private void Forget(FrameworkId framework, ICollection<string> roles) =>
        Forget(key => key.Framework == framework && (roles.Count == 0 || roles.Contains(key.Role)));

    private void Forget(Predicate<(FrameworkId Framework, string Role, string Agent)> which)
    {
        foreach (var key in _refusals.Keys.Where(key => which(key)).ToList())
        {
            _refusals.Remove(key);
        }
    }
}
