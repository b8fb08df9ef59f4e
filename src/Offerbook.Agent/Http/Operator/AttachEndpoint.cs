using Mesos.V1;
using Mesos.V1.Agent;
using Microsoft.AspNetCore.Http;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Agent.Standalone;
using Offerbook.Wire.Http;

namespace Offerbook.Agent.Http.Operator;

/// <summary>LAUNCH_NESTED_CONTAINER_SESSION, ATTACH_CONTAINER_OUTPUT and ATTACH_CONTAINER_INPUT.</summary>
internal sealed class AttachEndpoint(RunningAgent agent)
{
    private const int SignalKill = 9;

    /// <summary>A process to look around with, which is killed when this connection ends.</summary>
    public async Task SessionAsync(HttpContext context, Call.Types.LaunchNestedContainerSession session, CallMediaTypes types)
    {
        var id = ContainerId.From(session.ContainerId);
        var launch = new ContainerCall.Launch(id, session.Command ?? new CommandInfo()) { Info = session.Container, IsSession = true };
        var launched = false;
        try
        {
            // Not cancelled when the client leaves: what was launched must be known, to be killed.
            var reply = await agent.Gateway.CallAsync(launch, CancellationToken.None);
            launched = reply is ContainerReply.Done;
            if (!launched)
            {
                await ContainerEndpoint.AnswerAsync(context, reply);
            }
            else if (agent.Attached.Find(id) is { } container)
            {
                await StreamAsync(context, container, types);
            }
            else
            {
                await context.Response.WriteTextAsync(StatusCodes.Status404NotFound, $"Container {id} cannot be found");
            }
        }
        finally
        {
            if (launched)
            {
                await agent.Gateway.CallAsync(new ContainerCall.Kill(id, SignalKill), CancellationToken.None);
            }
        }
    }

    public async Task OutputAsync(HttpContext context, ContainerID wanted, CallMediaTypes types)
    {
        var id = ContainerId.From(wanted);
        if (await agent.Attached.FindAsync(id) is { } container)
        {
            await StreamAsync(context, container, types);
        }
        else
        {
            await RefuseAsync(context, id);
        }
    }

    public async Task InputAsync(HttpContext context, Call.Types.AttachContainerInput first, RecordReader records)
    {
        if (first.Type != Call.Types.AttachContainerInput.Types.Type.ContainerId)
        {
            await context.Response.WriteTextAsync(
                StatusCodes.Status400BadRequest, "Expecting 'attach_container_input.type' to be CONTAINER_ID");
            return;
        }
        var id = ContainerId.From(first.ContainerId);
        if (await agent.Attached.FindAsync(id) is not { } container)
        {
            await RefuseAsync(context, id);
            return;
        }
        if (container.TryEnterInput() is not { } process)
        {
            await context.Response.WriteTextAsync(StatusCodes.Status409Conflict, "Multiple input connections are not allowed");
            return;
        }
        try
        {
            var refusal = await CopyAsync(process, container, records, context.RequestAborted);
            await (refusal is null
                ? context.Response.WriteTextAsync(StatusCodes.Status200OK, "")
                : context.Response.RefuseAsync(refusal));
        }
        finally
        {
            container.LeaveInput();
        }
    }

    /// <returns>What was wrong, or null when the request ended, or what it was for has.</returns>
    private static async Task<HttpRefusal?> CopyAsync(
        IAttachedProcess process, AttachedContainer container, RecordReader records, CancellationToken gone)
    {
        while (true)
        {
            var next = records.ReadAsync(gone).AsTask();
            // Who types sees the end of the container by the output, and hangs up; until then the process's end ends the input.
            if (await Task.WhenAny(next, process.Exit) != next && !next.IsCompleted)
            {
                return null;
            }
            var (call, refusal) = await next;
            if (refusal is not null || call is null)
            {
                return refusal;
            }
            refusal = call.AttachContainerInput is { Type: Call.Types.AttachContainerInput.Types.Type.ProcessIo, ProcessIo: { } io }
                ? await TakeAsync(process, container, io, gone)
                : Bad("Expecting 'attach_container_input.type' to be PROCESS_IO");
            if (refusal is not null)
            {
                return refusal;
            }
        }
    }

    private static async ValueTask<HttpRefusal?> TakeAsync(IAttachedProcess process, AttachedContainer container, ProcessIO io,
        CancellationToken gone)
    {
        switch (io)
        {
            case { Type: ProcessIO.Types.Type.Control, Control: { Type: ProcessIO.Types.Control.Types.Type.TtyInfo, TtyInfo: { } info } }:
                if (!container.HasTerminal)
                {
                    return Bad("Unexpected 'tty_info': the container has no terminal");
                }
                if (info.WindowSize is { } size)
                {
                    process.Resize(
                        new TerminalSize((int)Math.Min(size.Rows, ushort.MaxValue), (int)Math.Min(size.Columns, ushort.MaxValue)));
                }
                return null;
            case { Type: ProcessIO.Types.Type.Control, Control: { Type: ProcessIO.Types.Control.Types.Type.Heartbeat } }:
                return null;
            case { Type: ProcessIO.Types.Type.Data, Data: { Type: ProcessIO.Types.Data.Types.Type.Stdin } data }:
                return await WriteAsync(process, data.Data_.Memory, gone);
            default:
                return Bad("Expecting 'process_io' to hold DATA of type STDIN, or CONTROL of type TTY_INFO or HEARTBEAT");
        }
    }

    /// <summary>No bytes are the end of the input.</summary>
    private static async ValueTask<HttpRefusal?> WriteAsync(IAttachedProcess process, ReadOnlyMemory<byte> data, CancellationToken gone)
    {
        try
        {
            if (data.IsEmpty)
            {
                await process.CloseInputAsync();
            }
            else
            {
                await process.WriteAsync(data, gone);
            }
            return null;
        }
        catch (IOException fault)
        {
            return process.Exit.IsCompleted
                ? null
                : new HttpRefusal(StatusCodes.Status500InternalServerError, $"Failed to write to the container's input: {fault.Message}");
        }
    }

    private async Task StreamAsync(HttpContext context, AttachedContainer container, CallMediaTypes types)
    {
        var reader = container.Attach();
        try
        {
            await new OutputStream(context, types, agent.HeartbeatInterval, agent.Time).RunAsync(reader);
        }
        finally
        {
            container.Detach(reader);
        }
    }

    /// <summary>It is there but what it writes goes to files, or it is not there.</summary>
    private async Task RefuseAsync(HttpContext context, ContainerId id)
    {
        var known = ContainerList.Ids(await agent.Gateway.ViewAsync(context.RequestAborted)).Contains(id);
        await (known
            ? context.Response.WriteTextAsync(
                StatusCodes.Status500InternalServerError,
                $"I/O switchboard server was disabled for container {id}: its output is in its sandbox")
            : context.Response.WriteTextAsync(StatusCodes.Status404NotFound, $"Container {id} cannot be found"));
    }

    private static HttpRefusal Bad(string text) => new(StatusCodes.Status400BadRequest, text);
}
