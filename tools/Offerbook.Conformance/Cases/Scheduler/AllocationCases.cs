using Mesos.V1;
using Offerbook.Conformance.Kit;
using Predicate = Mesos.V1.Scheduler.AttributeConstraint.Types.Predicate;
using PseudoAttribute = Mesos.V1.Scheduler.AttributeConstraint.Types.Selector.Types.PseudoattributeType;

namespace Offerbook.Conformance.Cases.Scheduler;

/// <summary>Who is offered what.</summary>
public static class AllocationCases
{
    private const double Long = 3600;

    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        new("Allocation_OfAnAgent_GoesWholeToOneFramework", Whole) { Numbers = [93], Needs = Needs.Agent },
        new("Allocation_OfTwoAgents_AlternatesBetweenEquals", Alternates) { Numbers = [94, 85], Needs = Needs.TwoAgents },
        new("Allocation_OfWhatWasDeclined_GoesToAnother", Passed) { Numbers = [103, 129], Needs = Needs.Agent },
        new("Allocation_FilteredForOneRole_ComesForTheOther", OtherRole) { Numbers = [89, 138], Needs = Needs.Agent },
        new("Allocation_OfMoreThanWasRefused_PassesTheFilter", MoreThanRefused) { Numbers = [89], Needs = Needs.Agent },
        new("Allocation_BelowTheFrameworksMinimum_DoesNotCome", Minimum) { Numbers = [105], Needs = Needs.Agent },
        new("Allocation_WithAnEmptyMinimum_ComesHoweverSmall", EmptyMinimum) { Numbers = [104, 106], Needs = Needs.Agent },
        new("Allocation_ToAFrameworkThatComesBack_IsAsItSaysThen", ComesBack) { Numbers = [135, 136], Needs = Needs.Agent },
        new("Allocation_ByHostname_IsOfThatAgent", ByHostname) { Numbers = [115], Needs = Needs.TwoAgents },
        new("Allocation_ByPattern_MustMatchWhole", ByPattern) { Needs = Needs.Agent },
    ];

    private static async Task Whole(CaseContext context)
    {
        var first = await context.SubscribedAsync();
        var offer = await first.NextOfferAsync();
        var agent = await context.AgentAsync(offer.AgentId);
        foreach (var name in new[] { "cpus", "mem", "disk" })
        {
            Expect.Equal(
                Specs.ScalarOf(offer.Resources, name),
                Specs.ScalarOf(agent.TotalResources, name) - Specs.ScalarOf(agent.AllocatedResources, name), name);
        }
        var second = await context.SubscribedAsync();
        await second.NoOffersAsync(next => next.AgentId.Equals(offer.AgentId));
    }

    private static async Task Alternates(CaseContext context)
    {
        var first = await context.SubscribedAsync();
        var all = await AllAsync(context, first);
        Expect.That(all.Select(offer => offer.AgentId.Value).Distinct().Count() >= 2, "offers of two agents");
        // One agent in use: the next to come is the one that has nothing.
        var task = Specs.Task(all[0], context.Unique("task"), cpus: Specs.ScalarOf(all[0].Resources, "cpus"));
        await first.SendAsync(Calls.Launch(all[0], task));
        await first.FollowAsync(task.TaskId.Value, TaskState.TaskRunning);
        var second = await context.SubscribedAsync();
        await first.SendAsync(Calls.Decline(0, all.Skip(1).Select(offer => offer.Id)));
        await second.NextOfferAsync(next => next.AgentId.Equals(all[1].AgentId), "the agent that the first gave back");
    }

    private static async Task Passed(CaseContext context)
    {
        var first = await context.SubscribedAsync();
        var offer = await first.NextOfferAsync();
        var second = await context.SubscribedAsync();
        await first.SendAsync(Calls.Decline(Long, offer.Id));
        await second.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "what the first declined");
        await first.NoOffersAsync(next => next.AgentId.Equals(offer.AgentId));
    }

    private static async Task OtherRole(CaseContext context)
    {
        var (a, b) = (context.Unique("a"), context.Unique("b"));
        var scheduler = context.NewScheduler();
        await scheduler.SubscribeAsync(Specs.Framework([a, b]), suppressed: [b]);
        var offers = await AllAsync(context, scheduler);
        await scheduler.SendAsync(Calls.Decline(Long, offers.Select(offer => offer.Id)));
        await scheduler.NoOffersAsync();
        await scheduler.SendAsync(Calls.Revive(b));
        var other = await scheduler.NextOfferAsync();
        Expect.Equal(other.AllocationInfo.Role, b, "the role");
    }

    private static async Task MoreThanRefused(CaseContext context)
    {
        var scheduler = await context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        var task = context.Unique("task");
        // The rest is refused for long; when the task has ended there is more than was refused.
        await scheduler.SendAsync(Calls.Accept([offer.Id], [Calls.LaunchOperation(Specs.Task(offer, task, cpus: 1))], refuseSeconds: Long));
        await scheduler.FollowAsync(task, TaskState.TaskRunning);
        await scheduler.NoOffersAsync(next => next.AgentId.Equals(offer.AgentId));
        await scheduler.SendAsync(Calls.Kill(task));
        await scheduler.FollowAsync(task, TaskState.TaskKilled);
        await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the whole agent");
    }

    private static async Task Minimum(CaseContext context)
    {
        var role = context.Unique("role");
        var info = Specs.Framework([role]);
        info.OfferFilters[role] = MinimumOf(("cpus", 100_000));
        var scheduler = await context.SubscribedAsync(info);
        await scheduler.NoOffersAsync();
        info.Id = scheduler.Id;
        info.OfferFilters[role] = MinimumOf(("cpus", 0.5));
        await scheduler.ExpectAsync(Calls.UpdateFramework(info), 200);
        await scheduler.NextOfferAsync();
    }

    private static async Task EmptyMinimum(CaseContext context)
    {
        var first = await context.SubscribedAsync();
        var offer = await first.NextOfferAsync();
        var info = Specs.Task(offer, context.Unique("task"));
        info.Resources.Clear();
        info.Resources.Add(offer.Resources.Where(resource => resource.Name is "cpus" or "mem"));
        await first.SendAsync(Calls.Suppress());
        await first.SendAsync(Calls.Launch(offer, info));
        await first.FollowAsync(info.TaskId.Value, TaskState.TaskRunning);
        // Disk and ports are left, which is less than anybody is offered who does not say so.
        var usual = await context.SubscribedAsync();
        await usual.NoOffersAsync(next => next.AgentId.Equals(offer.AgentId));
        var role = context.Unique("role");
        var humble = Specs.Framework([role]);
        humble.OfferFilters[role] = new OfferFilters { MinAllocatableResources = new() };
        var scheduler = await context.SubscribedAsync(humble);
        var rest = await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "what is left of the agent");
        Expect.Equal(Specs.ScalarOf(rest.Resources, "cpus"), 0, "cpus");
    }

    private static async Task ComesBack(CaseContext context)
    {
        var (a, b) = (context.Unique("a"), context.Unique("b"));
        var scheduler = await context.SubscribedAsync(Specs.Framework([a, b]));
        await scheduler.NextOfferAsync();
        await context.DisconnectedAsync(scheduler);
        await scheduler.SubscribeAsync(Specs.Framework([a, b]), suppressed: [a]);
        var offers = await scheduler.NextOffersAsync();
        Expect.That(offers.All(offer => offer.AllocationInfo.Role == b), "offers for the role that is not suppressed now");
    }

    private static async Task ByHostname(CaseContext context)
    {
        var role = context.Unique("role");
        var agent = await context.AnAgentAsync();
        var constraints = Specs.Constraints(role, "", new Predicate { TextEquals = new() { Value = agent.AgentInfo.Hostname } });
        constraints.RoleConstraints[role].Groups[0].AttributeConstraints[0].Selector =
            new() { PseudoattributeType = PseudoAttribute.Hostname };
        var scheduler = context.NewScheduler();
        await scheduler.SubscribeAsync(Specs.Framework([role]), constraints: constraints);
        await scheduler.NextOfferAsync(next => next.Hostname == agent.AgentInfo.Hostname, "an offer of the agent");
        await scheduler.NoOffersAsync(next => next.Hostname != agent.AgentInfo.Hostname);
        if ((await context.Operator.ReadAsync(Mesos.V1.Master.Call.Types.Type.GetAgents)).GetAgents.Agents
            .All(known => known.AgentInfo.Hostname == agent.AgentInfo.Hostname))
        {
            // Agents on one machine have one name.
            return;
        }
        constraints.RoleConstraints[role].Groups[0].AttributeConstraints[0].Predicate =
            new Predicate { TextNotEquals = new() { Value = agent.AgentInfo.Hostname } };
        var other = context.NewScheduler();
        await other.SubscribeAsync(Specs.Framework([role]), constraints: constraints);
        await other.NextOfferAsync(next => next.Hostname != agent.AgentInfo.Hostname, "an offer of another agent");
    }

    private static async Task ByPattern(CaseContext context)
    {
        var role = context.Unique("role");
        var agent = await context.AnAgentAsync();
        var constraints = Specs.Constraints(role, "", new Predicate { TextMatches = new() { Regex = agent.AgentInfo.Hostname[..2] } });
        constraints.RoleConstraints[role].Groups[0].AttributeConstraints[0].Selector =
            new() { PseudoattributeType = PseudoAttribute.Hostname };
        var info = Specs.Framework([role]);
        var scheduler = context.NewScheduler();
        await scheduler.SubscribeAsync(info, constraints: constraints);
        await scheduler.NoOffersAsync();
        info.Id = scheduler.Id;
        constraints.RoleConstraints[role].Groups[0].AttributeConstraints[0].Predicate =
            new Predicate { TextMatches = new() { Regex = agent.AgentInfo.Hostname[..2] + ".*" } };
        await scheduler.ExpectAsync(Calls.UpdateFramework(info, constraints: constraints), 200);
        await scheduler.NextOfferAsync(next => next.Hostname == agent.AgentInfo.Hostname, "an offer of the agent");
    }

    private static OfferFilters MinimumOf(params (string Name, double Value)[] quantities)
    {
        var group = new OfferFilters.Types.ResourceQuantities();
        foreach (var (name, value) in quantities)
        {
            group.Quantities[name] = new Value.Types.Scalar { Value = value };
        }
        return new OfferFilters { MinAllocatableResources = new() { Quantities = { group } } };
    }

    /// <summary>What is offered until nothing more comes.</summary>
    private static async Task<IReadOnlyList<Offer>> AllAsync(CaseContext context, ScriptedScheduler scheduler)
    {
        var count = (await context.Operator.ReadAsync(Mesos.V1.Master.Call.Types.Type.GetAgents))
            .GetAgents.Agents.Count(agent => agent.Active);
        var all = new List<Offer>();
        while (all.Count < count)
        {
            all.AddRange(await scheduler.NextOffersAsync());
        }
        return all;
    }
}
