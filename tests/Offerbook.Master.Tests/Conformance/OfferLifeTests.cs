using Mesos.V1;
using Offerbook.Conformance.Kit;
using Offerbook.Wire;
using AgentCapability = Mesos.V1.AgentInfo.Types.Capability.Types.Type;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;
using KitCalls = Offerbook.Conformance.Kit.Calls;

namespace Offerbook.Master.Tests.Conformance;

/// <summary>Offers under settings and changes of agents that a cluster in use does not have.</summary>
[TestFixture(MessageFormat.Json)]
[TestFixture(MessageFormat.Protobuf)]
[Parallelizable(ParallelScope.Self)]
internal sealed class OfferLifeTests(MessageFormat format)
{
    [Test, Category("case 155"), Category("case 156")]
    public async Task Offer_ThatNobodyAnswers_IsRescinded_AndOneThatWasUsedIsNot()
    {
        await using var cluster = await ScriptedCluster.StartAsync(
            format, MasterSettings.Default with { OfferTimeout = TimeSpan.FromMilliseconds(700) }, agents: 2);
        var scheduler = await cluster.Context.SubscribedAsync();
        var used = await scheduler.NextOfferAsync();
        await scheduler.SendAsync(KitCalls.Launch(used, Specs.Task(used, "t", cpus: 4)));
        await scheduler.NextAsync(e => e.Type == EventType.Rescind, "RESCIND of another");
        await scheduler.NextOfferAsync(offer => !offer.AgentId.Equals(used.AgentId), "the other agent again");
        Assert.That(scheduler.Events.All.Any(e => e.Rescind?.OfferId.Equals(used.Id) == true), Is.False);
    }

