using Mesos.V1;
using Offerbook.Conformance.Kit;
using Offerbook.Wire;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Master.Event.Types.Type;
using KitCalls = Offerbook.Conformance.Kit.Calls;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Master.Tests.Conformance;

/// <summary>What operators do to agents that cannot be undone on a cluster that others use.</summary>
[TestFixture(MessageFormat.Json)]
[TestFixture(MessageFormat.Protobuf)]
[Parallelizable(ParallelScope.Self)]
internal sealed class OperatorLossTests(MessageFormat format)
{
    [Test, Category("case 178"), Category("case 175")]
    public async Task Agent_MarkedGone_EndsItsTasksAndIsToldToShutDown()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format);
        var stream = await cluster.Operator.SubscribeAsync();
        var (aware, awareTask, agent) = await cluster.RunAsync("sleep 1000", Capability.PartitionAware);
        var (plain, plainTask, _) = await cluster.RunAsync();
        await cluster.Operator.ExpectAsync(OperatorCalls.MarkGone(agent), 200, "");
        Assert.That((await aware.NextUpdateAsync(awareTask, TaskState.TaskGoneByOperator)).Reason,
            Is.EqualTo(Reason.AgentRemovedByOperator));
        await plain.NextUpdateAsync(plainTask, TaskState.TaskLost);
        await aware.NextAsync(e => e.Failure?.AgentId.Equals(agent) == true, "FAILURE of the agent");
        await stream.TakeAsync(e => e.Type == EventType.AgentRemoved && e.AgentRemoved.AgentId.Equals(agent), "AGENT_REMOVED",
            cluster.Context.Options.Patience);
        Assert.That(await cluster.Agent.ShutDown, Is.Not.Empty);
        await aware.SendAsync(KitCalls.Reconcile(("never", agent)));
        await aware.NextUpdateAsync("never", TaskState.TaskGoneByOperator);
        await cluster.Operator.ExpectAsync(OperatorCalls.MarkGone(agent), 200, "");
        await cluster.JoinAsync("another.example");
        await stream.TakeAsync(e => e.AgentAdded?.Agent.AgentInfo.Hostname == "another.example", "AGENT_ADDED",
            cluster.Context.Options.Patience);
    }

    [Test, Category("case 178")]
    public async Task UnreachableAgent_MarkedGone_IsGone()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format, ScriptedCluster.Impatient);
        var (scheduler, task, agent) = await cluster.RunAsync("sleep 1000", Capability.PartitionAware);
        await cluster.LoseAsync(cluster.Agent);
        await scheduler.NextUpdateAsync(task, TaskState.TaskUnreachable);
        await cluster.Operator.ExpectAsync(OperatorCalls.MarkGone(agent), 200, "");
        await scheduler.SendAsync(KitCalls.Reconcile((task, agent)));
        await scheduler.NextUpdateAsync(task, TaskState.TaskGoneByOperator);
    }

    [Test, Category("case 189")]
    public async Task Agent_DrainedToBeGone_IsGoneWhenItIsEmpty()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format);
        var (scheduler, task, agent) = await cluster.RunAsync("sleep 1000", Capability.PartitionAware);
        await cluster.Operator.ExpectAsync(OperatorCalls.Drain(agent, markGone: true), 200, "");
        var over = await scheduler.NextUpdateAsync(task, TaskState.TaskGoneByOperator);
        Assert.That(over.Reason, Is.EqualTo(Reason.AgentDraining));
        await scheduler.AcknowledgeAsync(over);
        await scheduler.NextAsync(e => e.Failure?.AgentId.Equals(agent) == true, "FAILURE of the agent");
        Assert.That(await cluster.Agent.ShutDown, Is.Not.Empty);
    }

    [TestCase(true), TestCase(false), Category("case 189")]
    public async Task Agent_DrainedWhileAway_EndsItsTasksWhenItReturns(bool isLost)
    {
        await using var cluster = await ScriptedCluster.StartAsync(format, isLost ? ScriptedCluster.Impatient : null);
        var (scheduler, task, agent) = await cluster.RunAsync("sleep 1000", Capability.PartitionAware);
        if (isLost)
        {
            await cluster.LoseAsync(cluster.Agent);
        }
        else
        {
            await cluster.Agent.DropAsync();
        }
        await cluster.Operator.ExpectAsync(OperatorCalls.Drain(agent), 200, "");
        await ScriptedCluster.ComeBackAsync(cluster.Agent);
        // The acknowledgement of the first update may have been lost with the stream.
        var killed = await scheduler.FollowAsync(task, TaskState.TaskKilled);
        Assert.That(killed.Reason, Is.EqualTo(Reason.AgentDraining));
        await cluster.Context.EventuallyAsync(
            async () => (await cluster.Context.AgentAsync(agent)).DrainInfo?.State == DrainState.Drained, "the agent to be drained");
        await cluster.Operator.ExpectAsync(OperatorCalls.Reactivate(agent), 200, "");
        await scheduler.SendAsync(KitCalls.Revive());
        await scheduler.NextOfferAsync(offer => offer.AgentId.Equals(agent), "the agent again");
    }

    [Test, Category("case 188")]
    public async Task Machine_ThatGoesDown_ShutsItsAgentDown()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format);
        var (scheduler, task, agent) = await cluster.RunAsync();
        var machine = new MachineID { Hostname = "AGENT-0.example", Ip = "127.0.0.1" };
        await cluster.Operator.ExpectAsync(OperatorCalls.UpdateSchedule(OperatorCalls.Window([machine])), 200, "");
        await cluster.Operator.ExpectAsync(OperatorCalls.StartMaintenance(machine), 200, "");
        Assert.That(await cluster.Agent.ShutDown, Does.Contain("Machine DOWN"));
        await scheduler.NextUpdateAsync(task, TaskState.TaskLost);
        await scheduler.NextAsync(e => e.Failure?.AgentId.Equals(agent) == true, "FAILURE of the agent");
        await cluster.Operator.ExpectAsync(OperatorCalls.StopMaintenance(machine), 200, "");
        await cluster.Agent.DropAsync();
        await cluster.Agent.StartAsync();
        await scheduler.SendAsync(KitCalls.Revive());
        await scheduler.NextOfferAsync(offer => !offer.AgentId.Equals(agent), "the machine as a new agent");
    }
}
