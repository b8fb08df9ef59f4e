using Mesos.V1;
using Offerbook.Conformance.Kit;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Conformance.Cases.Scheduler;

/// <summary>What offers look like, and when they come.</summary>
public static class OfferCases
{
    /// <summary>Longer than any case: what is refused for so long does not come back by itself.</summary>
    private const double Long = 3600;

    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Offer_ToMultiRoleFramework_SaysTheRole", MultiRoleForm) { Numbers = [164, 169], Needs = Needs.Agent },
        new("Offer_ToOldFramework_KnowsNothingOfRolesInThePlural", OldForm) { Numbers = [169], Needs = Needs.Agent },
        new("Offer_Declined_ComesAgainAfterItsFilter", Declined) { Numbers = [33], Needs = Needs.Agent },
        new("Offer_DeclinedForLong_ComesAgainAtRevive", Revived) { Numbers = [34], Needs = Needs.Agent },
        new("Offer_AcceptedWithoutOperations_IsDeclined", AcceptedForNothing) { Numbers = [33], Needs = Needs.Agent },
        new("Offer_AcceptedWithAnEmptyLaunch_IsDeclined", AcceptedForNoTasks) { Needs = Needs.Agent },
        new("Offer_WhileSuppressed_DoesNotCome", Suppressed) { Numbers = [35], Needs = Needs.Agent },
        new("Offer_AllRolesSuppressedAtSubscription_DoesNotCome", SuppressedAtSubscription) { Numbers = [36], Needs = Needs.Agent },
        new("Offer_AllRolesSuppressedAtResubscription_DoesNotCome", SuppressedAtResubscription) { Numbers = [37], Needs = Needs.Agent },
        new("Offer_OneOfTwoRolesSuppressed_ComesForTheOther", OneRoleSuppressed) { Numbers = [137], Needs = Needs.Agent },
        new("Offer_AfterFailover_IsANewOne", AfterFailover) { Needs = Needs.Agent },
        new("Offer_UnderConstraintsThatExcludeAllAgents_DoesNotCome", Constrained) { Needs = Needs.Agent },
    ];

    private static async Task MultiRoleForm(CaseContext context)
    {
        var role = context.Unique("role");
        var scheduler = await context.SubscribedAsync(Specs.Framework([role]));
        var offer = await scheduler.NextOfferAsync();
        Expect.Equal(offer.FrameworkId.Value, scheduler.Id!.Value, "framework_id");
        Expect.Equal(offer.AllocationInfo?.Role, role, "allocation_info.role");
        Expect.That(offer.Resources.Count > 0 && offer.Resources.All(resource => resource.AllocationInfo?.Role == role),
            "resources allocated to the role");
        Expect.That(offer.Resources.All(resource => !resource.HasRole && resource.Reservation is null),
            "unreserved resources without a role");
        Expect.Equal(offer.Url.Path, "/slave(1)", "url.path");
        Expect.That(offer.Url.Scheme == "http" && offer.Url.Address.HasIp && offer.Url.Address.HasPort, "a url with ip and port");
        Expect.That(offer.Hostname.Length > 0, "a hostname");
    }

    private static async Task OldForm(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync(Specs.OldFramework("*"));
        var offer = await scheduler.NextOfferAsync();
        Expect.That(offer.AllocationInfo is null, "an offer without allocation_info");
        Expect.That(offer.Resources.All(resource => resource.AllocationInfo is null), "resources without allocation_info");
        Expect.That(offer.Resources.All(resource => resource.Role == "*" && resource.Reservations.Count == 0), "resources of the role *");
        var refined = await context.SubscribedAsync(Specs.OldFramework("*", Capability.ReservationRefinement));
        await scheduler.SendAsync(Calls.Decline(Long, offer.Id));
        var other = await refined.NextOfferAsync();
        Expect.That(other.Resources.All(resource => !resource.HasRole), "resources without a role for a framework that knows reservations");
    }

    private static async Task Declined(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        await scheduler.SendAsync(Calls.Decline(0.5, offer.Id, new OfferID { Value = "one that never was" }));
        var again = await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the agent again");
        Expect.That(!again.Id.Equals(offer.Id), "a new offer id");
    }

    private static async Task Revived(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        await DeclineAllAsync(scheduler);
        await scheduler.NoOffersAsync();
        await scheduler.SendAsync(Calls.Revive("not-ours"));
        await scheduler.NoOffersAsync();
        await scheduler.SendAsync(Calls.Revive());
        await scheduler.NextOfferAsync();
    }

    private static async Task AcceptedForNothing(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        await scheduler.SendAsync(Calls.Accept([offer.Id], [], refuseSeconds: 0));
        await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the agent again");
    }

    private static async Task AcceptedForNoTasks(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        await scheduler.SendAsync(Calls.Accept([offer.Id], [Calls.LaunchOperation()], refuseSeconds: 0));
        var again = await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the agent again");
        Expect.Equal(Specs.ScalarOf(again.Resources, "cpus"), Specs.ScalarOf(offer.Resources, "cpus"), "the cpus offered again");
    }

    private static async Task Suppressed(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offers = await scheduler.NextOffersAsync();
        await scheduler.SendAsync(Calls.Suppress());
        await scheduler.SendAsync(Calls.Decline(0, offers.Select(offer => offer.Id)));
        await scheduler.NoOffersAsync();
        await scheduler.SendAsync(Calls.Revive());
        await scheduler.NextOfferAsync();
    }

    private static async Task SuppressedAtSubscription(CaseContext context)
    {
        var role = context.Unique("role");
        var scheduler = context.NewScheduler();
        await scheduler.SubscribeAsync(Specs.Framework([role]), suppressed: [role]);
        await scheduler.NoOffersAsync();
        await scheduler.SendAsync(Calls.Revive(role));
        await scheduler.NextOfferAsync();
    }

    private static async Task SuppressedAtResubscription(CaseContext context)
    {
        var role = context.Unique("role");
        var info = Specs.Framework([role]);
        var scheduler = await context.SubscribedAsync(info);
        await scheduler.NextOfferAsync();
        await scheduler.SubscribeAsync(info, suppressed: [role]);
        await scheduler.NoOffersAsync();
    }

    private static async Task OneRoleSuppressed(CaseContext context)
    {
        var (silent, loud) = (context.Unique("silent"), context.Unique("loud"));
        var scheduler = context.NewScheduler();
        await scheduler.SubscribeAsync(Specs.Framework([silent, loud]), suppressed: [silent]);
        var offers = await scheduler.NextOffersAsync();
        Expect.That(offers.All(offer => offer.AllocationInfo.Role == loud), "offers for the role that is not suppressed");
        await scheduler.SendAsync(Calls.Suppress(loud));
        await scheduler.SendAsync(Calls.Decline(0, offers.Select(offer => offer.Id)));
        await scheduler.NoOffersAsync();
        await scheduler.SendAsync(Calls.Revive(silent));
        var revived = await scheduler.NextOfferAsync();
        Expect.Equal(revived.AllocationInfo.Role, silent, "the role of the offer after REVIVE");
    }

    private static async Task AfterFailover(CaseContext context)
    {
        var info = Specs.Framework([context.Unique("role")]);
        var first = await context.SubscribedAsync(info);
        var offer = await first.NextOfferAsync();
        var second = context.Successor(first);
        await second.SubscribeAsync(info);
        var again = await second.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the agent again");
        Expect.That(!again.Id.Equals(offer.Id), "a new offer id");
        await second.SendAsync(Calls.Launch(offer, Specs.Task(offer, context.Unique("task"))));
        var lost = await second.NextUpdateAsync(_ => true, "an update");
        Expect.Equal(lost.Message, $"Task launched with invalid offers: Offer {offer.Id.Value} is no longer valid", "the message");
        Expect.That(first.Events.All.All(e => e.Type != EventType.Rescind), "no RESCIND on the old stream");
    }

    private static async Task Constrained(CaseContext context)
    {
        var role = context.Unique("role");
        var info = Specs.Framework([role]);
        var scheduler = context.NewScheduler();
        await scheduler.SubscribeAsync(info, constraints: Specs.Constraints(role, context.Unique("attribute"), new() { Exists = new() }));
        await scheduler.NoOffersAsync();
        info.Id = scheduler.Id;
        await scheduler.ExpectAsync(Calls.UpdateFramework(info), 200, "");
        await scheduler.NextOfferAsync();
    }

    private static async Task DeclineAllAsync(ScriptedScheduler scheduler)
    {
        var declined = await scheduler.NextOffersAsync();
        await scheduler.SendAsync(Calls.Decline(Long, declined.Select(offer => offer.Id)));
        // Agents that come in offers of their own.
        var more = scheduler.Events.All.Where(e => e.Type == EventType.Offers).SelectMany(e => e.Offers.Offers_).Select(offer => offer.Id)
            .Except(declined.Select(offer => offer.Id)).ToList();
        await scheduler.SendAsync(Calls.Decline(Long, more));
        scheduler.Events.Forget(e => e.Type == EventType.Offers);
    }
}
