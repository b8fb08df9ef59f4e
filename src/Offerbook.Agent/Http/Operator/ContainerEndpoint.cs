using Mesos.V1;
using Mesos.V1.Agent;
using Microsoft.AspNetCore.Http;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Standalone;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using CallType = Mesos.V1.Agent.Call.Types.Type;
using ResponseType = Mesos.V1.Agent.Response.Types.Type;

namespace Offerbook.Agent.Http.Operator;

/// <summary>LAUNCH, WAIT, KILL and REMOVE of containers, and their older forms for containers within others.</summary>
internal sealed class ContainerEndpoint(RunningAgent agent)
{
    private const int SignalKill = 9;

    /// <returns>False when the call is another one.</returns>
    public async Task<bool> TryAnswerAsync(HttpContext context, Call call, MessageFormat format)
    {
        if (CallOf(call) is not { } wanted)
        {
            return false;
        }
        var reply = await agent.Gateway.CallAsync(wanted, context.RequestAborted);
        if (reply is ContainerReply.Ended ended)
        {
            await context.WriteMessageAsync(Termination(ended.Termination, call.Type == CallType.WaitNestedContainer), format);
        }
        else
        {
            await AnswerAsync(context, reply);
        }
        return true;
    }

    public static Task AnswerAsync(HttpContext context, ContainerReply reply) => reply switch
    {
        ContainerReply.Done => context.Response.WriteTextAsync(StatusCodes.Status200OK, ""),
        ContainerReply.AlreadyLaunched => context.Response.WriteTextAsync(StatusCodes.Status202Accepted, ""),
        ContainerReply.Refused refused => context.Response.WriteTextAsync(refused.Reason switch
        {
            ContainerRefusal.CannotLaunch => StatusCodes.Status400BadRequest,
            ContainerRefusal.NotFound => StatusCodes.Status404NotFound,
            _ => StatusCodes.Status500InternalServerError,
        }, refused.Text),
        _ => throw new InvalidOperationException($"a call about a container got {reply}"),
    };

    private static ContainerCall? CallOf(Call call) => call.Type switch
    {
        CallType.LaunchContainer =>
            new ContainerCall.Launch(Id(call.LaunchContainer.ContainerId), call.LaunchContainer.Command ?? new CommandInfo())
        {
            Info = call.LaunchContainer.Container,
            Resources = [.. call.LaunchContainer.Resources],
            Limits = [.. call.LaunchContainer.Limits.Select(limit => KeyValuePair.Create(limit.Key, limit.Value.Value))],
        },
        CallType.LaunchNestedContainer => new ContainerCall.Launch(
            Id(call.LaunchNestedContainer.ContainerId), call.LaunchNestedContainer.Command ?? new CommandInfo())
        {
            Info = call.LaunchNestedContainer.Container,
        },
        CallType.WaitContainer => new ContainerCall.Wait(Id(call.WaitContainer.ContainerId)),
        CallType.WaitNestedContainer => new ContainerCall.Wait(Id(call.WaitNestedContainer.ContainerId)),
        CallType.KillContainer => new ContainerCall.Kill(
            Id(call.KillContainer.ContainerId), call.KillContainer.HasSignal ? call.KillContainer.Signal : SignalKill),
        CallType.KillNestedContainer => new ContainerCall.Kill(
            Id(call.KillNestedContainer.ContainerId), call.KillNestedContainer.HasSignal ? call.KillNestedContainer.Signal : SignalKill),
        CallType.RemoveContainer => new ContainerCall.Remove(Id(call.RemoveContainer.ContainerId)),
        CallType.RemoveNestedContainer => new ContainerCall.Remove(Id(call.RemoveNestedContainer.ContainerId)),
        _ => null,
    };

    private static ContainerId Id(ContainerID id) => ContainerId.From(id);

    private static Response Termination(OperatorContainerEnded ended, bool nestedForm)
    {
        if (nestedForm)
        {
            var nested = new Response.Types.WaitNestedContainer { Limitation = ended.Limitation };
            Fill(ended, status => nested.ExitStatus = status, state => nested.State = state, reason => nested.Reason = reason,
                text => nested.Message = text);
            return new Response { Type = ResponseType.WaitNestedContainer, WaitNestedContainer = nested };
        }
        var wait = new Response.Types.WaitContainer { Limitation = ended.Limitation };
        Fill(ended, status => wait.ExitStatus = status, state => wait.State = state, reason => wait.Reason = reason,
            text => wait.Message = text);
        return new Response { Type = ResponseType.WaitContainer, WaitContainer = wait };
    }

    private static void Fill(OperatorContainerEnded ended, Action<int> status, Action<TaskState> state,
        Action<Mesos.V1.TaskStatus.Types.Reason> reason, Action<string> message)
    {
        if (ended.HasWaitStatus)
        {
            status(ended.WaitStatus);
        }
        if (ended.HasState)
        {
            state(ended.State);
        }
        if (ended.HasReason)
        {
            reason(ended.Reason);
        }
        if (ended.HasMessage)
        {
            message(ended.Message);
        }
    }
}
