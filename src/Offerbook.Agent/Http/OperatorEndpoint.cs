using Mesos.V1;
using Mesos.V1.Agent;
using Microsoft.AspNetCore.Http;
using Offerbook.Agent.Http.Executors;
using Offerbook.Agent.Tasks;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Agent.Http;

/// <summary>POST /api/v1: the agent's operator calls (API section 6), so far those that tell the agent's health, version and state.</summary>
internal sealed class OperatorEndpoint(AgentGateway gateway, AgentSettings settings)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await context.RefuseMethodAsync("POST");
            return;
        }
        var request = await context.Request.ReadMessageAsync<Call>(cancellation: context.RequestAborted);
        if (!request.TryGet(out var call, out var refusal))
        {
            await context.Response.RefuseAsync(refusal);
            return;
        }
        if (!call.HasType)
        {
            await context.Response.WriteTextAsync(
                StatusCodes.Status400BadRequest, "Failed to validate agent::Call: Expecting 'type' to be present");
            return;
        }
        if (!ContentNegotiation.TryChooseResponse(context.Request.Headers.Accept, out var format, out refusal))
        {
            await context.Response.RefuseAsync(refusal);
            return;
        }
        if (await AnswerAsync(call, context.RequestAborted) is { } answer)
        {
            await context.WriteMessageAsync(answer, format);
        }
        else
        {
            await context.Response.WriteTextAsync(StatusCodes.Status501NotImplemented,
                $"The call {EnumText.Of(call.Type)} is not supported by this agent. "
                + "Supported: GET_HEALTH, GET_VERSION, GET_STATE, GET_TASKS, GET_FRAMEWORKS, GET_EXECUTORS, GET_OPERATIONS, GET_AGENT.");
        }
    }

    /// <returns>Null when the call is not supported.</returns>
    private async Task<Response?> AnswerAsync(Call call, CancellationToken cancellation)
    {
        var type = call.Type;
        return type switch
        {
            Call.Types.Type.GetHealth => new Response
            {
                Type = Response.Types.Type.GetHealth, GetHealth = new Response.Types.GetHealth { Healthy = true },
            },
            Call.Types.Type.GetVersion => new Response
            {
                Type = Response.Types.Type.GetVersion,
                GetVersion = new Response.Types.GetVersion
                {
                    VersionInfo = new VersionInfo
                    {
                        Version = settings.Version, BuildDate = BuildInfo.Date, BuildTime = BuildInfo.Time, BuildUser = "",
                    },
                },
            },
            Call.Types.Type.GetState => StateOf(await gateway.ViewAsync(cancellation)),
            Call.Types.Type.GetTasks => new Response { Type = Response.Types.Type.GetTasks, GetTasks = TasksOf(await gateway.ViewAsync(cancellation)) },
            Call.Types.Type.GetFrameworks => new Response
            {
                Type = Response.Types.Type.GetFrameworks, GetFrameworks = FrameworksOf(await gateway.ViewAsync(cancellation)),
            },
            Call.Types.Type.GetExecutors => new Response
            {
                Type = Response.Types.Type.GetExecutors, GetExecutors = ExecutorMessages.Of(await gateway.ViewAsync(cancellation)),
            },
            Call.Types.Type.GetOperations => OperationsOf(await gateway.ViewAsync(cancellation)),
            Call.Types.Type.GetAgent => AgentOf(await gateway.ViewAsync(cancellation)),
            _ => null,
        };
    }

    private static Response StateOf(AgentView view) => new()
    {
        Type = Response.Types.Type.GetState,
        GetState = new Response.Types.GetState { GetTasks = TasksOf(view), GetExecutors = ExecutorMessages.Of(view), GetFrameworks = FrameworksOf(view) },
    };

    private static Response OperationsOf(AgentView view)
    {
        var response = new Response { Type = Response.Types.Type.GetOperations, GetOperations = new Response.Types.GetOperations() };
        response.GetOperations.Operations.AddRange(view.Operations);
        return response;
    }

    private static Response AgentOf(AgentView view)
    {
        var info = view.Info.Clone();
        info.Id = view.Id?.ToProto();
        return new Response { Type = Response.Types.Type.GetAgent, GetAgent = new Response.Types.GetAgent
        {
            AgentInfo = info,
            DrainConfig = view.Drain,
            EstimatedDrainStartTime = view.Drain is null ? null : new TimeInfo { Nanoseconds = view.DrainStartedNanoseconds },
        } };
    }

    private static Response.Types.GetTasks TasksOf(AgentView view)
    {
        var tasks = new Response.Types.GetTasks();
        foreach (var framework in view.Frameworks)
        {
            tasks.LaunchedTasks.AddRange(framework.Tasks.Where(task => !task.Task.State.IsTerminal()).Select(task => task.Task));
            tasks.TerminatedTasks.AddRange(framework.Tasks.Where(task => task.Task.State.IsTerminal()).Select(task => task.Task));
            tasks.CompletedTasks.AddRange(framework.Finished.Select(task => task.Task));
        }
        return tasks;
    }

    private static Response.Types.GetFrameworks FrameworksOf(AgentView view)
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
