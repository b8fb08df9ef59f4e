using Offerbook.Wire.Flags;

namespace Offerbook.Agent.Hosting.Flags;

/// <summary>
/// All flags of the original's agent, and what they do here, and those of Offerbook alone. docs/operating/agent-flags.md is the same list.
/// </summary>
public static class AgentFlags
{
    public static FlagSet<AgentOptions> Set { get; } = new("agent",
        MachineFlags.All.Concat(FetchFlags.All).Concat(SandboxFlags.All).Concat(IsolationFlags.All).Concat(DockerFlags.All)
            .Concat(ExecutorFlags.All)
        .Concat(ProcessFlags.All).Concat(SettingFlags.All).Concat(OtherFlags.All).Concat(OwnFlags.All));
}
