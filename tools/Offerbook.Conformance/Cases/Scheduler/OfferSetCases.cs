using Mesos.V1;
using Offerbook.Conformance.Kit;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Conformance.Cases.Scheduler;

/// <summary>ACCEPT of offers that do not belong together, or are no offers any more.</summary>
public static class OfferSetCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("OfferSet_WithNone_LosesTheTask", None) { Numbers = [153] },
        new("OfferSet_WithAStaleOffer_LosesTheTask", Stale) { Numbers = [153], Needs = Needs.Agent },
        new("OfferSet_WithAnOfferTwice_LosesTheTask", Twice) { Numbers = [153], Needs = Needs.Agent },
        new("OfferSet_OfTwoAgents_LosesTheTask", TwoAgents) { Numbers = [152], Needs = Needs.TwoAgents },
        new("OfferSet_OfTwoRoles_LosesTheTask", TwoRoles) { Numbers = [154], Needs = Needs.TwoAgents },
        new("OfferSet_OfAnotherFramework_LosesTheTask", Alien) { Needs = Needs.Agent },
        new("OfferSet_ThatIsInvalid_DropsTheTaskOfAPartitionAwareFramework", Dropped) { Numbers = [152, 153] },
    ];

    private static async Task None(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        await LostAsync(context, scheduler, [], "No offers specified");
    }

    private static async Task Stale(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        await scheduler.SendAsync(Calls.Decline(0, offer.Id));
        await LostAsync(context, scheduler, [offer.Id], $"Offer {offer.Id.Value} is no longer valid");
    }

    private static async Task Twice(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        await LostAsync(context, scheduler, [offer.Id, offer.Id], $"Duplicate offer {offer.Id.Value} in offer list");
        await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the resources again, without a filter");
    }

    private static async Task TwoAgents(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var one = await scheduler.NextOfferAsync();
        var other = scheduler.Events.All.Where(e => e.Offers is not null).SelectMany(e => e.Offers.Offers_)
            .FirstOrDefault(o => !o.AgentId.Equals(one.AgentId))
            ?? await scheduler.NextOfferAsync(o => !o.AgentId.Equals(one.AgentId), "an offer of another agent");
        await LostAsync(context, scheduler, [one.Id, other.Id], "Aggregated offers must belong to one single agent. "
            + $"Offer {other.Id.Value} uses agent {other.AgentId.Value} and agent {one.AgentId.Value}");
    }

    private static async Task TwoRoles(CaseContext context)
    {
        var (a, b) = (context.Unique("a"), context.Unique("b"));
        var scheduler = context.NewScheduler();
        await scheduler.SubscribeAsync(Specs.Framework([a, b]), suppressed: [b]);
        var one = await scheduler.NextOfferAsync();
        var other = scheduler.Events.All.Where(e => e.Offers is not null).SelectMany(e => e.Offers.Offers_)
            .FirstOrDefault(o => !o.AgentId.Equals(one.AgentId))
            ?? await scheduler.NextOfferAsync(o => !o.AgentId.Equals(one.AgentId), "an offer of another agent");
        await scheduler.SendAsync(Calls.Decline(3600, other.Id));
        await scheduler.SendAsync(Calls.Suppress(a));
        await scheduler.SendAsync(Calls.Revive(b));
        var second = await scheduler.NextOfferAsync(o => o.AllocationInfo.Role == b, "an offer in the other role");
        await LostAsync(context, scheduler, [one.Id, second.Id], "Aggregated offers must be allocated to the same role. "
            + $"Offer {second.Id.Value} uses role '{b} but another is using role '{a}");
    }

    private static async Task Alien(CaseContext context)
    {
        var owner = await context.SubscribedAsync();
        var offer = await owner.NextOfferAsync();
        var other = await context.SubscribedAsync();
        await LostAsync(context, other, [offer.Id],
            $"Offer {offer.Id.Value} has invalid framework {owner.Id!.Value} while framework {other.Id!.Value} is expected");
    }

    private static async Task Dropped(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync(Specs.Framework([context.Unique("role")], Capability.PartitionAware));
        await LostAsync(context, scheduler, [new OfferID { Value = "none" }], "Offer none is no longer valid", TaskState.TaskDropped);
    }

    private static async Task LostAsync(
        CaseContext context, ScriptedScheduler scheduler, OfferID[] offers, string text, TaskState state = TaskState.TaskLost)
    {
        var task = context.Unique("task");
        var info = Specs.Task(new Offer { AgentId = new AgentID { Value = "agent" } }, task);
        await scheduler.SendAsync(Calls.Accept(offers, [Calls.LaunchOperation(info)]));
        var status = await scheduler.NextUpdateAsync(s => s.TaskId.Value == task, $"an update that says '{text}'");
        Expect.Equal(status.Message, "Task launched with invalid offers: " + text, "the message");
        Expect.Equal((status.State, status.Reason), (state, Reason.InvalidOffers), "state and reason");
    }
}
