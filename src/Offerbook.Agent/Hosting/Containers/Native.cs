using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>The few calls of the C library that .NET does not offer.</summary>
internal static partial class Native
{
    public const int Terminate = 15;
    public const int Kill = 9;

    /// <summary>Signals a process. One that is gone is no error.</summary>
    public static void Signal(int pid, int signal) => KillCall(pid, signal);

    /// <summary>Signals the process group that a process leads; only the process as long as it has not begun to lead one.</summary>
    public static void SignalGroup(int leader, int signal)
    {
        if (KillCall(-leader, signal) != 0)
        {
            KillCall(leader, signal);
        }
    }

    /// <summary>
    /// Puts <paramref name="from"/> in the place of <paramref name="to"/> in one step, links themselves and not what they point to.
    /// </summary>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static void Rename(string from, string to)
    {
        if (RenameCall(from, to) != 0)
        {
            throw new IOException($"{from} cannot be renamed to {to}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Puts a file in another place.</summary>
    /// <returns>False when it cannot be done.</returns>
    public static bool TryRename(string from, string to) => RenameCall(from, to) == 0;

    /// <summary>Gives a file another name; a link in its place is not followed.</summary>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static void HardLink(string existing, string name)
    {
        if (LinkCall(existing, name) != 0)
        {
            throw new IOException($"{existing} cannot be linked as {name}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>The path without links; null when it does not exist.</summary>
    public static string? RealPath(string path)
    {
        var found = RealPathCall(path, IntPtr.Zero);
        if (found == IntPtr.Zero)
        {
            return null;
        }
        var text = Marshal.PtrToStringUTF8(found);
        FreeCall(found);
        return text;
    }

    /// <summary>Opens a file for reading without waiting, which opening a pipe would do; null when it cannot be opened.</summary>
    public static SafeFileHandle? OpenRead(string path)
    {
        const int readOnly = 0;
        const int nonBlocking = 0x800;
        const int closeOnExec = 0x80000;
        var descriptor = OpenCall(path, readOnly | nonBlocking | closeOnExec);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int KillCall(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial IntPtr RealPathCall(string path, IntPtr buffer);

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int RenameCall(string from, string to);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int LinkCall(string existing, string name);

    [LibraryImport("libc", EntryPoint = "free")]
    private static partial void FreeCall(IntPtr memory);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenCall(string path, int flags);
}
