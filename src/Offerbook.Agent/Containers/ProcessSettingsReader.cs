using Mesos.V1;

namespace Offerbook.Agent.Containers;

/// <summary>Reads a process' settings from a ContainerInfo, and says what is wrong with it.</summary>
internal static class ProcessSettingsReader
{
    private const int FirstCapability = (int)CapabilityInfo.Types.Capability.Chown;

    public static ProcessSettings Of(ContainerInfo? container)
    {
        if (container is null)
        {
            return ProcessSettings.Default;
        }
        var linux = container.LinuxInfo;
        return new ProcessSettings
        {
            Limits = [.. (container.RlimitInfo?.Rlimits ?? []).Select(Limit)],
            // capability_info is the older name of the effective ones.
            EffectiveCapabilities = Names(linux?.EffectiveCapabilities ?? linux?.CapabilityInfo),
            BoundingCapabilities = Names(linux?.BoundingCapabilities),
            OwnProcessNumbers = linux is { HasSharePidNamespace: true, SharePidNamespace: false },
            OwnIpc = linux is { IpcMode: LinuxInfo.Types.IpcMode.Private },
            SharedMemoryMegabytes = linux is { HasShmSize: true } ? (int)Math.Min(linux.ShmSize, int.MaxValue) : null,
            OwnControlGroup = linux is { HasShareCgroups: true, ShareCgroups: false },
            Terminal = container.TtyInfo is { } terminal
                ? new TerminalSize((int)(terminal.WindowSize?.Rows ?? 0), (int)(terminal.WindowSize?.Columns ?? 0))
                : null,
        };
    }

    /// <summary>What the kernel would not take, in words.</summary>
    public static IEnumerable<string> Problems(ContainerInfo? container)
    {
        var seen = new HashSet<RLimitInfo.Types.RLimit.Types.Type>();
        foreach (var limit in container?.RlimitInfo?.Rlimits ?? [])
        {
            if (!limit.HasType || limit.Type == RLimitInfo.Types.RLimit.Types.Type.Unknown)
            {
                yield return "A resource limit (rlimit_info) has no known type";
                continue;
            }
            var name = limit.Type.ToString();
            if (!seen.Add(limit.Type))
            {
                yield return $"Resource limit {name} (rlimit_info) is given twice";
            }
            if (limit.HasSoft != limit.HasHard)
            {
                yield return $"Resource limit {name} (rlimit_info) needs both hard and soft, or neither for unlimited";
            }
            else if (limit.Soft > limit.Hard)
            {
                yield return $"Resource limit {name} (rlimit_info) has a soft limit of {limit.Soft} above its hard limit of {limit.Hard}";
            }
        }
        var linux = container?.LinuxInfo;
        foreach (var set in (CapabilityInfo?[])[linux?.CapabilityInfo, linux?.EffectiveCapabilities, linux?.BoundingCapabilities])
        {
            foreach (var capability in (set?.Capabilities ?? []).Where(capability => NameOf(capability) is null))
            {
                yield return $"Capability {capability} (linux_info) is not known";
            }
        }
        if (Names(linux?.BoundingCapabilities) is { } bounding
            && (Names(linux?.EffectiveCapabilities) ?? []).Except(bounding).ToList() is { Count: > 0 } beyond)
        {
            yield return $"Effective capabilities (linux_info) must be among the bounding ones; these are not: {string.Join(", ", beyond)}";
        }
    }

    private static ProcessLimit Limit(RLimitInfo.Types.RLimit limit) => new(
        limit.Type.ToString()["Rlmt".Length..].ToLowerInvariant(), limit.HasSoft ? limit.Soft : null, limit.HasHard ? limit.Hard : null);

    private static IReadOnlyList<string>? Names(CapabilityInfo? set) =>
        set is null ? null : [.. set.Capabilities.Select(NameOf).OfType<string>()];

    private static string? NameOf(CapabilityInfo.Types.Capability capability) => CapabilityNames.Of((int)capability - FirstCapability);
}
