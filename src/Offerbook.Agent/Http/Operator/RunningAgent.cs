using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Wire.Hosting.Logging;

namespace Offerbook.Agent.Http.Operator;

/// <summary>What the endpoints of an agent draw their answers from.</summary>
internal sealed record RunningAgent(AgentGateway Gateway, AgentSettings Settings, SandboxFiles Files, LogVerbosity Verbosity)
{
    /// <summary>The values of the flags in effect, sorted by name.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Flags { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required IContainerStatistics Statistics { get; init; }

    /// <summary>What the parts around the core have done.</summary>
    public required Func<ShellCounts> Counts { get; init; }

    /// <summary>The containers whose input and output can be attached to.</summary>
    public required AttachedContainers Attached { get; init; }

    /// <summary>Between two signs of life on streams of output.</summary>
    public required TimeSpan HeartbeatInterval { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
