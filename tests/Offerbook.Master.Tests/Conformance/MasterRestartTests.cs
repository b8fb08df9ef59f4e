using Mesos.V1;
using Offerbook.Conformance.Kit;
using Offerbook.Wire;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using KitCalls = Offerbook.Conformance.Kit.Calls;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Tests.Conformance;

/// <summary>What frameworks and operators see when the master is started anew.</summary>
[TestFixture(MessageFormat.Json)]
[TestFixture(MessageFormat.Protobuf)]
[Parallelizable(ParallelScope.Self)]
internal sealed class MasterRestartTests(MessageFormat format)
{
    [Test, Category("case 26"), Category("case 61"), Category("case 158"), Category("case 176")]
    public async Task Framework_SubscribesAgain_AndItsTaskRunsOn()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format);
        var (before, task, agent) = await cluster.RunAsync("sleep 1000", Capability.PartitionAware);
        await cluster.RestartMasterAsync();
        var recovered = (await cluster.Operator.ReadAsync(Type.GetAgents)).GetAgents;
        Assert.That(recovered.RecoveredAgents.Select(known => known.Id), Is.EqualTo(new[] { agent }));
        Assert.That(recovered.Agents, Is.Empty);

        var after = cluster.Context.Successor(before);
        await after.SubscribeAsync(Specs.Framework([cluster.Context.Unique("role")], Capability.PartitionAware));
        Assert.That(after.Id, Is.EqualTo(before.Id));
        // Nothing is said of an agent that may still come back: only the other question is answered.
        await after.SendAsync(KitCalls.Reconcile((task, agent), ("never", new AgentID { Value = "nowhere" })));
        await after.NextUpdateAsync("never", TaskState.TaskUnknown);
        Assert.That(after.Events.All.Any(e => e.Update?.Status.TaskId.Value == task), Is.False);

        await cluster.ReturnAsync(cluster.Agent);
        Assert.That(cluster.Agent.Id, Is.EqualTo(agent));
        await after.SendAsync(KitCalls.Reconcile((task, agent)));
        await after.NextUpdateAsync(task, TaskState.TaskRunning);
        var shown = (await cluster.Operator.ReadAsync(Type.GetFrameworks)).GetFrameworks;
        Assert.That(shown.Frameworks.Count(framework => framework.FrameworkInfo.Id.Equals(after.Id)), Is.EqualTo(1));
        Assert.That(shown.RecoveredFrameworks, Is.Empty);
        await after.SendAsync(KitCalls.Kill(task));
        await after.FollowAsync(task, TaskState.TaskKilled);
    }

    [Test, Category("case 67")]
    public async Task Agent_ThatWasLostBefore_IsStillUnreachable()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format, ScriptedCluster.Impatient);
        var (before, task, agent) = await cluster.RunAsync("sleep 1000", Capability.PartitionAware);
        await cluster.LoseAsync(cluster.Agent);
        await before.NextUpdateAsync(task, TaskState.TaskUnreachable);
        await cluster.RestartMasterAsync(ScriptedCluster.Impatient);
        var after = cluster.Context.Successor(before);
        await after.SubscribeAsync(Specs.Framework([cluster.Context.Unique("role")], Capability.PartitionAware));
        await after.SendAsync(KitCalls.Reconcile((task, agent)));
        Assert.That((await after.NextUpdateAsync(task, TaskState.TaskUnreachable)).UnreachableTime, Is.Not.Null);
    }

    [Test, Category("case 159")]
    public async Task Agent_ThatDoesNotReturn_BecomesUnreachable()
    {
        var hasty = MasterSettings.Default with { AgentReregisterTimeout = TimeSpan.FromSeconds(1) };
        await using var cluster = await ScriptedCluster.StartAsync(format);
        var (before, task, agent) = await cluster.RunAsync("sleep 1000", Capability.PartitionAware);
        await cluster.RestartMasterAsync(hasty);
        var after = cluster.Context.Successor(before);
        await after.SubscribeAsync(Specs.Framework([cluster.Context.Unique("role")], Capability.PartitionAware));
        await cluster.Context.EventuallyAsync(
            async () =>
                (await cluster.Operator.ReadAsync(Type.GetAgents)).GetAgents.RecoveredAgents.Count == 0, "the agent to be given up");
        await after.SendAsync(KitCalls.Reconcile((task, agent)));
        await after.NextUpdateAsync(task, TaskState.TaskUnreachable);
        await cluster.ReturnAsync(cluster.Agent);
        await after.NextUpdateAsync(task, TaskState.TaskRunning);
    }
}
