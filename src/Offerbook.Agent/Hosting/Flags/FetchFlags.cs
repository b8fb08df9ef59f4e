using Offerbook.Wire.Flags;
using static Offerbook.Wire.Flags.FlagValues;
using AgentFlag = Offerbook.Wire.Flags.Flag<Offerbook.Agent.AgentOptions>;

namespace Offerbook.Agent.Hosting.Flags;

/// <summary>Flags about what is fetched into sandboxes.</summary>
internal static class FetchFlags
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    public static IReadOnlyList<AgentFlag> All { get; } =
    [
        Fetch("fetcher_cache_dir", "Default: fetch in the work directory",
            (text, fetch) => fetch with { CacheDirectory = Path.GetFullPath(text) }, fetch => fetch.CacheDirectory) with { IsPath = true },
        Fetch("fetcher_cache_size", "0B keeps nothing", (text, fetch) => fetch with { CacheBytes = ByteSizes.Parse(text, 0) },
            fetch => ByteSizes.Of(fetch.CacheBytes)),
        Fetch("fetcher_max_bytes", "How large a fetched file, or all that is in an archive, may be",
            (text, fetch) => fetch with { MaxBytes = ByteSizes.Parse(text, 1) },
            fetch => ByteSizes.Of(fetch.MaxBytes)) with { IsOwn = true },
        Fetch("fetcher_stall_timeout", "", (text, fetch) => fetch with { StallTimeout = Duration(text, Tick) },
            fetch => Of(fetch.StallTimeout)),
        Fetch("frameworks_home", "", (text, fetch) => fetch with { FrameworksHome = Path.GetFullPath(text) },
            fetch => fetch.FrameworksHome) with { IsPath = true },
    ];

    private static AgentFlag Fetch(string name, string note, Func<string, FetchOptions, FetchOptions> apply,
        Func<FetchOptions, string?> show) =>
        new(name, FlagSupport.Supported, note) { Apply = (text, options) => options with { Fetch = apply(text, options.Fetch) },
            Show = options => show(options.Fetch) };
}
