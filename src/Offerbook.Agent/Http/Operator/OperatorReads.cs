using Mesos.V1;
using Mesos.V1.Agent;
using Offerbook.Agent.Http.Executors;
using Offerbook.Agent.Tasks;
using CallType = Mesos.V1.Agent.Call.Types.Type;
using ResponseType = Mesos.V1.Agent.Response.Types.Type;

namespace Offerbook.Agent.Http.Operator;

/// <summary>The operator calls that only read the agent's state.</summary>
internal static class OperatorReads
{
    /// <returns>Null when the call is another one.</returns>
    public static Func<AgentView, RunningAgent, Response>? Find(CallType type) => type switch
    {
        CallType.GetHealth => (_, _) => new() { Type = ResponseType.GetHealth, GetHealth = new() { Healthy = true } },
        CallType.GetFlags => (_, agent) => Flags(agent),
        CallType.GetVersion => (_, agent) => Version(agent.Settings),
        CallType.GetState => (view, _) => new()
        {
            Type = ResponseType.GetState,
            GetState = new() { GetTasks = Tasks(view), GetExecutors = ExecutorMessages.Of(view), GetFrameworks = Frameworks(view) },
        },
        CallType.GetTasks => (view, _) => new() { Type = ResponseType.GetTasks, GetTasks = Tasks(view) },
        CallType.GetFrameworks => (view, _) => new() { Type = ResponseType.GetFrameworks, GetFrameworks = Frameworks(view) },
        CallType.GetExecutors => (view, _) => new() { Type = ResponseType.GetExecutors, GetExecutors = ExecutorMessages.Of(view) },
        CallType.GetOperations => (view, _) => Operations(view),
        CallType.GetAgent => (view, _) => Agent(view),
        CallType.GetResourceProviders => (_, _) => new() { Type = ResponseType.GetResourceProviders, GetResourceProviders = new() },
        _ => null,
    };

    private static Response Flags(RunningAgent agent)
    {
        var response = new Response { Type = ResponseType.GetFlags, GetFlags = new() };
        response.GetFlags.Flags.AddRange(agent.Flags.Select(flag => new Flag { Name = flag.Key, Value = flag.Value }));
        return response;
    }

    private static Response Version(AgentSettings settings) => new()
    {
        Type = ResponseType.GetVersion,
        GetVersion = new()
        {
            VersionInfo = new VersionInfo
            {
                Version = settings.Version, BuildDate = BuildInfo.Date, BuildTime = BuildInfo.Time, BuildUser = "",
            },
        },
    };

    private static Response Operations(AgentView view)
    {
        var response = new Response { Type = ResponseType.GetOperations, GetOperations = new() };
        response.GetOperations.Operations.AddRange(view.Operations);
        return response;
    }

    private static Response Agent(AgentView view)
    {
        var info = view.Info.Clone();
        info.Id = view.Id?.ToProto();
        return new Response
        {
            Type = ResponseType.GetAgent,
            GetAgent = new()
            {
                AgentInfo = info,
                DrainConfig = view.Drain,
                EstimatedDrainStartTime = view.Drain is null ? null : new TimeInfo { Nanoseconds = view.DrainStartedNanoseconds },
            },
        };
    }

    private static Response.Types.GetTasks Tasks(AgentView view)
    {
        var tasks = new Response.Types.GetTasks();
        foreach (var framework in view.Frameworks)
        {
            var queued = framework.Executors.SelectMany(executor => executor.Queued).ToHashSet();
            foreach (var task in framework.Tasks)
            {
                var list = task.Task.State.IsTerminal() ? tasks.TerminatedTasks
                    : queued.Contains(new(task.Task.TaskId.Value)) ? tasks.QueuedTasks
                    : tasks.LaunchedTasks;
                list.Add(task.Task);
            }
            tasks.CompletedTasks.AddRange(framework.Finished.Select(task => task.Task));
        }
        return tasks;
    }

    private static Response.Types.GetFrameworks Frameworks(AgentView view)
    {
        var frameworks = new Response.Types.GetFrameworks();
        foreach (var framework in view.Frameworks)
        {
            (framework.Completed ? frameworks.CompletedFrameworks : frameworks.Frameworks)
                .Add(new Response.Types.GetFrameworks.Types.Framework { FrameworkInfo = framework.Info });
        }
        return frameworks;
    }
}
