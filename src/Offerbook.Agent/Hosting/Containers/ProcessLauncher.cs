using System.ComponentModel;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Agent.Hosting.Supervision;
using Offerbook.Agent.Hosting.Volumes;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>Prepares a container's sandbox and control group and starts its supervisor. Blocking: a few milliseconds.</summary>
/// <param name="supervisor">Null: the shell's script supervises everything.</param>
internal sealed class ProcessLauncher(
    ContainerFiles files, SandboxDirectories sandboxes, VolumeMounts volumes, HostEnvironment host, ContainerGroups groups,
    IsolationOptions options,
    string bootId, NativeSupervisor? supervisor) : IAsyncDisposable
{
    /// <summary>Launches under way at once: each waits for the kernel most of the time.</summary>
    public const int MaxAtOnce = 4;

    /// <summary>Launches that may wait: the agent's bound on tasks; the core refuses more.</summary>
    private const int LaunchCapacity = 16_384;

    private readonly ConfinedThreads _confined = new(options, MaxAtOnce, LaunchCapacity);
    private readonly string _oom = OutOfMemoryScore();

    /// <summary>
    /// Has something done on one of the <see cref="MaxAtOnce"/> threads from which a launch takes the fewest changes of threads.
    /// </summary>
    /// <returns>False when too many launches wait.</returns>
    public bool TryPost(Action launch) => _confined.TryLaunch(launch);

    /// <param name="enter">A process whose namespaces the container shares; null: the host's or its own.</param>
    /// <param name="network">A process whose network it shares; null: the host's.</param>
    public LaunchOutcome Launch(ContainerSpec spec, int? enter = null, ProcessIdentity? network = null)
    {
        if (spec.User is { } name && Ownership.Find(name) is null)
        {
            return new LaunchOutcome(null,
                $"The user '{name}' does not exist on this host; name another in CommandInfo.user or FrameworkInfo.user");
        }
        PseudoTerminal? terminal = null;
        try
        {
            var user = Ownership.Other(spec.User);
            using var open = sandboxes.Open(spec.Sandbox);
            var sandbox = open.Path;
            // Stands before the program, and before whatever makes the program run as another user.
            var prelude = volumes.Prepare(spec, sandbox);
            open.CheckLogs();
            open.GiveTo(user);
            if (spec.HoldsPod)
            {
                open.LetOthersThrough();
            }
            var joins = groups.Enter(spec);
            var bare = supervisor is not null && NativeSupervisor.Fits(spec);
            terminal = TaskTerminals.Make(spec, user);
            var environment = TaskTerminals.Environment(spec, host.Of(spec, sandbox));
            var chain = CommandChain.Of(spec, sandbox, options, user, enter, prelude, environment, bare: bare, terminal: terminal?.Path);
            string program;
            string[] arguments;
            if (bare)
            {
                if (ProgramSearch.Resolve(spec, chain, sandbox) is not { } found)
                {
                    terminal?.Dispose();
                    return new LaunchOutcome(null, $"The task's program could not be started: {ProgramSearch.Obstacle(spec)}");
                }
                program = supervisor!.Path;
                arguments =
                [
                    files.RecordOf(spec.Container), ContainerRecord.OwnerLine(spec.Container), files.TakeSpare(), chain.Confined ? "" : "1",
                    .. joins, .. Protection(), "", .. found,
                ];
            }
            else
            {
                WarnOfLostVariables(spec, sandbox);
                program = chain.Shell;
                arguments =
                [
                    .. chain.ShellOptions, files.Script, files.RecordOf(spec.Container), bootId, Octal(spec.Process.Umask), _oom,
                    string.Join(' ', joins), HostTools.Setsid, .. chain.Program,
                ];
            }
            var start = chain.Confined
                ? _confined.StartAsync(program, arguments, chain.Environment, open.Here, network)
                : Task.Run(() => Spawner.Start(program, arguments, chain.Environment, open.Here, terminal?.Master, network));
            return new LaunchOutcome(start.GetAwaiter().GetResult(), null, terminal);
        }
        catch (Exception failure) when (failure is Win32Exception or IOException or UnauthorizedAccessException)
        {
            terminal?.Dispose();
            return new LaunchOutcome(null, $"The task's process could not be started: {failure.Message}");
        }
    }

    /// <summary>
    /// Starts a command in a container that runs: its user, environment, sandbox and control group, in a session of its own, the output
    /// thrown away.
    /// </summary>
    /// <param name="more">Laid over the container's environment.</param>
    /// <param name="enter">A process whose namespaces it shares; null: the host's.</param>
    /// <param name="network">A process whose network it shares; null: the host's.</param>
    /// <returns>The child, for whose end somebody must wait.</returns>
    /// <exception cref="Win32Exception">It could not be started.</exception>
    /// <exception cref="IOException">The network cannot be entered.</exception>
    public async Task<int> StartCheckAsync(ContainerSpec spec, CommandSpec command, IReadOnlyList<KeyValuePair<string, string>> more,
        int? enter, ProcessIdentity? network)
    {
        const string script = "for _ob_group in $1; do echo 0 >\"$_ob_group\" || exit 126; done; shift; unset _ob_group; exec \"$@\" </dev/null >/dev/null 2>&1";
        var sandbox = sandboxes.PathOf(spec.Sandbox);
        var within = spec with
        {
            Command = command,
            Environment = [.. spec.Environment, .. more],
            Process = spec.Process with { OwnProcessNumbers = false, OwnIpc = false },
        };
        var chain = CommandChain.Of(within, sandbox, options, Ownership.Other(spec.User), enter, [], host.Of(within, sandbox));
        string[] arguments = [.. chain.ShellOptions, "-c", script, "check", string.Join(' ', groups.Join(spec)), .. chain.Program];
        return chain.Confined
            ? await _confined.StartAsync(chain.Shell, arguments, chain.Environment, sandbox, network)
            : Spawner.Start(chain.Shell, arguments, chain.Environment, sandbox, network: network);
    }

    public ValueTask DisposeAsync()
    {
        _confined.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Where no shell is that could pass them on.</summary>
    private static void WarnOfLostVariables(ContainerSpec spec, string sandbox)
    {
        if (CommandChain.Lost(spec) is { Count: > 0 } lost)
        {
            File.AppendAllText(Path.Combine(sandbox, "stderr"),
                $"offerbook: the task does not get these environment variables, whose names a POSIX shell cannot hold (install bash): {string.Join(", ", lost)}\n");
        }
    }

    /// <summary>An agent that is protected from the kernel's choice of victims does not pass that on. Raising needs no rights.</summary>
    private static string OutOfMemoryScore() =>
        int.TryParse(File.ReadAllText("/proc/self/oom_score_adj"), out var own) && own < 0 ? "0" : "";

    /// <summary>Like a control group's: the file takes a 0.</summary>
    private IEnumerable<string> Protection() => _oom.Length == 0 ? [] : ["/proc/self/oom_score_adj"];

    private static string Octal(int umask) => "0" + Convert.ToString(umask, 8);
}

/// <param name="Supervisor">Its number, if it was started.</param>
/// <param name="Failure">Why it was not.</param>
/// <param name="Terminal">What its output is to be read from; null: it writes files itself.</param>
internal readonly record struct LaunchOutcome(int? Supervisor, string? Failure, PseudoTerminal? Terminal = null);
