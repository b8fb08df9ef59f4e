using System.Collections.Immutable;
using Google.Protobuf;
using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using Offerbook.Wire.Protobuf;

namespace Offerbook.Master.Tasks;

/// <summary>
/// Keeps a task in step everywhere it is known: with its framework, on its agent, in what the agent uses and in the allocator.
/// Resources are held until the latest state is terminal, the task itself until the framework has acknowledged that.
/// </summary>
internal sealed class TaskBook(ClusterState cluster)
{
    private readonly SharedParts _parts = new();

    /// <summary>Adds a task whose resources are charged to the framework already, because they came out of an offer.</summary>
    public LiveTask Launch(Framework framework, Agent agent, TaskInfo info, ResourceBag resources) =>
        Add(framework, agent, new TaskModel(Describe(framework, agent, info), framework.Id, agent.Id, TaskId.From(info.TaskId),
            info.Executor is null
                ? null : ExecutorId.From(info.Executor.ExecutorId), _parts.Share(resources), TaskState.TaskStaging, [], null, null));

    /// <summary>Adds a task that an agent reports and the master did not know.</summary>
    public LiveTask Learn(Framework framework, Agent agent, MesosTask reported, ResourceBag resources)
    {
        var spec = _parts.Compact(reported, framework.Info.Id, agent.Info.Id);
        resources = _parts.Share(resources);
        foreach (var status in reported.Statuses)
        {
            SharedParts.Adopt(spec, status);
        }
        var task = Add(framework, agent, new TaskModel(spec, framework.Id, agent.Id, TaskId.From(reported.TaskId),
            string.IsNullOrEmpty(reported.ExecutorId?.Value) ? null : ExecutorId.From(reported.ExecutorId), resources, reported.State,
            reported.Statuses.ToImmutableArray(), reported.HasStatusUpdateState ? reported.StatusUpdateState : null,
            ForwardedUuid(reported)), agent.Reports);
        if (!task.IsTerminal && !resources.IsEmpty)
        {
            cluster.Allocator.Charge(framework.Id, agent.Id, resources);
        }
        return task;
    }

    /// <summary>Nearly always that of the last status, whose object then does.</summary>
    private static ByteString? ForwardedUuid(MesosTask reported) => !reported.HasStatusUpdateUuid ? null
        : reported.Statuses is [.., { HasUuid: true } last] && last.Uuid == reported.StatusUpdateUuid
        ? last.Uuid : reported.StatusUpdateUuid;

    /// <summary>Moves the latest state forward and frees the resources when it has become terminal.</summary>
    public void Advance(in Turn turn, LiveTask task, TaskState state)
    {
        if (!task.Advance(state))
        {
            return;
        }
        var agent = cluster.Agents.Find(task.Agent)!;
        agent.Release(task.Framework, task.Model.Resources);
        cluster.Allocator.Recover(task.Framework, task.Agent, task.Model.Resources, refuse: null, turn.Now);
        CountEnd(task, state);
    }

    /// <summary>
    /// The master itself decides that the task is over. One that ended before keeps its state, but if nobody was told of that end,
    /// nobody ever will be, and this status is told instead.
    /// </summary>
    /// <returns>What to tell the framework; null when the end was told before.</returns>
    public TaskStatus? End(in Turn turn, LiveTask task, TaskState state, Reason reason, string message)
    {
        if (task.IsEndTold)
        {
            return null;
        }
        var status = MasterStatus.Make(turn, task.Id, task.Agent, state, reason, message);
        cluster.OperatorStreams.TaskUpdated(task.Model, status, task.IsTerminal ? task.State : state);
        task.Note(status);
        cluster.Counters.CountReason(state, Source.Master, reason);
        Advance(turn, task, state);
        return status;
    }

