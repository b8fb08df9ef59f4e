using System.Text.Json.Nodes;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Docker;

namespace Offerbook.Agent.Hosting.Docker.Sessions;

/// <summary>The engine's words for running a command in a container that runs already.</summary>
internal static class ExecCalls
{
    /// <summary>
    /// Makes it ready to start. The answer bears its <c>Id</c>; it has the container's user, directory and variables unless told otherwise.
    /// </summary>
    /// <param name="container">By any name that the engine knows it by.</param>
    public static Task<EngineAnswer> MakeAsync(EngineClient engine, string container, ExecCommand command, CancellationToken cancellation)
    {
        var body = new JsonObject
        {
            ["AttachStdin"] = command.HasInput,
            ["AttachStdout"] = true,
            ["AttachStderr"] = true,
            ["Tty"] = command.HasTerminal,
            ["Cmd"] = ContainerBody.List(command.Words),
            ["Env"] = ContainerBody.List(command.Environment.Select(variable => $"{variable.Key}={variable.Value}")),
        };
        if (command.User is { Length: > 0 } user)
        {
            body["User"] = user;
        }
        if (command.Directory is { } directory)
        {
            body["WorkingDir"] = directory;
        }
        return engine.AskAsync(HttpMethod.Post, $"/containers/{container}/exec", cancellation, body);
    }

    /// <summary>The body that starts it and keeps its streams on the connection.</summary>
    public static JsonObject Start(bool hasTerminal) => new() { ["Detach"] = false, ["Tty"] = hasTerminal };

    /// <summary>What became of it.</summary>
    public static async Task<(ExecState? State, EngineAnswer Answer)> LookAsync(EngineClient engine, string exec,
        CancellationToken cancellation)
    {
        var answer = await engine.AskAsync(HttpMethod.Get, $"/exec/{exec}/json", cancellation);
        return answer is EngineAnswer.Done { Body: var body } && body.Text("ID") is not null
            ? (new ExecState(body.IsTrue("Running"), (int)(body.Number("Pid") ?? 0), (int?)body.Number("ExitCode")), answer)
            : (null, answer);
    }

    /// <returns>Null for what only an image could say.</returns>
    public static IReadOnlyList<string>? WordsOf(CommandSpec command) => command switch
    {
        CommandSpec.Shell shell => ["/bin/sh", "-c", shell.Line],
        CommandSpec.Program program => [program.File, .. program.Arguments],
        _ => null,
    };
}

/// <param name="Directory">Within the container; null: where the container itself began.</param>
/// <param name="User">Null or empty: the container's.</param>
internal sealed record ExecCommand(IReadOnlyList<string> Words, IEnumerable<KeyValuePair<string, string>> Environment)
{
    public bool HasInput { get; init; }

    public bool HasTerminal { get; init; }

    public string? User { get; init; }

    public string? Directory { get; init; }
}

/// <param name="Pid">On the host; 0 when it has not begun.</param>
/// <param name="ExitCode">Null when it has not ended.</param>
internal readonly record struct ExecState(bool IsRunning, int Pid, int? ExitCode)
{
    public int? Ended => IsRunning ? null : ExitCode;
}
