using System.ComponentModel;
using System.Diagnostics;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Volumes;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>Starts a container's supervisor. Blocking: a few milliseconds.</summary>
internal sealed class ProcessLauncher(ContainerFiles files, SandboxDirectories sandboxes, VolumeMounts volumes, HostEnvironment host)
{
    private static readonly string Setsid = Find("setsid");
    private static readonly string Shell = Find("sh");

    /// <returns>Why it could not be started, or null.</returns>
    public string? Launch(ContainerSpec spec)
    {
        if (spec.User is { } user && !Native.UserExists(user))
        {
            return $"The user '{user}' does not exist on this host; name another in CommandInfo.user or FrameworkInfo.user";
        }
        try
        {
            var sandbox = sandboxes.Prepare(spec.Sandbox);
            // Stands before the program, and before whatever makes the program run as another user.
            var prelude = volumes.Prepare(spec, sandbox);
            var start = new ProcessStartInfo(Setsid) { WorkingDirectory = sandbox, UseShellExecute = false };
            foreach (var argument in (ReadOnlySpan<string>)[Shell, files.Script, files.RecordOf(spec.Container), Setsid, .. prelude, .. ProgramOf(spec.Command)])
            {
                start.ArgumentList.Add(argument);
            }
            host.Fill(start.Environment, spec, sandbox);
            WarnOfLostVariables(spec, sandbox);
            using var process = Process.Start(start);
            return null;
        }
        catch (Exception failure) when (failure is Win32Exception or IOException or UnauthorizedAccessException)
        {
            return $"The task's process could not be started: {failure.Message}";
        }
    }

    /// <summary>Starts a command of a check in the container's sandbox, leading a session of its own, its output thrown away.</summary>
    /// <exception cref="Win32Exception">It could not be started.</exception>
    public Process StartCheck(ContainerSpec spec, CommandSpec command, IReadOnlyList<KeyValuePair<string, string>> environment)
    {
        var sandbox = sandboxes.PathOf(spec.Sandbox);
        var start = new ProcessStartInfo(Setsid) { WorkingDirectory = sandbox, UseShellExecute = false };
        foreach (var argument in (ReadOnlySpan<string>)[Shell, "-c", "exec \"$@\" </dev/null >/dev/null 2>&1", "check", .. ProgramOf(command)])
        {
            start.ArgumentList.Add(argument);
        }
        host.Fill(start.Environment, spec, sandbox, environment);
        return Process.Start(start) ?? throw new InvalidOperationException("a new process was not started");
    }

    /// <summary>A shell stands between us and the task, and drops variables whose names it could not write.</summary>
    private static void WarnOfLostVariables(ContainerSpec spec, string sandbox)
    {
        var lost = spec.Environment.Select(variable => variable.Key).Where(name => !IsShellName(name)).Distinct().ToList();
        if (lost.Count > 0)
        {
            File.AppendAllText(Path.Combine(sandbox, "stderr"),
                $"offerbook: the task does not get these environment variables, whose names a shell cannot hold: {string.Join(", ", lost)}\n");
        }
    }

    private static bool IsShellName(string name) =>
        !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static string[] ProgramOf(CommandSpec command) => command switch
    {
        CommandSpec.Shell shell => [Shell, "-c", shell.Line],
        CommandSpec.Program program => [program.File, .. program.Arguments],
        _ => throw new InvalidOperationException("a command of an unknown kind"),
    };

    /// <summary>Absolute, because a task may bring its own PATH.</summary>
    private static string Find(string program) =>
        new[] { "/usr/bin/", "/bin/", "/usr/local/bin/" }.Select(directory => directory + program).FirstOrDefault(File.Exists) ?? "/usr/bin/" + program;
}
