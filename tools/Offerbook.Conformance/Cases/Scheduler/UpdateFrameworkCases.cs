using Mesos.V1;
using Offerbook.Conformance.Kit;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Conformance.Cases.Scheduler;

/// <summary>UPDATE_FRAMEWORK, the one call that is answered when it is done.</summary>
public static class UpdateFrameworkCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("UpdateFramework_OfNameAndRoles_IsShown", Shown),
        new("UpdateFramework_ThatIsInvalid_IsRefused", Invalid),
        new("UpdateFramework_LeavingARole_RescindsItsOffers", LeavingARole) { Numbers = [164], Needs = Needs.Agent },
        new("UpdateFramework_OfSuppressedRoles_ReplacesTheSet", SuppressedRoles) { Needs = Needs.Agent },
    ];

    private static async Task Shown(CaseContext context)
    {
        var (old, @new) = (context.Unique("old"), context.Unique("new"));
        var info = Specs.Framework([old]);
        var scheduler = await context.SubscribedAsync(info);
        info.Id = scheduler.Id;
        info.Name = "renamed";
        info.Roles[0] = @new;
        await scheduler.ExpectAsync(Calls.UpdateFramework(info), 200, "");
        var shown = (await context.FindFrameworkAsync(scheduler.Id!))!.Value;
        Expect.Equal(shown.GetProperty("name").GetString(), "renamed", "the name");
        Expect.SameItems(shown.GetProperty("roles").EnumerateArray().Select(role => role.GetString()!), [@new], "the roles");
    }

    private static async Task Invalid(CaseContext context)
    {
        var info = Specs.Framework([context.Unique("role")]);
        var scheduler = await context.SubscribedAsync(info);
        info.Id = scheduler.Id;

        async Task Refused(Action<FrameworkInfo> spoil, string text)
        {
            var spoilt = info.Clone();
            spoil(spoilt);
            await scheduler.ExpectAsync(Calls.UpdateFramework(spoilt), 400, text);
        }

        await Refused(i => i.Id = new FrameworkID { Value = "other" },
            "Failed to validate scheduler::Call: 'framework_id' differs from 'update_framework.framework_info.id'");
        await Refused(i => i.Roles.Add(i.Roles[0]),
            $"Supplied FrameworkInfo is not valid: 'FrameworkInfo.roles' contains duplicate items: {{ {info.Roles[0]} }}");
        await Refused(i => i.User = "other",
            "FrameworkInfo update is not valid: Updating 'FrameworkInfo.user' is unsupported; attempted to update from 'root' to 'other'");
        await Refused(i => i.Checkpoint = true,
            "FrameworkInfo update is not valid: Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update from 'false' to 'true'");
        await Refused(i => i.Principal = "somebody", "FrameworkInfo update is not valid: Changing framework's principal is not allowed.");
        await scheduler.ExpectAsync(Calls.UpdateFramework(info, suppressed: ["x"]), 400,
            "'UpdateFramework' call is not valid: Suppressed roles { x } are not contained in the set of roles");
        await scheduler.ExpectAsync(Calls.UpdateFramework(info, constraints: Specs.Constraints("x", "a", new() { Exists = new() })), 400,
            "'UpdateFramework' call is not valid: Offer constraints specify `role_constraints` for a role 'x'not contained in the set of roles");
    }

    private static async Task LeavingARole(CaseContext context)
    {
        var (old, @new) = (context.Unique("old"), context.Unique("new"));
        var info = Specs.Framework([old]);
        var scheduler = await context.SubscribedAsync(info);
        var offer = await scheduler.NextOfferAsync();
        info.Id = scheduler.Id;
        info.Roles[0] = @new;
        await scheduler.ExpectAsync(Calls.UpdateFramework(info), 200, "");
        await scheduler.NextAsync(e => e.Type == EventType.Rescind && e.Rescind.OfferId.Equals(offer.Id),
            "RESCIND of the offer in the role that was left");
        await scheduler.NextOfferAsync(next => next.AllocationInfo.Role == @new, "an offer in the new role");
    }

    private static async Task SuppressedRoles(CaseContext context)
    {
        var role = context.Unique("role");
        var info = Specs.Framework([role]);
        var scheduler = context.NewScheduler();
        await scheduler.SubscribeAsync(info, suppressed: [role]);
        await scheduler.NoOffersAsync();
        info.Id = scheduler.Id;
        await scheduler.ExpectAsync(Calls.UpdateFramework(info), 200, "");
        var offers = await scheduler.NextOffersAsync();
        await scheduler.ExpectAsync(Calls.UpdateFramework(info, suppressed: [role]), 200, "");
        await scheduler.SendAsync(Calls.Decline(0, offers.Select(offer => offer.Id)));
        await scheduler.NoOffersAsync();
    }
}
