using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Tasks;

namespace Offerbook.Agent.Standalone;

/// <summary>Derives what to run from what was asked for. Depends on what is durable alone.</summary>
internal static class OperatorContainerSpecs
{
    /// <param name="environment">What comes before the command's own variables.</param>
    /// <param name="isSession">Whether its input and output are to be attached to even without a terminal.</param>
    public static ContainerSpec Of(OperatorContainer container, IEnumerable<KeyValuePair<string, string>> environment, bool isSession)
    {
        var launched = container.Launched;
        var terminal = TerminalOf(launched.Container);
        return new ContainerSpec(container.Id, container.Sandbox, CommandOf(launched.Command), launched.HasUser ? launched.User : null,
            [.. environment, .. ContainerSpecs.Variables(launched.Command)])
        {
            Limits = LimitsOf(launched),
            Fetch = ContainerSpecs.Fetches(launched.Command),
            Volumes = TaskVolumes.Of([], launched.Container, container.Sandbox,
                container.Id.Parent is { } parent ? container.Sandbox with { Container = parent } : null),
            Process = ProcessSettingsReader.Of(launched.Container) with { Terminal = terminal },
            // What runs in a container of an engine does so at the agent's hand.
            Attach = isSession || terminal is not null || launched.InEngine
                ? new AttachSettings(terminal, AwaitsReader: isSession, ToFiles: !isSession && terminal is null)
                : null,
            Joins = container.Id.Parent,
        };
    }

    /// <summary>
    /// Whether a container like this can be run here: a plain process, which has no image or network of its own, and volumes that one can
    /// have.
    /// </summary>
    public static bool IsSupported(ContainerInfo? info, bool isNested) => info is null
        || (info.Type == ContainerInfo.Types.Type.Mesos && info.Mesos?.Image is null && info.Docker is null
            && !TaskVolumes.Unsupported([], info, isNested).Any() && info.NetworkInfos.Count == 0 && !info.HasHostname);

    /// <summary>
    /// Why it cannot be run in a container of an engine, which has its limits, its mounts and its rights since it was made; null when it
    /// can.
    /// </summary>
    public static string? ObstacleInEngine(ContainerInfo? info) => info switch
    {
        { Volumes.Count: > 0 } => "volumes",
        { RlimitInfo: not null } => "rlimit_info",
        { LinuxInfo: not null } => "linux_info",
        _ => null,
    } is { } what ? $"A container within one that a Docker engine runs cannot have {what} of its own" : null;

    /// <summary>A session without a command is a shell.</summary>
    private static CommandSpec CommandOf(CommandInfo command) =>
        command.HasValue ? ContainerSpecs.Command(command) : new CommandSpec.Program("sh", []);

    private static TerminalSize? TerminalOf(ContainerInfo? info) => info?.TtyInfo switch
    {
        null => null,
        { WindowSize: { } size } =>
            new TerminalSize((int)Math.Min(size.Rows, ushort.MaxValue), (int)Math.Min(size.Columns, ushort.MaxValue)),
        _ => new TerminalSize(24, 80),
    };

    private static ContainerLimits LimitsOf(OperatorContainerLaunched launched) => new(
        Amount(launched, "cpus"), Limit(launched, "cpus"), Amount(launched, "mem"), Limit(launched, "mem"), Amount(launched, "disk"));

    private static double? Amount(OperatorContainerLaunched launched, string name)
    {
        var found = launched.Resources.Where(resource => resource.Name == name && resource.Type == Value.Types.Type.Scalar).ToList();
        return found.Count == 0 ? null : found.Sum(resource => resource.Scalar.Value);
    }

    private static double? Limit(OperatorContainerLaunched launched, string name) =>
        launched.Limits.TryGetValue(name, out var limit) ? limit.Value : null;
}
