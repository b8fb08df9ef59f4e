using Offerbook.Agent.Containers;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Sandbox;

/// <summary>
/// Where a container's working directory lies under the agent's work directory. The layout is public: users and tools
/// reach it through /files and on the host (mesos-semantics section 5).
/// </summary>
public readonly record struct SandboxPath(AgentId Agent, FrameworkId Framework, ExecutorId Executor, ContainerId Container)
{
    /// <summary>Where a sandbox has those of the containers within its own.</summary>
    public const string Nested = "containers";

    /// <summary>Of a container that belongs to no executor: an operator launched it.</summary>
    public static SandboxPath Alone(ContainerId container) => new(default, default, default, container);

    /// <summary>Whether it lies under no executor's directory.</summary>
    public bool IsAlone => Executor.Value is null;

    /// <summary>Whether it is a run of an executor, which <see cref="Latest"/> points to; not so what lies in another or alone.</summary>
    public bool IsRun => !IsAlone && !Container.IsNested;

    /// <summary>That of the container around this one; null for one that lies in none.</summary>
    public SandboxPath? Around => Container.Parent is { } parent ? this with { Container = parent } : null;

    public string FrameworkDirectory => $"slaves/{Agent}/frameworks/{Framework}";

    public string ExecutorDirectory => $"{FrameworkDirectory}/executors/{Executor}";

    public string RunsDirectory => $"{ExecutorDirectory}/runs";

    /// <summary>Relative to the work directory. A container within another has its sandbox in its parent's.</summary>
    public string Directory =>
        $"{(IsAlone ? Nested : RunsDirectory)}/{Container.Value.Replace(".", $"/{Nested}/", StringComparison.Ordinal)}";

    /// <summary>A link to the newest run.</summary>
    public string Latest => $"{RunsDirectory}/latest";
}
