using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Master;
using Offerbook.Resources;
using Offerbook.Simulator.Nodes;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Checks.Promises;

/// <summary>
/// Nothing unreserved is offered to a top-level role beyond its limit: counted anew over all agents, from what is used and offered
/// in the role and below it and what is reserved to it, with the limits that operators were told are in force.
/// </summary>
public sealed class QuotaLedger
{
    private readonly SimNode<MasterMessage> _master;
    private readonly StandingOrders _orders;

    public QuotaLedger(MasterTurns turns, SimNode<MasterMessage> master, StandingOrders orders)
    {
        (_master, _orders) = (master, orders);
        turns.Offered += Offer;
    }

    private void Offer(FrameworkId framework, IReadOnlyList<Offer> offers)
    {
        if (_master.Holder?.IsNewest == false)
        {
            // It has been deposed and does not know it, nor what operators told the next one: nothing of it gets out, see SilenceLedger.
            return;
        }
        foreach (var offer in offers)
        {
            var top = Top(offer.AllocationInfo?.Role ?? "*");
            if (_orders.LimitsOf(top) is { } limits)
            {
                var offered = ResourceReader.Read(offer.Resources).Bag.Unreserved().NonRevocable();
                foreach (var (name, limit) in limits)
                {
                    Invariant.Check(Sum(offered, name) == 0 || Consumed(top, name) <= limit + 0.0005,
                        $"I8: {framework} is offered {name} in {top}, which then has {Consumed(top, name)} and a limit of {limit}");
                }
            }
        }
    }

    private double Consumed(string top, string name)
    {
        var sum = 0.0;
        foreach (var agent in ((MasterCore)_master.Core!).View(_master.Clock.Now).Agents)
        {
            foreach (var entry in (agent.UsedTotal + agent.Offered).Unreserved().NonRevocable().Named(name).Entries)
            {
                sum += Top(entry.Kind.AllocationRole ?? "*") == top ? entry.Value.Scalar.Milli / 1000.0 : 0;
            }
            foreach (var entry in agent.Total.Reserved().Named(name).Entries)
            {
                sum += Top(entry.Kind.ReservationRole!) == top ? entry.Value.Scalar.Milli / 1000.0 : 0;
            }
        }
        return sum;
    }

    private static double Sum(ResourceBag bag, string name)
    {
        var sum = 0.0;
        foreach (var entry in bag.Named(name).Entries)
        {
            sum += entry.Value.Scalar.Milli / 1000.0;
        }
        return sum;
    }

    private static string Top(string role) => role.Split('/')[0];
}
