using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Offerbook.Bench.Journal;

/// <summary>
/// What the disk itself does with the bytes of a batch: written over a file that is already there, as a write-ahead log is, and told to be
/// durable; nothing else.
/// </summary>
internal static partial class RawDevice
{
    private const int FileSize = 16 << 20;

    /// <returns>Batches a second.</returns>
    public static double Measure(string directory, int bytes, TimeSpan time)
    {
        var path = Path.Combine(directory, "raw");
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(new byte[FileSize]);
        file.Flush(flushToDisk: true);
        var batch = new byte[bytes];
        var began = Stopwatch.GetTimestamp();
        var batches = 0;
        file.Position = 0;
        do
        {
            file.Position = file.Position + bytes > FileSize ? 0 : file.Position;
            file.Write(batch);
            if (FDataSync((int)file.SafeFileHandle.DangerousGetHandle()) != 0)
            {
                throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
            }
            batches++;
        }
        while (Stopwatch.GetElapsedTime(began) < time);
        return batches / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(int descriptor);
}
