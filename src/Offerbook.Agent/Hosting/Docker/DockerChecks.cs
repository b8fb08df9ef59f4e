using System.Text.Json.Nodes;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Docker;
using Offerbook.Agent.Hosting.Checks;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>
/// Looks into containers of an engine: commands run in them by the engine's exec, and their network is that of their main process.
/// An engine cannot end what it executes: a command whose time is up is killed by its number on this host.
/// </summary>
/// <param name="pidOf">The main process of a container with a network of its own; null: it is in the host's, or not known.</param>
internal sealed class DockerChecks(EngineClient engine, EngineTimings timings, Func<ContainerId, int?> pidOf) : IContainerChecks
{
    public int? NetworkOf(ContainerId container) => pidOf(container);

    public async Task<int> RunAsync(CheckSpec.Command check, CancellationToken cancellation)
    {
        var made = await engine.AskAsync(HttpMethod.Post, $"/containers/{ContainerRequest.NameOf(check.Container.Container)}/exec", cancellation, new JsonObject
        {
            ["AttachStdout"] = true,
            ["AttachStderr"] = true,
            ["Cmd"] = ContainerBody.List(check.Run switch
            {
                CommandSpec.Shell shell => ["/bin/sh", "-c", shell.Line],
                CommandSpec.Program program => [program.File, .. program.Arguments],
                _ => throw new CheckImpossibleException("a check cannot run what the image says"),
            }),
            ["Env"] = ContainerBody.List(check.Environment.Select(variable => $"{variable.Key}={variable.Value}")),
        });
        if (made is not EngineAnswer.Done done || done.Body.Text("Id") is not { } exec)
        {
            throw new CheckImpossibleException(made.Problem ?? "the engine's answer cannot be understood");
        }
        try
        {
            await WaitAsync(exec, cancellation);
        }
        catch (OperationCanceledException)
        {
            await KillAsync(exec);
            throw;
        }
        return await ExitCodeAsync(exec, cancellation);
    }

    /// <summary>What it says is thrown away; the stream ends with it, or with the last that holds its output.</summary>
    private async Task WaitAsync(string exec, CancellationToken cancellation)
    {
        var (stream, failure) = await engine.OpenAsync(HttpMethod.Post, $"/exec/{exec}/start", cancellation, new JsonObject { ["Detach"] = false, ["Tty"] = false });
        if (stream is null)
        {
            throw new CheckImpossibleException(failure!.Problem!);
        }
        await using (stream)
        {
            try
            {
                await stream.CopyAsync(_ => ValueTask.CompletedTask, cancellation);
            }
            catch (Exception cut) when (cut is IOException or HttpRequestException)
            {
                throw new CheckImpossibleException($"the engine broke off: {cut.Message}", cut);
            }
        }
    }

    private async Task<int> ExitCodeAsync(string exec, CancellationToken cancellation)
    {
        var answer = await engine.AskAsync(HttpMethod.Get, $"/exec/{exec}/json", cancellation);
        return answer is EngineAnswer.Done done && done.Body.Number("ExitCode") is { } code
            ? (int)code
            : throw new CheckImpossibleException(answer.Problem ?? "the engine does not know how the command ended");
    }

    private async Task KillAsync(string exec)
    {
        using var limit = new CancellationTokenSource(timings.Call);
        var answer = await engine.AskAsync(HttpMethod.Get, $"/exec/{exec}/json", limit.Token);
        if (answer is EngineAnswer.Done done && done.Body.IsTrue("Running") && done.Body.Number("Pid") is > 1 and <= int.MaxValue and var pid)
        {
            // It leads a session of its own.
            Native.SignalGroup((int)pid, Native.Kill);
        }
    }
}
