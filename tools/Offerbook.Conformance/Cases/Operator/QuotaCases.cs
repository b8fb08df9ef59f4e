using Mesos.V1;
using Mesos.V1.Master;
using Mesos.V1.Quota;
using Offerbook.Conformance.Kit;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Conformance.Cases.Operator;

/// <summary>Quotas: how they are set, and what they do to offers.</summary>
public static class QuotaCases
{
    private const double Large = 1_000_000;

    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Quota_Updated_IsShownUntilItIsLifted", Updated) { Numbers = [183] },
        new("Quota_ThatIsWrong_IsRefused", Wrong) { Numbers = [183] },
        new("Quota_OfSeveralRoles_IsSetForAllOrNone", AllOrNone) { Numbers = [183] },
        new("Quota_BeyondTheCluster_IsRefusedUnlessForced", Overcommit) { Numbers = [183], Needs = Needs.Agent },
        new("Quota_BelowWhatIsUsed_IsRefusedUnlessForced", BelowUse) { Numbers = [183], Needs = Needs.Agent },
        new("Quota_ThroughTheOldCalls_GuaranteesAndLimits", OldCalls) { Numbers = [183], Needs = Needs.Agent },
        new("Quota_Limit_ChopsOffersUntilItIsLifted", Limit) { Numbers = [121, 122, 124], Needs = Needs.Agent },
        new("Quota_LimitOfTheDefaultRole_ChopsItsOffers", LimitOfStar) { Numbers = [121], Needs = Needs.Agent },
        new("Quota_Guarantee_IsKeptFromOthersUntilItsRoleComes", Guarantee) { Numbers = [120, 130], Needs = Needs.Agent },
        new("Quota_OfTwoFrameworks_IsTheirRoles", TwoFrameworks) { Numbers = [123], Needs = Needs.TwoAgents },
        new("Quota_UpdatedWhileOffersAreOut_RescindsThem", Rescinds) { Numbers = [183], Needs = Needs.Agent },
    ];

    private static async Task Updated(CaseContext context)
    {
        var role = context.Unique("role");
        await context.SetQuotaAsync(true, OperatorCalls.Quota(role, [("cpus", 1), ("mem", 64)], [("cpus", 2), ("mem", 128)]));
        var config = (await ConfigsAsync(context)).Single(known => known.Role == role);
        Expect.Equal((config.Guarantees["cpus"].Value, config.Guarantees["mem"].Value), (1.0, 64.0), "the guarantees");
        Expect.Equal((config.Limits["cpus"].Value, config.Limits["mem"].Value), (2.0, 128.0), "the limits");
        await context.Operator.ExpectAsync(OperatorCalls.UpdateQuota(false, OperatorCalls.Quota(role)), 200, "");
        Expect.That(
            (await ConfigsAsync(context)).All(known => known.Role != role || (known.Guarantees.Count == 0 && known.Limits.Count == 0)),
            "no quota any more");
    }

    private static async Task Wrong(CaseContext context)
    {
        var role = context.Unique("role");
        await context.Operator.ExpectAsync(OperatorCalls.UpdateQuota(true, OperatorCalls.Quota(role + "/child", limits: [("cpus", 1)])),
            400,
            $"Updating quota on nested role '{role}/child' is not supported yet");
        await context.Operator.ExpectAsync(OperatorCalls.UpdateQuota(true, OperatorCalls.Quota(role, [("cpus", 2)], [("cpus", 1)])), 400);
        await context.Operator.ExpectAsync(OperatorCalls.UpdateQuota(true, OperatorCalls.Quota(role, limits: [("cpus", -1)])), 400);
        await context.Operator.ExpectAsync(OperatorCalls.UpdateQuota(true, OperatorCalls.Quota(role, limits: [("mem", 1e16)])), 400);
        await context.Operator.ExpectAsync(OperatorCalls.UpdateQuota(true, OperatorCalls.Quota(role, limits: [("cpus", 1e13)])), 400);
        await context.Operator.ExpectAsync(OperatorCalls.UpdateQuota(true, OperatorCalls.Quota("", limits: [("cpus", 1)])), 400);
        Expect.That((await ConfigsAsync(context)).All(known => known.Role != role), "no quota");
    }

    private static async Task AllOrNone(CaseContext context)
    {
        var (a, b) = (context.Unique("a"), context.Unique("b"));
        await context.Operator.ExpectAsync(
            OperatorCalls.UpdateQuota(true, OperatorCalls.Quota(a, limits: [("cpus", 1)]),
                OperatorCalls.Quota(b, [("cpus", 2)], [("cpus", 1)])), 400);
        Expect.That((await ConfigsAsync(context)).All(known => known.Role != a && known.Role != b), "no quota of either");
        await context.SetQuotaAsync(true, OperatorCalls.Quota(a, limits: [("cpus", 1)]), OperatorCalls.Quota(b, limits: [("cpus", 2)]));
        Expect.Equal((await ConfigsAsync(context)).Count(known => known.Role == a || known.Role == b), 2, "the number of quotas");
    }

    private static async Task Overcommit(CaseContext context)
    {
        var role = context.Unique("role");
        var config = OperatorCalls.Quota(role, [("cpus", Large)]);
        var answer = await context.Operator.CallAsync(OperatorCalls.UpdateQuota(false, config));
        Expect.Equal(answer.Status, 400, "the status");
        Expect.Contains(answer.Reason, "exceed cluster capacity", "the text");
        await context.SetQuotaAsync(true, config);
    }

    private static async Task BelowUse(CaseContext context)
    {
        var role = context.Unique("role");
        var scheduler = await context.SubscribedAsync(Specs.Framework([role]));
        var offer = await scheduler.NextOfferAsync();
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Suppress());
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task, cpus: 0.5)));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
        var config = OperatorCalls.Quota(role, limits: [("cpus", 0.25)]);
        var answer = await context.Operator.CallAsync(OperatorCalls.UpdateQuota(false, config));
        Expect.Equal(answer.Status, 400, "the status");
        Expect.Contains(answer.Reason, "is already consuming", "the text");
        await context.SetQuotaAsync(true, config);
        await scheduler.SendAsync(Calls.Reconcile((task, null)));
        await scheduler.NextUpdateAsync(task, TaskState.TaskRunning);
    }

    private static async Task OldCalls(CaseContext context)
    {
        var role = context.Unique("role");
        context.AtEnd(() => context.Operator.CallAsync(OperatorCalls.UpdateQuota(true, OperatorCalls.Quota(role))));
        await context.Operator.ExpectAsync(Set(role, 0.5, force: false), 200, "");
        var config = (await ConfigsAsync(context)).Single(known => known.Role == role);
        Expect.Equal((config.Guarantees["cpus"].Value, config.Limits["cpus"].Value), (0.5, 0.5), "guarantee and limit");
        await context.Operator.ExpectAsync(Set(role, 0.25, force: false), 400,
            $"Failed to validate set quota request: Cannot set quota for role '{role}' which already has quota");
        await context.Operator.ExpectAsync(new Call { Type = Type.RemoveQuota, RemoveQuota = new() { Role = role } }, 200, "");
        await context.Operator.ExpectAsync(new Call { Type = Type.RemoveQuota, RemoveQuota = new() { Role = role } }, 400);
        await context.Operator.ExpectAsync(Set(role, Large, force: false), 409);
        await context.Operator.ExpectAsync(Set(role, Large, force: true), 200);
        Expect.Equal((await context.Http.SendAsync(HttpMethod.Delete, "/quota/" + role)).Status, 200, "the status of DELETE /quota/ROLE");
        Expect.Equal((await context.Http.SendAsync(HttpMethod.Delete, "/quota/" + role)).Status, 400, "the status of another");
    }

    private static async Task Limit(CaseContext context)
    {
        var role = context.Unique("role");
        await context.SetQuotaAsync(true, OperatorCalls.Quota(role, limits: [("cpus", 0.5), ("mem", 64)]));
        var scheduler = await context.SubscribedAsync(Specs.Framework([role]));
        await scheduler.NextOfferAsync();
        await scheduler.NoOffersAsync();
        var all = scheduler.Events.All.Where(e => e.Type == EventType.Offers).SelectMany(e => e.Offers.Offers_).ToList();
        Expect.Equal(all.Sum(offer => Specs.ScalarOf(offer.Resources, "cpus")), 0.5, "all cpus that are offered");
        Expect.That(all.Sum(offer => Specs.ScalarOf(offer.Resources, "mem")) <= 64, "no more mem than the limit");
        await context.Operator.ExpectAsync(OperatorCalls.UpdateQuota(false, OperatorCalls.Quota(role)), 200);
        await scheduler.SendAsync(Calls.Decline(0, all.Select(offer => offer.Id)));
        await scheduler.NextOfferAsync(offer => Specs.ScalarOf(offer.Resources, "cpus") > 0.5, "an offer beyond the old limit");
    }

    private static async Task LimitOfStar(CaseContext context)
    {
        // Others may have tasks in it.
        await context.SetQuotaAsync(true, OperatorCalls.Quota("*", limits: [("cpus", await AllocatedCpusAsync(context, "*") + 0.5)]));
        var scheduler = await context.SubscribedAsync(Specs.Framework(["*"]));
        await scheduler.NextOfferAsync(offer => Specs.ScalarOf(offer.Resources, "cpus") > 0, "an offer with cpus");
        await scheduler.NoOffersAsync(offer => Specs.ScalarOf(offer.Resources, "cpus") > 0);
        var cpus = scheduler.Events.All.Where(e => e.Type == EventType.Offers).SelectMany(e => e.Offers.Offers_)
            .Sum(offer => Specs.ScalarOf(offer.Resources, "cpus"));
        Expect.Equal(cpus, 0.5, "all cpus that are offered");
    }

    private static async Task Guarantee(CaseContext context)
    {
        var (kept, other) = (context.Unique("kept"), context.Unique("other"));
        var cpus = await CpusAsync(context);
        await context.SetQuotaAsync(true, OperatorCalls.Quota(kept, [("cpus", cpus)]));
        var outsider = await context.SubscribedAsync(Specs.Framework([other]));
        await outsider.NoOffersAsync(offer => Specs.ScalarOf(offer.Resources, "cpus") > 0);
        var insider = await context.SubscribedAsync(Specs.Framework([kept]));
        await insider.NextOfferAsync(offer => Specs.ScalarOf(offer.Resources, "cpus") > 0, "an offer of what was kept");
        await outsider.NoOffersAsync(offer => Specs.ScalarOf(offer.Resources, "cpus") > 0);
    }

    private static async Task TwoFrameworks(CaseContext context)
    {
        var role = context.Unique("role");
        await context.SetQuotaAsync(true, OperatorCalls.Quota(role, [("cpus", 1)], [("cpus", 1)]));
        var first = await context.SubscribedAsync(Specs.Framework([role]));
        var offer = await first.NextOfferAsync();
        Expect.Equal(Specs.ScalarOf(offer.Resources, "cpus"), 1, "the cpus of the first offer");
        var second = await context.SubscribedAsync(Specs.Framework([role]));
        await second.NoOffersAsync(next => Specs.ScalarOf(next.Resources, "cpus") > 0);
        await first.SendAsync(Calls.Decline(3600, offer.Id));
        var again = await second.NextOfferAsync(next => Specs.ScalarOf(next.Resources, "cpus") > 0, "an offer of what the first declined");
        Expect.Equal(Specs.ScalarOf(again.Resources, "cpus"), 1, "the cpus of the second offer");
    }

    private static async Task Rescinds(CaseContext context)
    {
        var (kept, other) = (context.Unique("kept"), context.Unique("other"));
        var outsider = await context.SubscribedAsync(Specs.Framework([other]));
        var offer = await outsider.NextOfferAsync();
        await context.SetQuotaAsync(true, OperatorCalls.Quota(kept, [("cpus", await CpusAsync(context))]));
        await outsider.NextAsync(e => e.Type == EventType.Rescind && e.Rescind.OfferId.Equals(offer.Id), "RESCIND of the offer");
    }

    private static async Task<double> AllocatedCpusAsync(CaseContext context, string role) =>
        (await context.Operator.ReadAsync(Type.GetRoles)).GetRoles.Roles.Where(known => known.Name == role)
            .Sum(known => Specs.ScalarOf(known.Resources, "cpus"));

    private static async Task<double> CpusAsync(CaseContext context) =>
        (await context.Operator.ReadAsync(Type.GetAgents)).GetAgents.Agents.Sum(agent => Specs.ScalarOf(agent.TotalResources, "cpus"));

    private static async Task<IReadOnlyList<QuotaConfig>> ConfigsAsync(CaseContext context) =>
        (await context.Operator.ReadAsync(Type.GetQuota)).GetQuota.Status.Configs;

    private static Call Set(string role, double cpus, bool force) => new()
    {
        Type = Type.SetQuota,
        SetQuota = new() { QuotaRequest = new QuotaRequest { Role = role, Force = force, Guarantee = { Specs.Scalar("cpus", cpus) } } },
    };
}
