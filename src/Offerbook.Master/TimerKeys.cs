using Offerbook.Wire.Identity;

namespace Offerbook.Master;

// Names of the core's timers.

internal sealed record AllocationTimer
{
    public static readonly AllocationTimer Only = new();
}

internal sealed record FilterTimer
{
    public static readonly FilterTimer Only = new();
}

internal sealed record RecoveryTimer
{
    public static readonly RecoveryTimer Only = new();
}

internal sealed record OperatorStreamTimer
{
    public static readonly OperatorStreamTimer Only = new();
}

internal sealed record ViewTimer
{
    public static readonly ViewTimer Only = new();
}

internal sealed record HeartbeatTimer(ConnectionId Stream);

internal sealed record FailoverTimer(FrameworkId Framework);

internal sealed record RemainsTimer(AgentId Agent, FrameworkId Framework);

internal sealed record PingTimer(AgentId Agent);

internal sealed record RemovalTimer
{
    public static readonly RemovalTimer Only = new();
}

internal sealed record RegistryGcTimer
{
    public static readonly RegistryGcTimer Only = new();
}

internal sealed record AllocatorRecoveryTimer
{
    public static readonly AllocatorRecoveryTimer Only = new();
}
