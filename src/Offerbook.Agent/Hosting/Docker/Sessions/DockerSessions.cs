using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Docker.Sessions;

/// <summary>Starts commands in containers of an engine, with their streams in the agent's hands.</summary>
/// <param name="find">The engine's container that a container lies in, at any depth; null when there is none.</param>
internal sealed class DockerSessions(
    EngineClient engine, SandboxDirectories sandboxes, DockerOptions options, IsolationOptions isolation,
    Func<ContainerId, DockerContainer?> find)
    : IContainerSessions
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LaterLooks = TimeSpan.FromMilliseconds(200);

    private readonly EngineTimings _timings = options.Timings;

    public async Task<AttachedStart> StartAttachedAsync(ContainerSpec spec, CancellationToken cancellation)
    {
        if (find(spec.Container) is not { HasEnded: false } container)
        {
            return new AttachedStart(null, $"The container around {spec.Container} does not run");
        }
        var attach = spec.Attach!;
        string? sandbox = null;
        try
        {
            // A session works where the container that it looks into began; others have a sandbox of their own.
            sandbox = attach.AwaitsReader ? null : sandboxes.Prepare(spec.Sandbox);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new AttachedStart(null, $"The sandbox cannot be made: {failure.Message}");
        }
        var made = await ExecCalls.MakeAsync(engine, container.EngineName, CommandOf(spec, container, sandbox), cancellation);
        if (made is not EngineAnswer.Done done || done.Body.Text("Id") is not { } exec)
        {
            return new AttachedStart(null,
                $"The command could not be made ready: {made.Problem ?? "the engine's answer cannot be understood"}");
        }
        var hasTerminal = attach.Terminal is not null;
        var (stream, refusal) = await engine.UpgradeAsync($"/exec/{exec}/start", ExecCalls.Start(hasTerminal), cancellation);
        if (stream is null)
        {
            return new AttachedStart(null, $"The command could not be started: {refusal!.Problem}");
        }
        var end = new ExecEnd(engine, _timings, container.EngineName, exec);
        // An engine of 20.10 holds this call back until there is a terminal to give a size to.
        var sized = attach.Terminal is { } size
            ? engine.AskAsync(HttpMethod.Post, $"/exec/{exec}/resize?h={size.Rows}&w={size.Columns}", cancellation)
            : Task.CompletedTask;
        int pid;
        try
        {
            pid = await BegunAsync(exec, cancellation);
            if (pid > 0)
            {
                await sized;
            }
        }
        catch (OperationCanceledException)
        {
            // The agent stops; the next one ends what has begun.
            await stream.DisposeAsync();
            throw;
        }
        IAttachedProcess process = new ExecProcess(engine, exec, pid, hasTerminal, stream, end, cancellation);
        return new AttachedStart(attach.ToFiles ? new FiledProcess(process, sandbox!, isolation) : process, null);
    }

    /// <summary>Ends what an earlier agent had started: nobody has its streams any more.</summary>
    /// <param name="execs">As the engine lists them.</param>
    public async Task EndAsync(IReadOnlyList<string> execs, CancellationToken cancellation)
    {
        foreach (var exec in execs)
        {
            if (await ExecCalls.LookAsync(engine, exec, cancellation) is { State: { IsRunning: true, Pid: > 1 and var pid } }
                && ProcessTable.Read(pid) is { } found)
            {
                SessionKiller.KillSession(new ProcessIdentity(pid, found.Start));
            }
        }
    }

    /// <summary>Its number on the host, which is needed to end it. No event tells when a command has begun.</summary>
    private async Task<int> BegunAsync(string exec, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_timings.Work);
        try
        {
            for (var wait = FirstLook; ; wait = wait * 2 < LaterLooks ? wait * 2 : LaterLooks)
            {
                var (state, answer) = await ExecCalls.LookAsync(engine, exec, limit.Token);
                if (state is { Pid: > 0 } or { Ended: not null } || answer is EngineAnswer.Refused)
                {
                    return state?.IsRunning == true ? state.Value.Pid : 0;
                }
                await Task.Delay(wait, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return 0;
        }
    }

    private ExecCommand CommandOf(ContainerSpec spec, DockerContainer around, string? sandbox)
    {
        var directory = sandbox is null ? null : $"{options.SandboxDirectory}/{Path.GetRelativePath(around.Sandbox, sandbox)}";
        return new ExecCommand(ExecCalls.WordsOf(spec.Command) ?? ["/bin/sh"],
            directory is null ? spec.Environment : [new("MESOS_SANDBOX", directory), .. spec.Environment])
        {
            HasInput = !spec.Attach!.ToFiles,
            HasTerminal = spec.Attach.Terminal is not null,
            User = spec.User,
            Directory = directory,
        };
    }
}
