using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Cgroups;

/// <summary>
/// What a control group is told. The rule (semantics 4.8): a request sets weight and what is kept when memory runs short; a hard bound
/// comes from a limit, and for memory from the request too when no limit is given; for processors only if the agent is told so.
/// Null: no bound.
/// </summary>
/// <param name="Cpus">Weight against others, in processors.</param>
/// <param name="CpuQuota">Processors, never more.</param>
internal sealed record GroupLimits(double? Cpus, double? CpuQuota, long? MemoryHardBytes, long? MemorySoftBytes, int? Pids)
{
    public static readonly GroupLimits None = new(null, null, null, null, null);

    /// <summary>Below it a shell cannot be started, and the kernel's answers mislead.</summary>
    private const long MinMemoryBytes = 4 << 20;

    /// <summary>The kernel takes no quota below 1 ms of a period of 100 ms.</summary>
    private const double MinCpuQuota = 0.01;

    public static GroupLimits Of(ContainerLimits limits, IsolationOptions options) => new(
        limits.Cpus,
        Finite(limits.CpuLimit ?? (options.EnableCfs ? limits.Cpus : null)) is { } cpus ? Math.Max(cpus, MinCpuQuota) : null,
        Bytes(limits.MemoryLimitMegabytes ?? limits.MemoryMegabytes),
        Bytes(limits.MemoryMegabytes),
        options.PidsLimit > 0 ? options.PidsLimit : null);

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) && number > 0 ? number : null;

    private static long? Bytes(double? megabytes) =>
        Finite(megabytes) is { } number && number < 1e12 ? Math.Max((long)(number * (1 << 20)), MinMemoryBytes) : null;
}
