using Offerbook.Agent.Sandbox;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Containers;

/// <summary>
/// All that is needed to run a container, derived by the core from what is durable alone, so that a restarted agent derives the same.
/// </summary>
/// <param name="User">Whom to run as: CommandInfo.user, else FrameworkInfo.user; null or empty means the agent's own user.</param>
/// <param name="Environment">In order of precedence, later ones win; laid over what the host passes on. May hold secrets.</param>
public sealed record ContainerSpec(
    ContainerId Container,
    SandboxPath Sandbox,
    CommandSpec Command,
    string? User,
    IReadOnlyList<KeyValuePair<string, string>> Environment)
{
    /// <summary>The task that it runs; null for one that runs none.</summary>
    public TaskId? Task { get; init; }

    /// <summary>It is around the containers of a pod's tasks, and does nothing itself.</summary>
    public bool HoldsPod { get; init; }

    /// <summary>What else of the host it sees: persistent volumes, paths of the host and of sandboxes.</summary>
    public IReadOnlyList<ContainerVolume> Volumes { get; init; } = [];

    /// <summary>Brought into the sandbox before it starts, one after the other.</summary>
    public IReadOnlyList<FetchItem> Fetch { get; init; } = [];

    public ContainerLimits Limits { get; init; } = ContainerLimits.None;

    public ProcessSettings Process { get; init; } = ProcessSettings.Default;

    /// <summary>Run from an image by a Docker engine; null: as a process of the host.</summary>
    public DockerSettings? Docker { get; init; }

    /// <summary>
    /// Its input and output are in the agent's hands, for others to attach to, instead of in files. It is a process of the agent's
    /// own: it does not outlive the agent.
    /// </summary>
    public AttachSettings? Attach { get; init; }

    /// <summary>The container whose namespaces and control group this one shares: the pod's, or the one that is looked into.</summary>
    public ContainerId? Joins { get; init; }

    /// <summary>
    /// Shares the network, too, of the container that it joins, which is one of an engine's. What an engine itself runs does so in any
    /// case.
    /// </summary>
    public bool SharesNetwork { get; init; }
}

/// <param name="Terminal">It talks to a terminal of this size; null: to three pipes.</param>
/// <param name="AwaitsReader">Its output waits for the first reader, and for that one whenever it is slow.</param>
/// <param name="ToFiles">Nobody attaches to it: its output goes to its sandbox, and it has no input. So are containers within those of an
/// engine.</param>
public sealed record AttachSettings(TerminalSize? Terminal, bool AwaitsReader, bool ToFiles = false);

/// <summary>What to execute.</summary>
public abstract record CommandSpec
{
    private CommandSpec()
    {
    }

    /// <summary>Run by <c>sh -c</c>.</summary>
    public sealed record Shell(string Line) : CommandSpec;

    /// <summary>Executed without a shell; looked up in PATH when it has no slash.</summary>
    /// <param name="Arguments">Without the program's own name.</param>
    public sealed record Program(string File, IReadOnlyList<string> Arguments) : CommandSpec
    {
        /// <summary>The name that the program is told it has (argv[0]); null: <see cref="File"/>.</summary>
        public string? Name { get; init; }
    }

    /// <summary>What the container's image says is to be run.</summary>
    /// <param name="Arguments">In the place of the image's own; empty: the image's own.</param>
    public sealed record OfImage(IReadOnlyList<string> Arguments) : CommandSpec;
}
