using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Supervision;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// What is executed for a container: the task's program behind the programs that set its process up, each of which executes the next.
///
/// <code>
///   [sh: its terminal] [nsenter | unshare] [volumes] [prlimit] [setpriv] [sh: all is set up] [env] [bash -c 'exec -a …'] PROGRAM
/// </code>
///
/// Most containers need none of them: what all have in common is set up by <see cref="ConfinedSpawner"/>. Nothing of this
/// runs with the agent's rights under a variable that the task chose and that would make it do something else (LD_PRELOAD): such
/// variables are laid on at the end, by env. They name files and are no secrets.
/// </summary>
/// <param name="Shell">Runs the supervisor's script, where there is no <see cref="Supervision.NativeSupervisor"/>.</param>
/// <param name="Program">With its arguments.</param>
/// <param name="Confined">Whether the process needs no more rights than the tasks themselves have.</param>
/// <param name="Environment">The supervisor's.</param>
internal sealed record CommandChain(
    string Shell, IReadOnlyList<string> ShellOptions, IReadOnlyList<string> Program, bool Confined,
    IReadOnlyList<KeyValuePair<string, string>> Environment)
{
    /// <summary>
    /// Run when the process has been set up, before the task's own program: given the file that is to be executed, or nothing, and where to
    /// look
    /// for it. One that cannot be executed by this user fails here, where it is still known that nothing of the task has run.
    /// </summary>
    private static readonly string SetUp =
        $$"""
         _ob_may() {
             case $1 in
             '') return 0 ;;
             */*) [ -f "$1" ] && [ -x "$1" ]; return ;;
             esac
             set -f
             IFS=:
             for _ob_place in $2; do
                 [ ! -f "${_ob_place:-.}/$1" ] || [ ! -x "${_ob_place:-.}/$1" ] || return 0
             done
             return 1
         }
         if ! (_ob_may "$1" "$2"); then
             echo "'$1' was not found, or may not be executed" >&2
             exit 127
         fi
         shift 2
         echo {{SupervisorProgram.PreparedLine}} >&{{SupervisorProgram.SetUpDescriptor}}
         exec {{SupervisorProgram.SetUpDescriptor}}>&-
         [ ! -t 1 ] || exec 2>&1
         exec "$@"
         """;

    /// <summary>Makes a terminal that of the process, which leads its session and lets go of the end that is not for it.</summary>
    private const string EnterTerminal = "exec 3>&- <>\"$0\" >&0 2>&0; exec \"$@\"";

    /// <summary>The same before <see cref="SetUp"/>, until which errors go to their file.</summary>
    private const string BeginTerminal = "exec 3>&- <>\"$0\" >&0; exec \"$@\"";

    private static readonly string[] MisleadingPrefixes = ["LD_", "BASH", "MALLOC_"];

    /// <summary>What the C library ignores in programs with rights of their own, and what shells heed.</summary>
    private static readonly string[] Misleading =
    [
        "ENV", "SHELLOPTS", "PS4", "IFS", "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "HOSTALIASES", "LOCALDOMAIN", "LOCPATH",
        "NIS_PATH", "NLSPATH", "RESOLV_HOST_CONF", "RES_OPTIONS", "TMPDIR", "TZDIR",
    ];

    /// <param name="user">Whom to become; null: stay who the agent is.</param>
    /// <param name="enter">A process whose namespaces are entered.</param>
    /// <param name="prelude">What stands before the program to show it its volumes.</param>
    /// <param name="mayBeConfined">Whether it can be born without the rights that it is not to have; else they are laid down first.</param>
    /// <param name="terminal">The path of the terminal that it talks to; null: it has none.</param>
    /// <param name="bare">Whether no shell and no library is between the agent and the process, which heed no variable.</param>
    public static CommandChain Of(
        ContainerSpec spec, string sandbox, IsolationOptions options, HostUser? user, int? enter, IReadOnlyList<string> prelude,
        IEnumerable<KeyValuePair<string, string>> environment, bool mayBeConfined = true, bool bare = false, string? terminal = null)
    {
        var program = new List<string>();
        if (terminal is not null)
        {
            program.AddRange([HostTools.Shell, "-c", bare ? BeginTerminal : EnterTerminal, terminal]);
        }
        Namespaces(spec.Process, sandbox, enter, program);
        program.AddRange(prelude);
        Limits(spec.Process, program);
        var confined = mayBeConfined && program.Count == 0 && user is null
            && spec.Process is { EffectiveCapabilities: null, BoundingCapabilities: null };
        if (!confined)
        {
            Privileges(spec.Process, options, user, program);
        }
        var (plain, late) = bare && confined ? ([.. environment], []) : Split(environment, spec.Environment, confined);
        if (bare && !confined)
        {
            // What comes next is a shell, which drops names that it cannot hold.
            late.AddRange(plain.Where(variable => !IsShellName(variable.Key)));
            plain.RemoveAll(variable => !IsShellName(variable.Key));
            var path = environment.LastOrDefault(variable => variable.Key == "PATH").Value ?? HostEnvironment.DefaultPath;
            program.AddRange(
                [HostTools.Shell, "-c", SetUp, "sh", spec.Command is CommandSpec.Program { File: var file } ? file : "", path]);
        }
        var bash = !bare && plain.Any(variable => !IsShellName(variable.Key)) ? HostTools.Bash : null;
        if (late.Count > 0)
        {
            program.AddRange([HostTools.Env, "--", .. late.Select(variable => $"{variable.Key}={variable.Value}")]);
        }
        Command(spec.Command, program);
        if (late.Any(variable => variable.Key == "PATH"))
        {
            plain.Add(new("PATH", HostEnvironment.DefaultPath));
        }
        return new CommandChain(bash ?? HostTools.Shell, bash is null ? [] : ["--posix", "-p"], program, confined, plain);
    }

    /// <summary>Variables that are lost, because only a plain POSIX shell is there to pass them on.</summary>
    public static IReadOnlyList<string> Lost(ContainerSpec spec) => HostTools.Bash is not null
        ? []
        : [.. spec.Environment.Select(variable => variable.Key).Where(name => !IsShellName(name)).Distinct()];

    public static void Command(CommandSpec command, List<string> program)
    {
        switch (command)
        {
            case CommandSpec.Shell shell:
                program.AddRange([HostTools.Shell, "-c", shell.Line]);
                break;
            case CommandSpec.Program { Name: { } name } named when name != named.File && HostTools.Bash is { } bash:
                program.AddRange([bash, "--posix", "-p", "-c", "exec -a \"$0\" -- \"$@\"", name, named.File, .. named.Arguments]);
                break;
            case CommandSpec.Program plain:
                program.AddRange([plain.File, .. plain.Arguments]);
                break;
            default:
                throw new InvalidOperationException("a command of an unknown kind");
        }
    }

    private static void Namespaces(ProcessSettings process, string sandbox, int? enter, List<string> program)
    {
        if (enter is { } target)
        {
            program.AddRange([HostTools.Nsenter, "--target", $"{target}", "--pid", "--ipc", "--mount", "--wdns=" + sandbox, "--"]);
            return;
        }
        if (process is { OwnProcessNumbers: false, OwnIpc: false })
        {
            return;
        }
        program.AddRange([HostTools.Unshare, "--mount", "--propagation", "slave"]);
        if (process.OwnProcessNumbers)
        {
            // The first process of the numbering is the one that its end takes all others with.
            program.AddRange(["--pid", "--fork", "--kill-child", "--mount-proc"]);
        }
        program.AddRange(process.OwnIpc ? ["--ipc", "--"] : ["--"]);
        if (process.OwnIpc)
        {
            var options = process.SharedMemoryMegabytes is { } size ? $"size={size}m,mode=1777" : "mode=1777";
            program.AddRange(
                [HostTools.Shell, "-c", "\"$0\" -t tmpfs -o \"$1\" shm /dev/shm || exit 125; shift; exec \"$@\"", HostTools.Mount,
                    options]);
        }
    }

    private static void Limits(ProcessSettings process, List<string> program)
    {
        if (process.Limits.Count > 0)
        {
            program.AddRange(
                [HostTools.Prlimit, .. process.Limits.Select(limit => $"--{limit.Name}={Text(limit.Soft)}:{Text(limit.Hard)}"), "--"]);
        }
    }

    private static string Text(ulong? limit) => limit?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unlimited";

    private static void Privileges(ProcessSettings process, IsolationOptions options, HostUser? user, List<string> program)
    {
        var arguments = new List<string>();
        if (user is not null)
        {
            arguments.AddRange(["--reuid", $"{user.Uid}", "--regid", $"{user.Gid}", "--init-groups"]);
        }
        if (options.NoNewPrivileges)
        {
            arguments.Add("--no-new-privs");
        }
        if (Ownership.IsRoot)
        {
            Capabilities(process, options, user, arguments);
        }
        if (arguments.Count > 0)
        {
            program.AddRange([HostTools.Setpriv, .. arguments, "--"]);
        }
    }

    private static void Capabilities(ProcessSettings process, IsolationOptions options, HostUser? user, List<string> arguments)
    {
        IEnumerable<string>? bounding = process.BoundingCapabilities ?? process.EffectiveCapabilities
            ?? (IEnumerable<string>?)CapabilityNames.Parse(options.BoundingCapabilities);
        if (bounding is not null)
        {
            arguments.Add("--bounding-set=" + Set(bounding));
        }
        var effective = process.EffectiveCapabilities ?? [];
        arguments.Add("--inh-caps=" + Set(effective));
        if (effective.Count > 0)
        {
            arguments.Add("--ambient-caps=" + Set(effective));
        }
        if (process.EffectiveCapabilities is not null && user is null)
        {
            // Else root would get all of the bounding set.
            arguments.Add("--securebits=+noroot,+noroot_locked");
        }
    }

    private static string Set(IEnumerable<string> capabilities) => string.Concat(["-all", .. capabilities.Select(name => ",+" + name)]);

    private static (List<KeyValuePair<string, string>> Plain, List<KeyValuePair<string, string>> Late) Split(
        IEnumerable<KeyValuePair<string, string>> environment, IReadOnlyList<KeyValuePair<string, string>> own, bool confined)
    {
        var (plain, late) = (new List<KeyValuePair<string, string>>(), new List<KeyValuePair<string, string>>());
        foreach (var variable in environment)
        {
            (Misleads(variable.Key, confined) && IsIn(own, variable.Key) ? late : plain).Add(variable);
        }
        return (plain, late);
    }

    private static bool Misleads(string name, bool confined) => Misleading.Contains(name) || (!confined && name == "PATH")
        || MisleadingPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>What the host passes on the agent runs with itself.</summary>
    private static bool IsIn(IReadOnlyList<KeyValuePair<string, string>> own, string name) => own.Any(variable => variable.Key == name);

    private static bool IsShellName(string name) =>
        !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
