using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Checks;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Hosting.Docker.Sessions;

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
        var words = ExecCalls.WordsOf(check.Run) ?? throw new CheckImpossibleException("a check cannot run what the image says");
        var made = await ExecCalls.MakeAsync(
            engine, ContainerRequest.NameOf(check.Container.Container), new ExecCommand(words, check.Environment), cancellation);
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
        var (stream, failure) = await engine.OpenAsync(HttpMethod.Post, $"/exec/{exec}/start", cancellation,
            ExecCalls.Start(hasTerminal: false));
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
        var (state, answer) = await ExecCalls.LookAsync(engine, exec, cancellation);
        return state?.ExitCode is { } code
            ? code
            : throw new CheckImpossibleException(answer.Problem ?? "the engine does not know how the command ended");
    }

    private async Task KillAsync(string exec)
    {
        using var limit = new CancellationTokenSource(timings.Call);
        if (await ExecCalls.LookAsync(engine, exec, limit.Token) is { State: { IsRunning: true, Pid: > 1 and var pid } })
        {
            // It leads a session of its own.
            Native.SignalGroup(pid, Native.Kill);
        }
    }
}
