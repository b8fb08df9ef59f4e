namespace Offerbook.Chaos.Hosts;

/// <summary>A file system in memory that holds little, so that it can be filled.</summary>
internal static class SmallDisk
{
    private const string Ballast = "ballast";
    private const int Block = 64 * 1024;

    /// <param name="size">As <c>mount</c> takes it, such as <c>64m</c>.</param>
    public static async Task<string> MountAsync(string directory, string size)
    {
        Directory.CreateDirectory(directory);
        await Command.RunAsync("mount", "-t", "tmpfs", "-o", $"size={size},mode=0755", "tmpfs", directory);
        return directory;
    }

    /// <summary>Writes until nothing more fits.</summary>
    /// <returns>Bytes written.</returns>
    public static long Fill(string directory)
    {
        using var file = new FileStream(Path.Combine(directory, Ballast), FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in new[] { Block, 512 })
        {
            var block = new byte[size];
            try
            {
                while (true)
                {
                    file.Write(block);
                }
            }
            catch (IOException)
            {
                // Full, which is what was wanted; the rest is filled in smaller steps.
            }
        }
        return file.Length;
    }

    public static void Free(string directory) => File.Delete(Path.Combine(directory, Ballast));
}
