using Offerbook.Chaos.Hosts;

namespace Offerbook.Chaos.Parts;

/// <summary>Wall clocks that can be stepped, one a machine; the kernel has no namespace for them, so it is done by
/// <c>clock.c</c>.</summary>
internal static class WallClocks
{
    public static bool CanStep(Machine machine) => File.Exists(FileOf(machine));

    /// <summary>From now on the machine's wall clock is ahead by so much, or behind.</summary>
    public static void Step(Machine machine, TimeSpan ahead)
    {
        // Written in place: the parts have the file in their memory.
        using var file = new FileStream(FileOf(machine), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(BitConverter.GetBytes(ahead.Ticks * 100));
    }

    public static string FileOf(Machine machine) => Path.Combine(machine.Directory, "clock");
}