    [Test, Category("case 147")]
    public async Task Agent_WhoseAttributesChange_IsOfferedInSpiteOfFilters()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format);
        var scheduler = await cluster.Context.SubscribedAsync();
        await scheduler.SendAsync(KitCalls.Decline(3600, (await scheduler.NextOfferAsync()).Id));
        await scheduler.NoOffersAsync();
        await cluster.Agent.DropAsync();
        cluster.Agent.Rack = "r2";
        await cluster.Agent.StartAsync();
        var offer = await scheduler.NextOfferAsync();
        Assert.That(offer.Attributes.Single(attribute => attribute.Name == "rack").Text.Value, Is.EqualTo("r2"));
    }

    [Test, Category("case 190"), Category("case 111"), Category("case 116")]
    public async Task RevocableResources_GoToWhoTakesThem_AndAreRescindedWhenTheyChange()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format);
        var usual = await cluster.Context.SubscribedAsync();
        await usual.SendAsync(KitCalls.Decline(3600, (await usual.NextOfferAsync()).Id));
        await cluster.Agent.OversubscribeAsync(Revocable(2));
        await usual.NoOffersAsync(offer => offer.Resources.Any(resource => resource.Revocable is not null));
        var taker = await cluster.Context.SubscribedAsync(Specs.Framework([cluster.Context.Unique("role")], Capability.RevocableResources));
        var offer = await taker.NextOfferAsync(next => RevocableOf(next) == 2, "an offer with 2 revocable cpus");
        Assert.That(Specs.ScalarOf(offer.Resources.Where(resource => resource.Revocable is null), "cpus"), Is.EqualTo(4));
        await cluster.Agent.OversubscribeAsync(Revocable(1));
        await taker.NextAsync(e => e.Rescind?.OfferId.Equals(offer.Id) == true, "RESCIND of the offer");
        await taker.NextOfferAsync(next => RevocableOf(next) == 1, "an offer with 1 revocable cpu");
    }

    [Test, Category("case 117")]
    public async Task RevocableResources_OfATaskThatEnds_AreOfferedAgain()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format);
        await cluster.Agent.OversubscribeAsync(Revocable(2));
        var taker = await cluster.Context.SubscribedAsync(Specs.Framework([cluster.Context.Unique("role")], Capability.RevocableResources));
        var offer = await taker.NextOfferAsync(next => RevocableOf(next) == 2, "an offer with 2 revocable cpus");
        var task = Specs.Task(offer, "t");
        task.Resources[0] = Revocable(1.5);
        await taker.SendAsync(KitCalls.Launch(offer, task));
        await taker.FollowAsync("t", TaskState.TaskRunning);
        await taker.NextOfferAsync(next => RevocableOf(next) == 0.5, "an offer with what the task left");
        await taker.SendAsync(KitCalls.Kill("t"));
        await taker.FollowAsync("t", TaskState.TaskKilled);
        await taker.NextOfferAsync(next => RevocableOf(next) == 1.5, "an offer with what the task had");
    }

    [Test, Category("case 113")]
    public async Task Agent_ThatReturnsWithOtherCapabilities_IsOfferedAccordingly()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format);
        var scheduler = await cluster.Context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        await cluster.Agent.DropAsync();
        await scheduler.NextAsync(e => e.Rescind?.OfferId.Equals(offer.Id) == true, "RESCIND of the offer");
        cluster.Agent.Capabilities.Remove(AgentCapability.MultiRole);
        await cluster.Agent.StartAsync();
        await scheduler.NoOffersAsync();
        var shown = await cluster.Context.AgentAsync(offer.AgentId);
        Assert.That(shown.Capabilities.Select(capability => capability.Type), Has.None.EqualTo(AgentCapability.MultiRole));

        await cluster.Agent.DropAsync();
        cluster.Agent.Capabilities.Add(AgentCapability.MultiRole);
        await cluster.Agent.StartAsync();
        await scheduler.NextOfferAsync(next => next.AgentId.Equals(offer.AgentId), "the agent again");
    }

    [Test, Category("case 171")]
    public async Task EphemeralPorts_OfAnAgent_AreNotOffered()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format, agents: 0);
        await cluster.JoinAsync("agent.example", "cpus:2;mem:1024;ports:[31000-32000];ephemeral_ports:[30001-30999]");
        var scheduler = await cluster.Context.SubscribedAsync();
        var offer = await scheduler.NextOfferAsync();
        Assert.That(offer.Resources.Select(resource => resource.Name), Is.EquivalentTo(new[] { "cpus", "mem", "ports" }));
    }

    [Test, Category("case 148")]
    public async Task Agents_ThatJoin_GoToRolesByTheirWeights()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format, agents: 0);
        await cluster.Operator.ExpectAsync(OperatorCalls.UpdateWeights(("one", 1), ("two", 2), ("three", 3)), 200);
        var schedulers = new List<ScriptedScheduler>();
        foreach (var role in new[] { "one", "two", "three" })
        {
            schedulers.Add(await cluster.Context.SubscribedAsync(Specs.Framework([role])));
        }
        for (var i = 0; i < 6; i++)
        {
            await cluster.JoinAsync($"agent-{i}.example");
            await cluster.Context.EventuallyAsync(() => Task.FromResult(schedulers.Sum(Count) == i + 1), "the agent to be offered");
        }
        Assert.That(schedulers.Select(Count), Is.EqualTo(new[] { 1, 2, 3 }));

        static int Count(ScriptedScheduler scheduler) => scheduler.Events.All.Sum(e => e.Offers?.Offers_.Count ?? 0);
    }

    [Test, Category("case 168")]
    public async Task Completed_FrameworksAndTasks_AreRememberedUpToTheirBounds()
    {
        await using var cluster = await ScriptedCluster.StartAsync(
            format, MasterSettings.Default with { MaxCompletedFrameworks = 1, MaxCompletedTasksPerFramework = 1 });
        var (scheduler, first, agent) = await cluster.RunAsync();
        await scheduler.SendAsync(KitCalls.Revive());
        var offer = await scheduler.NextOfferAsync(next => next.AgentId.Equals(agent), "the rest of the agent");
        await scheduler.SendAsync(KitCalls.Launch(offer, Specs.Task(offer, "second")));
        await scheduler.FollowAsync("second", TaskState.TaskRunning);
        foreach (var task in new[] { first, "second" })
        {
            await scheduler.SendAsync(KitCalls.Kill(task));
            await scheduler.FollowAsync(task, TaskState.TaskKilled);
        }
        await cluster.Context.EventuallyAsync(async () =>
        {
            var completed = (await cluster.Operator.ReadAsync(Mesos.V1.Master.Call.Types.Type.GetTasks)).GetTasks.CompletedTasks;
            return completed.Count == 1 && completed[0].TaskId.Value == "second";
        }, "only the newest task to be remembered");
        var other = await cluster.Context.SubscribedAsync();
        await cluster.Operator.ExpectAsync(OperatorCalls.Teardown(scheduler.Id!), 200);
        await cluster.Operator.ExpectAsync(OperatorCalls.Teardown(other.Id!), 200);
        var frameworks = (await cluster.Operator.ReadAsync(Mesos.V1.Master.Call.Types.Type.GetFrameworks))
            .GetFrameworks.CompletedFrameworks;
        Assert.That(frameworks.Select(framework => framework.FrameworkInfo.Id), Is.EqualTo(new[] { other.Id }));
    }

    private static Resource Revocable(double cpus)
    {
        var resource = Specs.Scalar("cpus", cpus);
        resource.Revocable = new Resource.Types.RevocableInfo();
        return resource;
    }

    private static double RevocableOf(Offer offer) =>
        Specs.ScalarOf(offer.Resources.Where(resource => resource.Revocable is not null), "cpus");
}
