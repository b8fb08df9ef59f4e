using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Pods;

/// <summary>
/// Admits a task group, with its pod if that is not there yet: all of it or nothing, in which case every task gets the same update.
/// Everything is durable before the first container is started.
/// </summary>
internal sealed class PodLaunch(AgentContext context, PodLife life, TaskLife taskLife, ResourceLedger ledger, CustomExecutors executors)
{
    /// <summary>None of the tasks is known to the agent.</summary>
    public void Launch(ExecutorOrder order)
    {
        order = order with { Tasks = [.. order.Tasks.Select(task => WithExecutor(task, order.Executor))] };
        var pod = context.State.Executors.Find(order.Key);
        var refusal = order.Refusal ?? ExecutorLaunch.Unexpected(order, pod) ?? PodChecks.Examine(order, pod, context.Settings)
            ?? ledger.Examine(
                order.Tasks.Select(task => (IEnumerable<Resource>)task.Resources).Concat(pod is null ? [order.Executor.Resources] : []));
        if (refusal is not null)
        {
            executors.Launch(order with { Refusal = refusal });
            return;
        }
        taskLife.Know(order.Framework);
        var isNew = pod is null;
        pod ??= Admit(order);
        var group = new QueuedLaunch(AdmitTasks(order, pod), IsGroup: true);
        foreach (var task in group.Tasks)
        {
            ledger.Restore(task);
            task.Runtime.Phase = ContainerPhase.Starting;
        }
        life.Launch(pod, group, isNew);
    }

    private AgentExecutor Admit(ExecutorOrder order)
    {
        context.Record(new ExecutorAdmitted
        {
            FrameworkId = order.Framework.Id,
            Executor = order.Executor,
            AgentId = order.Tasks[0].AgentId,
            ContainerId = context.Random.NextGuid().ToString(),
            AdmittedNanoseconds = context.Now.UnixNanoseconds,
        });
        var pod = context.State.Executors.Find(order.Key)!;
        ledger.Restore(pod);
        return pod;
    }

    private List<AgentTask> AdmitTasks(ExecutorOrder order, AgentExecutor pod)
    {
        var group = pod.Groups + 1;
        var admitted = new List<AgentTask>(order.Tasks.Count);
        foreach (var info in order.Tasks)
        {
            context.Record(new TaskAdmitted
            {
                FrameworkId = order.Framework.Id,
                Task = info,
                ContainerId = pod.Container.Child(context.Random.NextGuid().ToString()).Value,
                AdmittedNanoseconds = context.Now.UnixNanoseconds,
                ExecutorId = order.Executor.ExecutorId,
                Group = group,
            });
            admitted.Add(context.State.Find(new TaskKey(order.Key.Framework, TaskId.From(info.TaskId)))!);
        }
        return admitted;
    }

    /// <summary>A group names its executor once; what is derived from a task alone needs it there.</summary>
    private static TaskInfo WithExecutor(TaskInfo task, ExecutorInfo executor)
    {
        if (task.Executor is not null)
        {
            return task;
        }
        var complete = task.Clone();
        complete.Executor = executor;
        return complete;
    }
}