    /// <summary>The same for a task whose resources are still held on its agent, by what is left of it.</summary>
    public void EndOnPaper(in Turn turn, LiveTask task, TaskState state, Reason reason, string message)
    {
        if (!task.IsTerminal)
        {
            var status = MasterStatus.Make(turn, task.Id, task.Agent, state, reason, message);
            cluster.OperatorStreams.TaskUpdated(task.Model, status, state);
            task.Note(status);
            cluster.Counters.CountReason(state, Source.Master, reason);
            task.Advance(state);
            CountEnd(task, state);
        }
    }

    /// <summary>Takes a task that is over out of the living into its framework's history.</summary>
    public void Complete(LiveTask task)
    {
        Actors.Invariant.Check(task.IsTerminal, "only tasks that are over are completed");
        Remove(task);
        cluster.Frameworks.Find(task.Framework)?.CompletedTasks.Add(task.Model);
    }

    /// <summary>Takes a task out because its agent is. Nothing goes back to the allocator: it forgets the agent as a whole.</summary>
    public void Remove(LiveTask task)
    {
        cluster.Frameworks.Find(task.Framework)?.Tasks.Remove(task.Id);
        var agent = cluster.Agents.Find(task.Agent)!;
        agent.Tasks.Remove((task.Framework, task.Id));
        agent.PendingKills.Remove((task.Framework, task.Id));
        if (agent.Deactivation is not null)
        {
            cluster.DrainsToReview.Add(agent.Id);
        }
    }

    /// <summary>Adds an executor that an agent reports and the master did not know.</summary>
    public void LearnExecutor(Framework framework, Agent agent, ExecutorInfo info, ResourceBag resources)
    {
        AddExecutor(framework, agent, info, resources);
        if (!resources.IsEmpty)
        {
            cluster.Allocator.Charge(framework.Id, agent.Id, resources);
        }
    }

    /// <summary>Adds an executor whose resources are charged already, because they came out of an offer.</summary>
    public void AddExecutor(Framework framework, Agent agent, ExecutorInfo info, ResourceBag resources)
    {
        agent.Executors.Set((framework.Id, ExecutorId.From(info.ExecutorId)), new LiveExecutor(framework.Id, agent.Id, info, resources));
        agent.Use(framework.Id, resources);
    }

    public void RemoveExecutor(in Turn turn, Agent agent, LiveExecutor executor)
    {
        agent.Executors.Remove((executor.Framework, ExecutorId.From(executor.Info.ExecutorId)));
        agent.Release(executor.Framework, executor.Resources);
        if (!executor.Resources.IsEmpty)
        {
            cluster.Allocator.Recover(executor.Framework, agent.Id, executor.Resources, refuse: null, turn.Now);
        }
    }

    private void CountEnd(LiveTask task, TaskState state)
    {
        cluster.Counters.CountTerminal(state);
        cluster.Frameworks.Find(task.Framework)?.Counters.CountTerminal(state);
    }

    private LiveTask Add(Framework framework, Agent agent, TaskModel model, int learnedFrom = 0)
    {
        var task = new LiveTask(model) { LearnedFrom = learnedFrom };
        framework.Tasks.Add(task);
        agent.Tasks.Set((framework.Id, model.Id), task);
        if (!model.IsTerminal)
        {
            agent.Use(framework.Id, model.Resources);
        }
        cluster.OperatorStreams.TaskAdded(task);
        return task;
    }

    private MesosTask Describe(Framework framework, Agent agent, TaskInfo info)
    {
        var task = new MesosTask
        {
            Name = info.Name,
            TaskId = info.TaskId,
            State = TaskState.TaskStaging,
            ExecutorId = info.Executor?.ExecutorId,
            Labels = info.Labels,
            Discovery = info.Discovery,
            Container = ShownContainer.Of(info.Container),
            HealthCheck = info.HealthCheck,
            KillPolicy = info.KillPolicy,
        };
        task.Resources.Add(info.Resources);
        task.Limits.Add(info.Limits);
        var user = info.Command is { HasUser: true } command ? command.User
            : info.Executor?.Command is { HasUser: true } executor ? executor.User : null;
        if (user is not null)
        {
            task.User = user;
        }
        return _parts.Compact(task, framework.Info.Id, agent.Info.Id);
    }
}
