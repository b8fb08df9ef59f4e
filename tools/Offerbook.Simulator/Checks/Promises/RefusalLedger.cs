using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Resources;
using Offerbook.Simulator.Nodes;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Checks.Promises;

/// <summary>
/// What a framework declined for a time is not offered to it in that time, in the same role, unless it revives or subscribes anew.
/// Only the newest refusal of an agent is held against the master, and only while there are few: it keeps eight of a framework, role
/// and agent, those that last longest.
/// </summary>
public sealed class RefusalLedger
{
    private const double MaxSeconds = 31_536_000;
    private const int KeptByMaster = 8;

    private readonly SimProcess _master;
    private readonly Dictionary<OfferId, Offer> _offers = [];
    private readonly Dictionary<(FrameworkId Framework, string Role, string Agent), (ResourceBag What, TimeSpan Until)> _refusals = [];
    private readonly Dictionary<(FrameworkId Framework, string Role, string Agent), List<TimeSpan>> _all = [];

    public RefusalLedger(MasterTurns turns, SimProcess master)
    {
        _master = master;
        turns.Offered += Offer;
        turns.Rescinded += (_, offer) => _offers.Remove(offer);
        turns.Taken += Take;
        turns.Subscribed += (framework, _) => Forget(framework, []);
        turns.Left += framework => Forget(framework, []);
        turns.Restarted += () =>
        {
            _offers.Clear();
            _refusals.Clear();
        };
        turns.AgentReturned += agent => Forget(key => key.Agent == agent);
    }

    /// <summary>Refusals that were taken.</summary>
    public long Refusals { get; private set; }

    private void Offer(FrameworkId framework, IReadOnlyList<Offer> offers)
    {
        foreach (var offer in offers)
        {
            _offers[OfferId.From(offer.Id)] = offer;
            var key = Key(framework, offer);
            if (_refusals.TryGetValue(key, out var refusal) && _master.Clock.Now.Elapsed < refusal.Until
                && _all[key].Count(until => until > _master.Clock.Now.Elapsed) < KeptByMaster)
            {
                var offered = ResourceReader.Read(offer.Resources).Bag.Unallocate();
                Invariant.Check(!refusal.What.Contains(offered),
                    $"I15: {framework} is offered {offered} of {offer.AgentId.Value} though it refused {refusal.What} until {refusal.Until}, and now it is {_master.Clock.Now.Elapsed}");
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
                    if (_offers.Remove(OfferId.From(id), out var used))
                    {
                        Count(Key(framework, used), UntilOf(call.Accept.Filters) ?? TimeSpan.Zero);
                    }
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
        if (UntilOf(filters) is { } until)
        {
            _refusals[Key(framework, offer)] = (ResourceReader.Read(offer.Resources).Bag.Unallocate(), until);
            Count(Key(framework, offer), until);
            Refusals++;
        }
    }

    private void Count((FrameworkId, string, string) key, TimeSpan until)
    {
        if (!_all.TryGetValue(key, out var all))
        {
            _all.Add(key, all = []);
        }
        all.RemoveAll(other => other <= _master.Clock.Now.Elapsed);
        all.Add(until);
    }

    private TimeSpan? UntilOf(Filters? filters)
    {
        var seconds = filters is { HasRefuseSeconds: true } ? filters.RefuseSeconds : 5;
        return seconds is > 0 and <= MaxSeconds ? _master.Clock.Now.Elapsed + TimeSpan.FromSeconds(seconds) : null;
    }

    private static (FrameworkId Framework, string Role, string Agent) Key(FrameworkId framework, Offer offer) =>
        (framework, offer.AllocationInfo?.Role ?? "*", offer.AgentId.Value);

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
