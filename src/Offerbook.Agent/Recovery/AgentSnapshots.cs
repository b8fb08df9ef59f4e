using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Sandbox;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Recovery;

/// <summary>The durable state as one message, and back.</summary>
internal static class AgentSnapshots
{
    public static AgentSnapshot Capture(AgentState state)
    {
        var snapshot = new AgentSnapshot { Drain = state.Drain, Configured = state.Configured, Followed = state.Followed };
        if (state.Id is { } id)
        {
            snapshot.AgentId = id.ToProto();
        }
        foreach (var framework in state.Frameworks.Values)
        {
            var captured = new AgentSnapshot.Types.Framework
            {
                Info = framework.Info, IdleSinceNanoseconds = framework.IdleSinceNanoseconds,
            };
            captured.Finished.AddRange(framework.Finished.Select(Capture));
            captured.FinishedExecutors.AddRange(framework.FinishedExecutors.Select(ExecutorSnapshots.Capture));
            snapshot.Frameworks.Add(captured);
        }
        snapshot.Executors.AddRange(state.Executors.Live.Select(ExecutorSnapshots.Capture));
        snapshot.Tasks.AddRange(state.Tasks.Values.Select(Capture));
        snapshot.RetainedSandboxes.AddRange(state.RetainedSandboxes.OldestFirst.Select(Capture));
        state.Operations.Capture(snapshot);
        state.OperatorContainers.Capture(snapshot);
        return snapshot;
    }

    public static void Restore(AgentSnapshot snapshot, AgentState state)
    {
        state.Restore(
            snapshot.AgentId is null ? null : AgentId.From(snapshot.AgentId),
            snapshot.Drain,
            snapshot.Frameworks.Select(Restore),
            snapshot.Executors.Select(ExecutorSnapshots.Restore),
            snapshot.Tasks.Select(Restore));
        foreach (var kept in snapshot.RetainedSandboxes)
        {
            // The bound may have become smaller: then the oldest go, which is told when all is restored.
            state.Retain(Restore(kept), kept.EndedNanoseconds);
        }
    }

    private static AgentSnapshot.Types.RetainedSandbox Capture((SandboxPath Sandbox, long Ended) kept) => new()
    {
        AgentId = kept.Sandbox.Agent.Value,
        FrameworkId = kept.Sandbox.Framework.Value,
        ExecutorId = kept.Sandbox.Executor.Value,
        ContainerId = kept.Sandbox.Container.Value,
        EndedNanoseconds = kept.Ended,
    };

    private static SandboxPath Restore(AgentSnapshot.Types.RetainedSandbox kept) => new(
        new AgentId(kept.AgentId), new FrameworkId(kept.FrameworkId), new ExecutorId(kept.ExecutorId), new ContainerId(kept.ContainerId));

    private static AgentSnapshot.Types.FinishedTask Capture(FinishedTask run)
    {
        var captured = new AgentSnapshot.Types.FinishedTask
        {
            Task = run.Task,
            ExecutorName = run.ExecutorName,
            ExecutorId = run.Sandbox.Executor.Value,
            ContainerId = run.Container.Value,
            EndedNanoseconds = run.EndedNanoseconds,
        };
        if (run.SharesContainer)
        {
            captured.SharesContainer = true;
        }
        return captured;
    }

    private static AgentSnapshot.Types.Task Capture(AgentTask task)
    {
        var captured = new AgentSnapshot.Types.Task
        {
            FrameworkId = task.Key.Framework.ToProto(),
            Info = task.Info,
            ContainerId = task.Container.Value,
            AdmittedNanoseconds = task.AdmittedNanoseconds,
            Silenced = task.Silenced,
        };
        ExecutorSnapshots.Capture(task, captured);
        captured.Statuses.AddRange(task.Statuses);
        captured.Pending.AddRange(task.Pending);
        if (task.Kill is { } kill)
        {
            captured.Kill = new AgentSnapshot.Types.Kill
            {
                Cause = kill.Cause, GraceNanoseconds = kill.Grace.Ticks * TimeSpan.NanosecondsPerTick,
            };
        }
        return captured;
    }

    private static FrameworkRecord Restore(AgentSnapshot.Types.Framework captured)
    {
        var framework = new FrameworkRecord(captured.Info) { IdleSinceNanoseconds = captured.IdleSinceNanoseconds };
        foreach (var run in captured.Finished)
        {
            var sandbox = new SandboxPath(
                AgentId.From(run.Task.AgentId), FrameworkId.From(captured.Info.Id), new ExecutorId(run.ExecutorId),
                new ContainerId(run.ContainerId));
            framework.Finished.Enqueue(new FinishedTask(run.Task, run.ExecutorName, sandbox, run.EndedNanoseconds, run.SharesContainer));
        }
        foreach (var run in captured.FinishedExecutors)
        {
            framework.FinishedExecutors.Enqueue(ExecutorSnapshots.Restore(FrameworkId.From(captured.Info.Id), run));
        }
        return framework;
    }

    private static AgentTask Restore(AgentSnapshot.Types.Task captured)
    {
        var task = new AgentTask(
            FrameworkId.From(captured.FrameworkId), captured.Info, new ContainerId(captured.ContainerId), captured.AdmittedNanoseconds,
            captured.ExecutorId is null ? null : ExecutorId.From(captured.ExecutorId))
        {
            SharesContainer = captured.SharesContainer,
            Group = captured.HasGroup ? captured.Group : null,
            Silenced = captured.Silenced,
        };
        task.Statuses.AddRange(captured.Statuses);
        task.Pending.AddRange(captured.Pending);
        task.Reported.AddRange(captured.Reported);
        if (captured.Kill is { } kill)
        {
            task.Kill = new KillIntent(kill.Cause, TimeSpan.FromTicks(kill.GraceNanoseconds / TimeSpan.NanosecondsPerTick));
        }
        return task;
    }
}
