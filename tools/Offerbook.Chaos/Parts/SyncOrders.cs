using Offerbook.Chaos.Hosts;

namespace Offerbook.Chaos.Parts;

/// <summary>What becomes of a machine's flushes to disk (<c>disk.c</c>).</summary>
internal static class SyncOrders
{
    public const long Obey = 0;
    public const long Fail = -1;

    private const UnixFileMode Everybody = (UnixFileMode)0b110_110_110;

    public static bool CanGive(Machine machine) => File.Exists(FileOf(machine));

    public static long Slow(TimeSpan each) => (long)each.TotalMicroseconds;

    public static void Give(Machine machine, long order)
    {
        // Written in place: the parts have the file in their memory.
        using var file = new FileStream(FileOf(machine), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        if (file.Length < 16)
        {
            file.SetLength(16);
            File.SetUnixFileMode(FileOf(machine), Everybody);
        }
        file.Write(BitConverter.GetBytes(order));
    }

    /// <returns>How many flushes have failed.</returns>
    public static long Failed(Machine machine)
    {
        using var file = new FileStream(FileOf(machine), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var both = new byte[16];
        file.ReadExactly(both);
        return BitConverter.ToInt64(both, 8);
    }

    public static string FileOf(Machine machine) => Path.Combine(machine.Directory, "syncs");
}
