using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Offers;
using Offerbook.Master.Tasks;
using Offerbook.Wire.Identity;
using Offerbook.Wire.Registry;

namespace Offerbook.Master.Frameworks;

/// <summary>How frameworks go: their stream breaks, their failover timeout runs out, or they are torn down.</summary>
internal sealed class Departures(ClusterState cluster, OfferBook offers, TaskBook tasks, Remains remains)
{
    public void Disconnect(in Turn turn, Framework framework)
    {
        turn.CancelTimer(new HeartbeatTimer(framework.Stream!.Value));
        cluster.Streams.Remove(framework.Stream.Value);
        framework.Stream = null;
        framework.StreamId = null;
        offers.DropAll(turn, framework, OfferEnd.FrameworkDisconnected);
        cluster.Allocator.DeactivateFramework(framework.Id);
        var timeout = TimeoutOf(framework);
        cluster.Registry.Record(turn, new FrameworkDisconnected
        {
            FrameworkId = framework.Id.ToProto(),
            FailoverDeadline = Times.After(turn.Now, timeout),
        });
        AwaitReturn(turn, framework, timeout);
    }

    /// <summary>
    /// Adds a framework that is known from the journal or from an agent but has not subscribed with this master. One that was connected
    /// gets
    /// the time that agents have to come back, because it could not reach a master before, and its failover timeout after that. One that
    /// was
    /// away already is removed at its deadline, or, when there was no master then, once it has had a moment to find this one.
    /// </summary>
    /// <param name="deadline">When it was to be removed, if it was away already under the last master.</param>
    public void AddAway(in Turn turn, Framework framework, DateTimeOffset? deadline)
    {
        var left = deadline - turn.Now.Wall;
        cluster.Frameworks.Add(framework);
        cluster.Allocator.AddFramework(framework.Id, AllocatorFrameworks.Describe(framework));
        cluster.Allocator.DeactivateFramework(framework.Id);
        cluster.OperatorStreams.FrameworkAdded(framework);
        var wait = left is null ? cluster.Settings.AgentReregisterTimeout + TimeoutOf(framework)
            : left > cluster.Settings.FrameworkReturnTime ? left.Value : cluster.Settings.FrameworkReturnTime;
        if (left is null)
        {
            // Written down, so that masters that follow each other do not each give it all of that time.
            cluster.Registry.Record(turn,
                new FrameworkDisconnected { FrameworkId = framework.Id.ToProto(), FailoverDeadline = Times.After(turn.Now, wait) });
        }
        AwaitReturn(turn, framework, wait);
    }

    private void AwaitReturn(in Turn turn, Framework framework, TimeSpan timeout)
    {
        framework.DisconnectionEpoch++;
        framework.FailoverDue = turn.Now.Elapsed + timeout;
        turn.StartTimer(new FailoverTimer(framework.Id), timeout,
            new MasterMessage.FailoverTimedOut(framework.Id, framework.DisconnectionEpoch));
    }

    public void TimeOut(in Turn turn, FrameworkId id, long epoch)
    {
        if (cluster.Frameworks.TryGet(id, out var framework) && framework.DisconnectionEpoch == epoch && framework.FailoverDue is not null)
        {
            Remove(turn, framework);
        }
    }

    /// <summary>
    /// Ends a framework for good: its tasks are killed on their agents and counted as killed, without updates; its stream is closed
    /// without a word, as the one who tore it down expects. What its tasks use is free when their agents say that they are gone.
    /// </summary>
    public void Remove(in Turn turn, Framework framework)
    {
        cluster.Registry.Record(turn, new FrameworkRemoved
        {
            FrameworkId = framework.Id.ToProto(),
            UnregisteredTime = turn.Now.UnixNanoseconds,
        });
        if (framework.Stream is { } stream)
        {
            turn.CancelTimer(new HeartbeatTimer(stream));
            cluster.Streams.Remove(stream);
            framework.Stream = null;
            framework.StreamId = null;
            turn.CloseStream(stream);
        }
        turn.CancelTimer(new FailoverTimer(framework.Id));
        framework.FailoverDue = null;
        framework.Recovered = false;
        offers.DropAll(turn, framework, OfferEnd.FrameworkRemoved);
        foreach (var agent in cluster.Agents)
        {
            ShutDownOn(turn, framework, agent);
        }
        cluster.Operations.Forget(turn, framework);
        cluster.Allocator.RemoveFramework(framework.Id);
        cluster.Frameworks.Remove(framework.Id);
        cluster.OperatorStreams.FrameworkRemoved(framework);
        cluster.Frameworks.AddCompleted(new CompletedFramework(framework, turn.Now.Wall));
    }

    private void ShutDownOn(in Turn turn, Framework framework, Agent agent)
    {
        var live = agent.Tasks.Where(task => task.Framework == framework.Id).ToList();
        var executors = agent.Executors.Where(executor => executor.Framework == framework.Id).ToList();
        if (live.Count == 0 && executors.Count == 0)
        {
            return;
        }
        agent.Send(turn, AgentEvents.ShutdownFramework(framework.Id));
        foreach (var task in live)
        {
            if (!task.IsTerminal)
            {
                remains.Keep(turn, agent, framework.Id, Remains.NameOf(task.Id), task.Model.Resources);
                tasks.EndOnPaper(turn, task, TaskState.TaskKilled, Reason.FrameworkRemoved, "Framework removed");
            }
            tasks.Complete(task);
        }
        foreach (var executor in executors)
        {
            var id = ExecutorId.From(executor.Info.ExecutorId);
            agent.Executors.Remove((framework.Id, id));
            remains.Keep(turn, agent, framework.Id, Remains.NameOf(id), executor.Resources);
        }
    }

    /// <summary>A negative timeout is taken like none at all.</summary>
    private static TimeSpan TimeoutOf(Framework framework) => TimeSpan.FromSeconds(Math.Max(0, framework.Info.FailoverTimeout));
}
