using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Master;
using Offerbook.Resources;
using Offerbook.Simulator.Nodes;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Checks.Promises;

/// <summary>
/// An agent that an operator took out of service is not offered until it is put back; and what is offered and used of an agent fits
/// into it, summed up from the offers that frameworks believe to hold.
/// </summary>
public sealed class AgentLedger
{
    private readonly SimNode<MasterMessage> _master;
    private readonly StandingOrders _orders;
    private readonly Dictionary<string, (FrameworkId Framework, string Agent, ResourceBag Resources)> _held = [];

    public AgentLedger(MasterTurns turns, SimNode<MasterMessage> master, StandingOrders orders)
    {
        (_master, _orders) = (master, orders);
        turns.Offered += Offer;
        turns.Rescinded += (_, offer) => _held.Remove(offer.Value);
        turns.Taken += Take;
        turns.Subscribed += (framework, _) => Forget(framework);
        turns.Left += Forget;
        turns.Restarted += _held.Clear;
    }

    private void Take(FrameworkId framework, Call call)
    {
        foreach (var id in (IEnumerable<OfferID>)(call.Accept?.OfferIds ?? call.Decline?.OfferIds ?? []))
        {
            _held.Remove(id.Value);
        }
    }

    private void Forget(FrameworkId framework)
    {
        foreach (var id in _held.Where(held => held.Value.Framework == framework).Select(held => held.Key).ToList())
        {
            _held.Remove(id);
        }
    }

    private void Offer(FrameworkId framework, IReadOnlyList<Offer> offers)
    {
        var view = ((MasterCore)_master.Core!).View(_master.Clock.Now);
        foreach (var offer in offers)
        {
            // Of one that has been deposed without knowing it nothing gets out: see SilenceLedger.
            Invariant.Check(_master.Holder?.IsNewest == false || !_orders.IsOutOfService(offer.AgentId.Value),
                $"I17: {framework} is offered {offer.AgentId.Value}, which an operator took out of service");
            _held.Add(offer.Id.Value, (framework, offer.AgentId.Value, ResourceReader.Read(offer.Resources).Bag.Unallocate().NonShared()));
        }
        foreach (var id in offers.Select(offer => offer.AgentId.Value).Distinct())
        {
            var agent = view.Agents.Single(agent => agent.Id.Value == id);
            var free = agent.Total.NonShared() - agent.UsedTotal.Unallocate().NonShared();
            var held = ResourceBag.Empty;
            foreach (var offer in _held.Values.Where(offer => offer.Agent == id))
            {
                held += offer.Resources;
            }
            Invariant.Check(free.Contains(held), $"I4: {held} of {id} is offered, and {free} is free");
        }
    }
}
