using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.StatusUpdates;
using Offerbook.Agent.Tasks;
using Reason = Mesos.V1.TaskStatus.Types.Reason;
using Source = Mesos.V1.TaskStatus.Types.Source;

namespace Offerbook.Agent.Checks;

/// <summary>
/// The health check and the general check of running tasks (semantics 4.6). The first probe comes after the delay, each further one
/// an interval after the last has answered; one is under way at a time. A healthy report is sent on the first success and on
/// recovery; an unhealthy one on every failure, except failures before the first success within the grace period, which do not
/// count at all. After so many failures in a row the task is killed. General checks report changes and kill nothing.
/// </summary>
internal sealed class TaskChecks(AgentContext context, StatusMaker statuses, UpdateStreams updates, TaskKiller killer)
{
    /// <summary>
    /// Starts the checks of a container that runs. After a restart of the agent, a task that was healthy stays so until a probe says
    /// otherwise.
    /// </summary>
    public void Start(AgentTask task)
    {
        if (task.Silenced)
        {
            return;
        }
        var startedAt = context.Now.Elapsed - SinceRunning(task);
        if (task.Info.HealthCheck is { } health)
        {
            task.Runtime.Health = new CheckProgress(startedAt, initializing: task.Healthy is null);
            Await(task, CheckPurpose.Health, health.DelaySeconds);
        }
        if (task.Info.Check is { } check)
        {
            task.Runtime.General = new CheckProgress(startedAt, initializing: true);
            Await(task, CheckPurpose.General, check.DelaySeconds);
        }
    }

    /// <summary>No more probes; the answer of one that is under way is ignored.</summary>
    public void Stop(AgentTask task)
    {
        if (task.Runtime.Health is not null)
        {
            context.CancelTimer(new AgentMessage.CheckDue(task.Container, CheckPurpose.Health));
            task.Runtime.Health = null;
        }
        if (task.Runtime.General is not null)
        {
            context.CancelTimer(new AgentMessage.CheckDue(task.Container, CheckPurpose.General));
            task.Runtime.General = null;
        }
    }

    public void Due(ContainerId container, CheckPurpose purpose)
    {
        if (context.State.Find(container) is not { } task || Progress(task, purpose) is not { InFlight: false } progress)
        {
            return;
        }
        // Only commands need all of it, and there may be thousands of probes a second.
        ContainerSpec Spec() => ContainerSpecs.Of(task, context.State.Frameworks[task.Key.Framework].Info, context.Settings);
        var probe = purpose == CheckPurpose.Health ? CheckSpecs.Of(task.Info.HealthCheck, Spec) : CheckSpecs.Of(task.Info.Check, Spec);
        if (probe is not null)
        {
            progress.InFlight = true;
            context.Do(new RunCheck(container, purpose, ++progress.Number, probe));
        }
    }

    public void Finished(AgentMessage.CheckFinished finished)
    {
        if (context.State.Find(finished.Container) is not { } task
            || Progress(task, finished.Purpose) is not { InFlight: true } progress || progress.Number != finished.Number)
        {
            return;
        }
        progress.InFlight = false;
        if (finished.Purpose == CheckPurpose.Health)
        {
            Judge(task, progress, finished.Result);
        }
        else
        {
            Report(task, finished.Result);
        }
    }

    private void Judge(AgentTask task, CheckProgress progress, CheckResult result)
    {
        var check = task.Info.HealthCheck;
        if (Succeeded(result))
        {
            if (progress.Initializing || progress.ConsecutiveFailures > 0 || task.Healthy != true)
            {
                ReportHealth(task, true, null);
            }
            progress.Initializing = false;
            progress.ConsecutiveFailures = 0;
        }
        else if (!progress.Initializing || context.Now.Elapsed - progress.StartedAt > CheckTimes.Of(check.GracePeriodSeconds))
        {
            progress.ConsecutiveFailures++;
            ReportHealth(task, false, Describe(result));
            if (progress.ConsecutiveFailures >= check.ConsecutiveFailures)
            {
                Stop(task);
                killer.Kill(task, KillCause.Health, null);
                return;
            }
        }
        Await(task, CheckPurpose.Health, check.IntervalSeconds);
    }

    private void ReportHealth(AgentTask task, bool healthy, string? message) => updates.Queue(task, statuses.Make(
        task, TaskState.TaskRunning, Source.Executor, message, Reason.TaskHealthCheckStatusUpdated, healthy));

    private void Report(AgentTask task, CheckResult result)
    {
        var report = CheckReport.Of(task.Info.Check, result);
        if (task.Statuses.Count == 0 || !report.Equals(task.Statuses[^1].CheckStatus))
        {
            var status = statuses.Make(task, TaskState.TaskRunning, Source.Executor, null, Reason.TaskCheckStatusUpdated, task.Healthy);
            status.CheckStatus = report;
            updates.Queue(task, status);
        }
        Await(task, CheckPurpose.General, task.Info.Check.IntervalSeconds);
    }

    private void Await(AgentTask task, CheckPurpose purpose, double seconds) =>
        context.StartTimer(new AgentMessage.CheckDue(task.Container, purpose), CheckTimes.Of(seconds));

    private TimeSpan SinceRunning(AgentTask task)
    {
        var running = task.Statuses.Find(status => status.State == TaskState.TaskRunning);
        var seconds = running is null ? 0 : context.Now.UnixSeconds - running.Timestamp;
        return CheckTimes.Of(seconds);
    }

    private static CheckProgress? Progress(AgentTask task, CheckPurpose purpose) =>
        purpose == CheckPurpose.Health ? task.Runtime.Health : task.Runtime.General;

    private static bool Succeeded(CheckResult result) => result switch
    {
        CheckResult.CommandExited exited => exited.ExitCode == 0,
        CheckResult.HttpAnswered answered => answered.StatusCode is >= 200 and < 400,
        CheckResult.TcpAnswered answered => answered.Connected,
        _ => false,
    };

    private static string Describe(CheckResult result) => result switch
    {
        CheckResult.CommandExited exited => $"Health check failed: the command exited with status {exited.ExitCode}",
        CheckResult.HttpAnswered answered => $"Health check failed: the answer was HTTP status {answered.StatusCode}",
        CheckResult.NoAnswer none => $"Health check failed: {none.Why}",
        _ => "Health check failed: no connection",
    };
}
