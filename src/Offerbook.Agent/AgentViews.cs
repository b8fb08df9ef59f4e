using Offerbook.Agent.Executors;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Registration;
using Offerbook.Agent.Tasks;
using Offerbook.Resources;

namespace Offerbook.Agent;

internal static class AgentViews
{
    public static AgentView Of(AgentState state, MasterLink link, AgentSettings settings, bool recovering, AgentCounters counters,
        ResourceBag oversubscribed,
        AgentCondition condition)
    {
        var tasks = state.Tasks.Values.ToLookup(task => task.Key.Framework);
        var executors = state.Executors.Live.ToLookup(executor => executor.Key.Framework);
        var frameworks = state.Frameworks.Select(entry => new FrameworkView(
            entry.Value.Info,
            [.. tasks[entry.Key].Select(task => Of(task, condition))],
            [.. entry.Value.Finished.Select(Of)])
        {
            Executors = [.. executors[entry.Key].Select(ExecutorViews.Of)],
            FinishedExecutors = [.. entry.Value.FinishedExecutors.Select(ExecutorViews.Of)],
        });
        return new AgentView(state.Id, link.Registered, recovering, link.Master, settings.Info, [.. frameworks], counters)
        {
            Total = state.Operations.Total + oversubscribed,
            Operations = [.. state.Operations.InOrder.Select(operation => operation.ToProto(state.Id))],
            Degraded = condition.Problem,
            Drain = state.Drain?.Config,
            DrainStartedNanoseconds = state.Drain?.StartedNanoseconds ?? 0,
        };
    }

    private static TaskView Of(AgentTask task, AgentCondition condition) =>
        new(task.ToProto(), task.ExecutorName, task.Container, task.Executor, task.Sandbox, task.Ended)
        {
            Degraded = task.Ended ? null : condition.Of(task.Container),
        };

    private static TaskView Of(FinishedTask run) =>
        new(run.Task, run.ExecutorName, run.Container, run.Sandbox.Executor, run.Sandbox, ContainerEnded: true);
}
