using Offerbook.Chaos.Hosts;

namespace Offerbook.Chaos.Parts;

/// <summary>
/// Wall clocks that can be stepped, one a machine. The kernel has no namespace for the wall clock, so a few lines of C stand between the
/// parts and the C library (<c>clock.c</c>); without a C compiler no clock can be stepped, and the fault is left out.
/// </summary>
internal static class WallClocks
{
    private const string Library = "clock.so";

    public static async Task<bool> PrepareAsync(Site site)
    {
        try
        {
            await Command.RunAsync("cc", "-O1", "-shared", "-fPIC", "-o", Path.Combine(site.Directory, Library),
                Path.Combine(AppContext.BaseDirectory, "Parts", "clock.c"), "-ldl");
            return true;
        }
        catch (HostException)
        {
            return false;
        }
    }

    public static IReadOnlyDictionary<string, string> Environment(Site site, Machine machine)
    {
        var library = Path.Combine(site.Directory, Library);
        if (!File.Exists(library))
        {
            return new Dictionary<string, string>();
        }
        Step(machine, TimeSpan.Zero);
        return new Dictionary<string, string> { ["LD_PRELOAD"] = library, ["CHAOS_CLOCK"] = FileOf(machine) };
    }

    public static bool CanStep(Machine machine) => File.Exists(FileOf(machine));

    /// <summary>From now on the machine's wall clock is ahead by so much, or behind.</summary>
    public static void Step(Machine machine, TimeSpan ahead)
    {
        // Written in place: the parts have the file in their memory.
        using var file = new FileStream(FileOf(machine), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(BitConverter.GetBytes(ahead.Ticks * 100));
    }

    private static string FileOf(Machine machine) => Path.Combine(machine.Directory, "clock");
}
