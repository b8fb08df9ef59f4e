using Offerbook.Agent.Containers;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Sandbox;

/// <summary>
/// Where a container's working directory lies under the agent's work directory. The layout is public: users and tools
/// reach it through /files and on the host (mesos-semantics section 5).
/// </summary>
public readonly record struct SandboxPath(AgentId Agent, FrameworkId Framework, ExecutorId Executor, ContainerId Container)
{
    public string FrameworkDirectory => $"slaves/{Agent}/frameworks/{Framework}";

    public string ExecutorDirectory => $"{FrameworkDirectory}/executors/{Executor}";

    public string RunsDirectory => $"{ExecutorDirectory}/runs";

    /// <summary>Relative to the work directory. A container within another has its sandbox in its parent's.</summary>
    public string Directory => $"{RunsDirectory}/{Container.Value.Replace(".", "/containers/", StringComparison.Ordinal)}";

    /// <summary>A link to the newest run.</summary>
    public string Latest => $"{RunsDirectory}/latest";
}
