using Mesos.V1;
using Offerbook.Conformance.Kit;
using Offerbook.Wire;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;
using KitCalls = Offerbook.Conformance.Kit.Calls;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Master.Tests.Conformance;

/// <summary>Agents that fall silent, lose their stream and come back, as schedulers live through it over HTTP.</summary>
[TestFixture(MessageFormat.Json)]
[TestFixture(MessageFormat.Protobuf)]
[Parallelizable(ParallelScope.Self)]
internal sealed class PartitionTests(MessageFormat format)
{
    [Test, Category("case 68"), Category("case 71"), Category("case 72")]
    public async Task Agent_ThatIsSilent_IsLost_AndItsTasksRunOnWhenItReturns()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format, ScriptedCluster.Impatient);
        var (aware, awareTask, agent) = await cluster.RunAsync("sleep 1000", Capability.PartitionAware);
        var (plain, plainTask, _) = await cluster.RunAsync();
        var holder = await cluster.Context.SubscribedAsync();
        var offer = await holder.NextOfferAsync();
        await cluster.LoseAsync(cluster.Agent);

        var unreachable = await aware.NextUpdateAsync(awareTask, TaskState.TaskUnreachable);
        Assert.That((unreachable.Reason, unreachable.HasUuid), Is.EqualTo((Reason.AgentRemoved, false)));
        Assert.That(unreachable.UnreachableTime, Is.Not.Null);
        Assert.That((await plain.NextUpdateAsync(plainTask, TaskState.TaskLost)).Reason, Is.EqualTo(Reason.AgentRemoved));
        await aware.NextAsync(e => e.Type == EventType.Failure && e.Failure.AgentId.Equals(agent) && e.Failure.ExecutorId is null,
            "FAILURE of the agent");
        await holder.NextAsync(e => e.Rescind?.OfferId.Equals(offer.Id) == true, "RESCIND");
        await aware.SendAsync(KitCalls.Reconcile((awareTask, agent), ("never", agent)));
        await aware.NextUpdateAsync(awareTask, TaskState.TaskUnreachable);
        await aware.NextUpdateAsync("never", TaskState.TaskUnreachable);
        var metrics = await cluster.Operator.GetAsync("/metrics/snapshot");
        Assert.That(metrics.GetProperty("master/slave_unreachable_completed").GetDouble(), Is.EqualTo(1));
        Assert.That(metrics.GetProperty("master/slaves_unreachable").GetDouble(), Is.EqualTo(1));

        await ScriptedCluster.ComeBackAsync(cluster.Agent);
        Assert.That(cluster.Agent.Id, Is.EqualTo(agent));
        Assert.That((await aware.NextUpdateAsync(awareTask, TaskState.TaskRunning)).Reason, Is.EqualTo(Reason.AgentReregistered));
        await plain.SendAsync(KitCalls.Reconcile((plainTask, null)));
        await plain.NextUpdateAsync(plainTask, TaskState.TaskRunning);
        Assert.That(cluster.Agent.Runs(awareTask) && cluster.Agent.Runs(plainTask), Is.True);
    }

    [TestCase(true), TestCase(false)]
    [Category("case 69"), Category("case 70"), Category("case 76")]
    public async Task Task_ThatEndsWhileTheAgentIsAway_SaysSoWhenItReturns(bool isAware)
    {
        await using var cluster = await ScriptedCluster.StartAsync(format, ScriptedCluster.Impatient);
        var (scheduler, task, _) = await cluster.RunAsync("sleep 1000", isAware ? [Capability.PartitionAware] : []);
        await cluster.LoseAsync(cluster.Agent);
        await scheduler.NextUpdateAsync(task, isAware ? TaskState.TaskUnreachable : TaskState.TaskLost);
        await cluster.Agent.FinishAsync(task);
        await scheduler.Events.NoneAsync(e => e.Update?.Status.State == TaskState.TaskFinished, "update of an agent that is lost",
            cluster.Context.Options.Quiet);
        await ScriptedCluster.ComeBackAsync(cluster.Agent);
        await scheduler.FollowAsync(task, TaskState.TaskFinished);
    }

    [Test, Category("case 77")]
    public async Task Executor_ThatEndsOnALostAgent_IsNotSpokenOf()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format, ScriptedCluster.Impatient);
        var scheduler = await cluster.Context.SubscribedAsync(Specs.Framework([cluster.Context.Unique("role")], Capability.PartitionAware));
        var offer = await scheduler.NextOfferAsync();
        await scheduler.SendAsync(KitCalls.LaunchGroup(offer, Specs.DefaultExecutor(scheduler.Id!, "e"), Specs.Task(offer, "t")));
        await scheduler.FollowAsync("t", TaskState.TaskRunning);
        await cluster.LoseAsync(cluster.Agent);
        await scheduler.NextUpdateAsync("t", TaskState.TaskUnreachable);
        await scheduler.NextAsync(e => e.Type == EventType.Failure && e.Failure.ExecutorId is null, "FAILURE of the agent");

        await cluster.Agent.ExitExecutorsAsync();
        await scheduler.Events.NoneAsync(e => e.Type is EventType.Failure or EventType.Update, "event about a lost agent",
            cluster.Context.Options.Quiet);
        await scheduler.SendAsync(KitCalls.Reconcile(("t", offer.AgentId)));
        await scheduler.NextUpdateAsync("t", TaskState.TaskUnreachable);
    }

    [Test, Category("case 84")]
    public async Task Call_OfASchedulerThatTheMasterHasLost_IsRefused()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format);
        var (scheduler, task, _) = await cluster.RunAsync();
        // Only the way from the master is broken: the scheduler still calls, and does not know.
        await cluster.Context.DisconnectedAsync(scheduler);
        foreach (var call in new[] { KitCalls.Kill(task), KitCalls.Revive(), KitCalls.Reconcile((task, null)) })
        {
            await scheduler.ExpectAsync(call, 403, "Framework is not subscribed");
        }
        Assert.That(cluster.Agent.Runs(task), Is.True);
        await scheduler.SubscribeAsync(Specs.Framework([cluster.Context.Unique("role")]));
        await scheduler.SendAsync(KitCalls.Kill(task));
        await scheduler.FollowAsync(task, TaskState.TaskKilled);
    }

    [Test, Category("case 73")]
    public async Task Agent_ReturningAfterItsFrameworkEnded_EndsItsTasks()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format, ScriptedCluster.Impatient);
        var (scheduler, task, _) = await cluster.RunAsync("sleep 1000", Capability.PartitionAware);
        await cluster.LoseAsync(cluster.Agent);
        await scheduler.SendAsync(KitCalls.Plain(Mesos.V1.Scheduler.Call.Types.Type.Teardown));
        await cluster.Context.RemovedAsync(scheduler);
        await ScriptedCluster.ComeBackAsync(cluster.Agent);
        Assert.That(cluster.Agent.Runs(task), Is.False);
        var heir = await cluster.Context.SubscribedAsync();
        await heir.NextOfferAsync(offer => Specs.ScalarOf(offer.Resources, "cpus") == 4, "the whole agent");
    }

    [Test, Category("case 74")]
    public async Task Framework_ThatWasAwayItself_LearnsByReconciling()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format, ScriptedCluster.Impatient);
        var (scheduler, task, agent) = await cluster.RunAsync("sleep 1000", Capability.PartitionAware);
        await cluster.Context.DisconnectedAsync(scheduler);
        await cluster.LoseAsync(cluster.Agent);
        await scheduler.SubscribeAsync(Specs.Framework([cluster.Context.Unique("role")], Capability.PartitionAware));
        await scheduler.SendAsync(KitCalls.Reconcile((task, agent)));
        await scheduler.NextUpdateAsync(task, TaskState.TaskUnreachable);
    }

    [Test, Category("case 75"), Category("case 162"), Category("case 163")]
    public async Task Agent_ThatLosesItsStreamAndReturns_LosesNothing()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format);
        var (scheduler, task, agent) = await cluster.RunAsync();
        await cluster.Agent.DropAsync();
        await cluster.Agent.StartAsync();
        await cluster.Agent.StartAsync();
        Assert.That(cluster.Agent.Id, Is.EqualTo(agent));
        Assert.That(cluster.Agent.Runs(task), Is.True);
        await scheduler.Events.NoneAsync(e => e.Update is not null || e.Failure is not null, "update or failure",
            cluster.Context.Options.Quiet);
        await scheduler.SendAsync(KitCalls.Kill(task));
        await scheduler.FollowAsync(task, TaskState.TaskKilled);
    }

    [Test, Category("case 78")]
    public async Task Task_OverAndUnacknowledgedWhenItsAgentIsLost_KeepsItsEnd()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format, ScriptedCluster.Impatient);
        var (scheduler, task, agent) = await cluster.RunAsync("true", Capability.PartitionAware);
        await scheduler.NextUpdateAsync(task, TaskState.TaskFinished);
        await cluster.LoseAsync(cluster.Agent);
        await scheduler.NextAsync(e => e.Type == EventType.Failure && e.Failure.AgentId.Equals(agent), "FAILURE of the agent");
        Assert.That(scheduler.Events.All.Any(e => e.Update?.Status.State == TaskState.TaskUnreachable), Is.False);
    }

    [Test, Category("case 170")]
    public async Task Task_MissingFromAnAgentThatReturns_IsLost()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format);
        var (aware, awareTask, _) = await cluster.RunAsync("sleep 1000", Capability.PartitionAware);
        var (plain, plainTask, _) = await cluster.RunAsync();
        await cluster.Agent.DropAsync();
        cluster.Agent.Forget(awareTask);
        cluster.Agent.Forget(plainTask);
        await cluster.Agent.StartAsync();
        await aware.FollowAsync(awareTask, TaskState.TaskDropped);
        await plain.FollowAsync(plainTask, TaskState.TaskLost);
    }

    [Test, Category("case 191")]
    public async Task Operation_OnALostAgent_IsUnreachable_AndGoneWithIt()
    {
        await using var cluster = await ScriptedCluster.StartAsync(format, ScriptedCluster.Impatient);
        var role = cluster.Context.Unique("role");
        var scheduler = await cluster.Context.SubscribedAsync(Specs.Framework([role]));
        var offer = await scheduler.NextOfferAsync();
        cluster.Agent.Operations.Answers = false;
        await scheduler.SendAsync(
            KitCalls.Accept([offer.Id], [KitOperations.Reserve("reserve", KitOperations.Reserved("cpus", 1, role))], refuseSeconds: 0));
        await scheduler.SendAsync(KitCalls.ReconcileOperations(("reserve", null)));
        Assert.That((await scheduler.NextOperationAsync("reserve")).State, Is.EqualTo(OperationState.OperationPending));
        await cluster.LoseAsync(cluster.Agent);
        Assert.That((await scheduler.NextOperationAsync("reserve")).State, Is.EqualTo(OperationState.OperationUnreachable));
        await scheduler.SendAsync(KitCalls.ReconcileOperations(("never", offer.AgentId)));
        Assert.That((await scheduler.NextOperationAsync("never")).State, Is.EqualTo(OperationState.OperationUnreachable));
        await cluster.Operator.ExpectAsync(OperatorCalls.MarkGone(offer.AgentId), 200);
        await scheduler.SendAsync(KitCalls.ReconcileOperations(("never", offer.AgentId)));
        Assert.That((await scheduler.NextOperationAsync("never")).State, Is.EqualTo(OperationState.OperationGoneByOperator));
    }
}
