using Mesos.V1;
using Offerbook.Conformance.Kit;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Conformance.Cases.Operator;

/// <summary>Weights, and roles as operators see them.</summary>
public static class WeightAndRoleCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Weights_Updated_AreShown", Updated) { Numbers = [172] },
        new("Weights_ThatAreWrong_ChangeNothing", Wrong) { Numbers = [172] },
        new("Weights_ThroughTheOldEndpoint_AreTheSame", Endpoint) { Numbers = [172] },
        new("Roles_OfFrameworksWeightsAndQuotas_AreShown", Roles) { Numbers = [184], Needs = Needs.Agent },
        new("Roles_OfADescendant_ShowItsAncestors", Ancestors) { Numbers = [184] },
    ];

    private static async Task Updated(CaseContext context)
    {
        var (a, b) = (context.Unique("a"), context.Unique("b"));
        await context.Operator.ExpectAsync(OperatorCalls.UpdateWeights((a, 2.5), (b, 0.5)), 200, "");
        Expect.Equal((await WeightAsync(context, a), await WeightAsync(context, b)), (2.5, 0.5), "the weights");
        await context.Operator.ExpectAsync(OperatorCalls.UpdateWeights((a, 3)), 200, "");
        Expect.Equal((await WeightAsync(context, a), await WeightAsync(context, b)), (3, 0.5), "the weights after one was changed");
    }

    private static async Task Wrong(CaseContext context)
    {
        var (a, b) = (context.Unique("a"), context.Unique("b"));
        await context.Operator.ExpectAsync(OperatorCalls.UpdateWeights((a, 2), (b, -1)), 400,
            $"Failed to validate update weights request JSON for role '{b}': Invalid weight '-1': Weights must be positive");
        await context.Operator.ExpectAsync(OperatorCalls.UpdateWeights((a, 0)), 400,
            $"Failed to validate update weights request JSON for role '{a}': Invalid weight '0': Weights must be positive");
        await context.Operator.ExpectAsync(OperatorCalls.UpdateWeights(("/" + a, 1)), 400);
        Expect.Equal(await WeightAsync(context, a), null, "the weight of the first");
    }

    private static async Task Endpoint(CaseContext context)
    {
        var role = context.Unique("role");
        var body = System.Text.Encoding.UTF8.GetBytes($$"""[{"role":"{{role}}","weight":4.5}]""");
        Expect.Equal((await context.Http.SendAsync(HttpMethod.Put, "/weights", body, "application/json")).Status, 200,
            "the status of PUT /weights");
        Expect.Equal(await WeightAsync(context, role), 4.5, "the weight");
        var shown = (await context.Operator.GetAsync("/weights")).EnumerateArray()
            .Single(weight => weight.GetProperty("role").GetString() == role);
        Expect.Equal(shown.GetProperty("weight").GetDouble(), 4.5, "the weight in /weights");
        Expect.Equal((await context.Http.SendAsync(HttpMethod.Put, "/weights", "nonsense"u8.ToArray(), "application/json")).Status, 400,
            "the status of nonsense");
    }

    private static async Task Roles(CaseContext context)
    {
        var role = context.Unique("role");
        await context.Operator.ExpectAsync(OperatorCalls.UpdateWeights((role, 2)), 200);
        await context.SetQuotaAsync(true, OperatorCalls.Quota(role, [("cpus", 0.5)], [("cpus", 0.5)]));
        var scheduler = await context.SubscribedAsync(Specs.Framework([role]));
        var offer = await scheduler.NextOfferAsync();
        var task = context.Unique("task");
        await scheduler.SendAsync(Calls.Suppress());
        await scheduler.SendAsync(Calls.Launch(offer, Specs.Task(offer, task, cpus: 0.25)));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);

        var shown = (await context.Operator.ReadAsync(Type.GetRoles)).GetRoles.Roles.Single(known => known.Name == role);
        Expect.Equal((shown.Weight, shown.Frameworks.Single().Value), (2.0, scheduler.Id!.Value), "weight and framework");
        Expect.Equal(Specs.ScalarOf(shown.Resources, "cpus"), 0.25, "the role's cpus");
        var legacy = await FindAsync(context, role);
        Expect.Equal(legacy.GetProperty("quota").GetProperty("limit").GetProperty("cpus").GetDouble(), 0.5, "quota.limit.cpus");
        Expect.Equal(legacy.GetProperty("quota").GetProperty("guarantee").GetProperty("cpus").GetDouble(), 0.5, "quota.guarantee.cpus");
        Expect.Equal(legacy.GetProperty("quota").GetProperty("consumed").GetProperty("cpus").GetDouble(), 0.25, "quota.consumed.cpus");
        Expect.Equal(legacy.GetProperty("allocated").GetProperty("cpus").GetDouble(), 0.25, "allocated.cpus");
        Expect.Equal(legacy.GetProperty("frameworks")[0].GetString(), scheduler.Id!.Value, "the framework");
    }

    private static async Task Ancestors(CaseContext context)
    {
        var top = context.Unique("top");
        await context.SubscribedAsync(Specs.Framework([top + "/middle/low"]));
        foreach (var role in new[] { top, top + "/middle", top + "/middle/low" })
        {
            Expect.Equal((await FindAsync(context, role)).GetProperty("weight").GetDouble(), 1, $"the weight of {role}");
        }
    }

    private static async Task<double?> WeightAsync(CaseContext context, string role) =>
        (await context.Operator.ReadAsync(Type.GetWeights)).GetWeights?.WeightInfos.FirstOrDefault(weight => weight.Role == role)?.Weight;

    private static async Task<System.Text.Json.JsonElement> FindAsync(CaseContext context, string role) =>
        (await context.Operator.GetAsync("/roles")).GetProperty("roles").EnumerateArray()
            .Single(shown => shown.GetProperty("name").GetString() == role);
}
