using Mesos.V1;
using Mesos.V1.Agent;

namespace Offerbook.Agent.Http.Executors;

/// <summary>The answer to GET_EXECUTORS. One is made up for each command task, as tools expect.</summary>
internal static class ExecutorMessages
{
    public static Response.Types.GetExecutors Of(AgentView view)
    {
        var executors = new Response.Types.GetExecutors();
        foreach (var framework in view.Frameworks)
        {
            executors.Executors.AddRange(framework.Executors.Select(Of));
            executors.Executors.AddRange(framework.Tasks.Where(task => !task.HasExecutor).Select(task => MadeUp(framework, task)));
            executors.CompletedExecutors.AddRange(framework.FinishedExecutors.Select(Of));
            executors.CompletedExecutors.AddRange(
                framework.Finished.Where(task => !task.HasExecutor).Select(task => MadeUp(framework, task)));
        }
        return executors;
    }

    private static Response.Types.GetExecutors.Types.Executor Of(ExecutorView executor) => new() { ExecutorInfo = executor.Info };

    private static Response.Types.GetExecutors.Types.Executor MadeUp(FrameworkView framework, TaskView task) => new()
    {
        ExecutorInfo = new ExecutorInfo
        {
            ExecutorId = task.Executor.ToProto(), FrameworkId = framework.Info.Id, Name = task.ExecutorName,
            Source = task.Task.TaskId.Value,
        },
    };
}
