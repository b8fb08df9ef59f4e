using Offerbook.Wire.Flags;
using static Offerbook.Wire.Flags.FlagValues;
using AgentFlag = Offerbook.Wire.Flags.Flag<Offerbook.Agent.AgentOptions>;

namespace Offerbook.Agent.Hosting.Flags;

/// <summary>Flags about what stays of what has ended.</summary>
internal static class SandboxFlags
{
    private const int Most = 100_000;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    public static IReadOnlyList<AgentFlag> All { get; } =
    [
        Flag("disk_watch_interval", "", (text, kept) => kept with { DiskWatchInterval = Duration(text, Tick) },
            kept => Of(kept.DiskWatchInterval)),
        Flag("gc_delay", "Sandboxes go after gc_delay * max(0, 1 - gc_disk_headroom - used share of the disk)",
            (text, kept) => kept with { GcDelay = Duration(text, TimeSpan.Zero) }, kept => Of(kept.GcDelay)),
        Flag("gc_disk_headroom", "", (text, kept) => kept with { DiskHeadroom = Share(text) }, kept => Of(kept.DiskHeadroom)),
        Flag("gc_max_bytes", "What the sandboxes of finished tasks may hold together; default: what the disk holds",
            (text, kept) => kept with { MaxBytes = ByteSizes.Parse(text, 0) }, kept =>
                kept.MaxBytes is { } bytes ? ByteSizes.Of(bytes) : null) with { IsOwn = true },
        Flag("gc_max_sandboxes",
            "Sandboxes that are kept of tasks and executors which are no longer listed; beyond it the oldest go, however young",
            (text, kept) => kept with { MaxSandboxes = Count(text, 0, Most) }, kept => Of(kept.MaxSandboxes)) with { IsOwn = true },
        Flag("max_completed_executors_per_framework", "",
            (text, kept) => kept with { MaxCompletedExecutorsPerFramework = Count(text, 1, Most) }, kept =>
                Of(kept.MaxCompletedExecutorsPerFramework)),
        Flag("max_completed_frameworks", "", (text, kept) => kept with { MaxCompletedFrameworks = Count(text, 1, Most) },
            kept => Of(kept.MaxCompletedFrameworks)),
        Flag("max_completed_tasks_per_framework",
            "Each command task has an executor of its own in the original, which counts there as one of those",
            (text, kept) => kept with { MaxCompletedTasksPerFramework = Count(text, 1, Most) }, kept =>
                Of(kept.MaxCompletedTasksPerFramework)) with { IsOwn = true },
    ];

    private static AgentFlag Flag(string name, string note, Func<string, SandboxOptions, SandboxOptions> apply,
        Func<SandboxOptions, string?> show) =>
        new(name, FlagSupport.Supported, note) { Apply = (text, options) => options with { Sandboxes = apply(text, options.Sandboxes) },
            Show = options => show(options.Sandboxes) };
}
