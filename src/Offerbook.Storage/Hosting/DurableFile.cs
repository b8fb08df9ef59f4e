using System.Runtime.InteropServices;

namespace Offerbook.Storage.Hosting;

/// <summary>What a file needs beyond being written to be there after a loss of power.</summary>
internal static partial class DurableFile
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;

    /// <summary>
    /// Gives a finished file its name: its bytes first, then the name, each on the disk. A file of that name is replaced.
    /// </summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Publish(string partial, string path)
    {
        Sync(partial);
        File.Move(partial, path, overwrite: true);
        Sync(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <param name="path">A file or a directory.</param>
    private static void Sync(string path)
    {
        var descriptor = Open(path, ReadOnly | CloseOnExec);
        if (descriptor < 0)
        {
            throw Refused(path);
        }
        try
        {
            if (FSync(descriptor) != 0)
            {
                throw Refused(path);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Refused(string path) => new($"{path} cannot be made durable: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
