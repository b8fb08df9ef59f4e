using Offerbook.Chaos.Hosts;

namespace Offerbook.Chaos.Parts;

/// <summary>
/// A few lines of C that stand between the parts and the C library, for what the kernel cannot give to one machine alone: its wall
/// clock (<c>clock.c</c>), its disk's flushes (<c>disk.c</c>). Without a C compiler the faults that need them are left out.
/// </summary>
internal static class Preloads
{
    private static readonly string[] Sources = ["clock", "disk"];

    public static async Task PrepareAsync(Site site)
    {
        foreach (var source in Sources)
        {
            try
            {
                await Command.RunAsync("cc", "-O1", "-shared", "-fPIC", "-o", Library(site, source),
                    Path.Combine(AppContext.BaseDirectory, "Parts", source + ".c"), "-ldl");
            }
            catch (HostException)
            {
                return; // No compiler.
            }
        }
    }

    /// <summary>For a part of ours.</summary>
    public static IReadOnlyDictionary<string, string> Both(Site site, Machine machine) => Of(site, machine, Sources);

    /// <summary>For a part that keeps the true clock.</summary>
    public static IReadOnlyDictionary<string, string> DiskOnly(Site site, Machine machine) => Of(site, machine, ["disk"]);

    private static Dictionary<string, string> Of(Site site, Machine machine, string[] sources)
    {
        var found = new Dictionary<string, string>();
        if (!Sources.All(source => File.Exists(Library(site, source))))
        {
            return found;
        }
        found["LD_PRELOAD"] = string.Join(':', sources.Select(source => Library(site, source)));
        if (sources.Contains("clock"))
        {
            WallClocks.Step(machine, TimeSpan.Zero);
            found["CHAOS_CLOCK"] = WallClocks.FileOf(machine);
        }
        SyncOrders.Give(machine, SyncOrders.Obey);
        found["CHAOS_DISK"] = SyncOrders.FileOf(machine);
        return found;
    }

    private static string Library(Site site, string source) => Path.Combine(site.Directory, source + ".so");
}
