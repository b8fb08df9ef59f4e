using Offerbook.Wire.Flags;

namespace Offerbook.Agent.Hosting.Flags;

/// <summary>Flags of the original's agent, and what they do here, and those of Offerbook alone. docs/operating/agent.md explains them.</summary>
public static class AgentFlags
{
    public static FlagSet<AgentOptions> Set { get; } = new("agent", MachineFlags.All.Concat(FetchFlags.All).Concat(SandboxFlags.All).Concat(IsolationFlags.All));
}
