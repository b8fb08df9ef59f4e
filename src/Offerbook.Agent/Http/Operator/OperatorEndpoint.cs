using Mesos.V1.Agent;
using Microsoft.AspNetCore.Http;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using CallType = Mesos.V1.Agent.Call.Types.Type;

namespace Offerbook.Agent.Http.Operator;

/// <summary>
/// POST /api/v1: the agent's operator calls (API section 6). The order of the checks decides which status a client sees: method,
/// headers, body, validity, and whether the call can come and be answered as a stream.
/// </summary>
internal sealed class OperatorEndpoint(RunningAgent agent)
{
    /// <summary>The longest calls launch containers with long environments.</summary>
    private const int MaxBodyBytes = 4 * 1024 * 1024;

    private readonly ContainerEndpoint _containers = new(agent);
    private readonly AttachEndpoint _attach = new(agent);

    public async Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await context.RefuseMethodAsync("POST");
            return;
        }
        if (CallMediaTypes.Read(context.Request, out var types) is { } refusal)
        {
            await context.Response.RefuseAsync(refusal);
            return;
        }
        if (types.IsStreaming)
        {
            await StreamingAsync(context, types);
            return;
        }
        var request = await context.Request.ReadMessageAsync<Call>(maxBytes: MaxBodyBytes, cancellation: context.RequestAborted);
        if (!request.TryGet(out var call, out refusal) || (refusal = Examine(call, types)) is not null)
        {
            await context.Response.RefuseAsync(refusal);
            return;
        }
        await AnswerAsync(context, call, types);
    }

    /// <summary>The first record says what is wanted; only one call may come like this.</summary>
    private async Task StreamingAsync(HttpContext context, CallMediaTypes types)
    {
        var records = new RecordReader(context.Request, types.Content);
        var (call, refusal) = await records.ReadAsync(context.RequestAborted);
        refusal ??= call is null
            ? new HttpRefusal(StatusCodes.Status400BadRequest, "Received EOF while reading request body")
            : Examine(call, types);
        if (refusal is not null)
        {
            await context.Response.RefuseAsync(refusal);
            return;
        }
        await _attach.InputAsync(context, call!.AttachContainerInput, records);
    }

    private static HttpRefusal? Examine(Call call, CallMediaTypes types)
    {
        if (AgentCallValidator.Validate(call) is { } invalid)
        {
            return new HttpRefusal(StatusCodes.Status400BadRequest, AgentCallValidator.Prefix + invalid);
        }
        if (types.IsStreaming != (call.Type == CallType.AttachContainerInput))
        {
            return new HttpRefusal(StatusCodes.Status415UnsupportedMediaType, types.IsStreaming
                ? $"Streaming 'Content-Type' {MediaTypes.RecordIo} is not supported for {EnumText.Of(call.Type)} call"
                : $"Expecting 'Content-Type' to be {MediaTypes.RecordIo} for {EnumText.Of(call.Type)} call");
        }
        return types.AcceptsStream && call.Type is not (CallType.AttachContainerOutput or CallType.LaunchNestedContainerSession)
            ? new HttpRefusal(StatusCodes.Status406NotAcceptable, $"Streaming response is not supported for {EnumText.Of(call.Type)} call")
            : null;
    }

    private async Task AnswerAsync(HttpContext context, Call call, CallMediaTypes types)
    {
        switch (call.Type)
        {
            case CallType.LaunchNestedContainerSession:
                await _attach.SessionAsync(context, call.LaunchNestedContainerSession, types);
                break;
            case CallType.AttachContainerOutput:
                await _attach.OutputAsync(context, call.AttachContainerOutput.ContainerId, types);
                break;
            case CallType.GetContainers:
                await context.WriteMessageAsync(
                    await ContainerList.MessageAsync(agent, call.GetContainers, context.RequestAborted), types.Accept);
                break;
            case var type when OperatorReads.Find(type) is { } read:
                await context.WriteMessageAsync(read(await agent.Gateway.ViewAsync(context.RequestAborted), agent), types.Accept);
                break;
            case var _ when ProcessCalls.Find(call) is { } answer:
                await answer(context, agent, types.Accept);
                break;
            case var _ when await _containers.TryAnswerAsync(context, call, types.Accept):
                break;
            default:
                await ProviderCalls.AnswerAsync(context, call);
                break;
        }
    }
}
