using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Offerbook.Agent.Hosting.Containers;

// Calls by which the kernel tells that files in a directory were written (inotify).
internal static partial class Native
{
    /// <summary>Enough for some hundred names.</summary>
    public const int NoticeBytes = 16 * 1024;

    private const uint Modified = 2;
    private const uint Overflowed = 0x4000;

    /// <summary>struct inotify_event: watch, mask, cookie, length of the name.</summary>
    private const int NoticeHeader = 16;

    private const int MaskAt = 4;
    private const int LengthAt = 12;

    /// <summary>Something from which writes to files of a directory can be read; null when the kernel gives none.</summary>
    public static SafeFileHandle? OpenNotices(string directory)
    {
        var descriptor = NoticesCall(CloseOnExec);
        if (descriptor < 0)
        {
            return null;
        }
        var notices = new SafeFileHandle(descriptor, ownsHandle: true);
        if (AddWatchCall(notices, directory, Modified) >= 0)
        {
            return notices;
        }
        notices.Dispose();
        return null;
    }

    /// <summary>Waits until something was written.</summary>
    /// <param name="names">Gets the names of the files.</param>
    /// <returns>False when some were lost.</returns>
    public static bool ReadNotices(SafeFileHandle notices, Span<byte> buffer, List<string> names)
    {
        var length = (int)ReadNoticesCall(notices, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
        var complete = true;
        for (var at = 0; at + NoticeHeader <= length;)
        {
            var notice = buffer[at..];
            var nameLength = MemoryMarshal.Read<int>(notice[LengthAt..]);
            complete &= (MemoryMarshal.Read<uint>(notice[MaskAt..]) & Overflowed) == 0;
            // Padded with zeros.
            var name = notice.Slice(NoticeHeader, nameLength);
            var end = name.IndexOf((byte)0);
            if (end > 0)
            {
                names.Add(Encoding.UTF8.GetString(name[..end]));
            }
            at += NoticeHeader + nameLength;
        }
        return complete;
    }

    [LibraryImport("libc", EntryPoint = "inotify_init1")]
    private static partial int NoticesCall(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddWatchCall(SafeFileHandle notices, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint ReadNoticesCall(SafeFileHandle notices, ref byte bytes, nuint length);
}
