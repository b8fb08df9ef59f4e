using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>The calls of the C library that make terminals and named pipes.</summary>
internal static partial class NativeTerminal
{
    private const int ReadWrite = 2;
    private const int NoControllingTerminal = 0x100;
    private const int CloseOnExec = 0x80000;
    private const ulong SetWindowSize = 0x5414;
    private const uint OwnerOnly = 0b110_000_000;

    /// <exception cref="IOException">The system has no terminal left.</exception>
    public static (SafeFileHandle Master, string Path) OpenTerminal()
    {
        var descriptor = OpenMaster(ReadWrite | NoControllingTerminal | CloseOnExec);
        if (descriptor < 0)
        {
            throw Fault("no terminal can be had");
        }
        var master = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Grant(descriptor) != 0 || Unlock(descriptor) != 0 || PathOf(master) is not { } path)
        {
            var fault = Fault("a terminal cannot be opened");
            master.Dispose();
            throw fault;
        }
        return (master, path);
    }

    /// <summary>Of the end that programs have; null when this is no terminal's other end.</summary>
    public static string? PathOf(SafeFileHandle master)
    {
        Span<byte> name = stackalloc byte[64];
        return NameOf((int)master.DangerousGetHandle(), ref MemoryMarshal.GetReference(name), (nuint)name.Length) == 0
            ? System.Text.Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)])
            : null;
    }

    /// <summary>Waits until something can be read, which is also so at the end, or a bell was rung.</summary>
    /// <returns>False when the bell was rung.</returns>
    public static bool WaitToRead(SafeFileHandle from, SafeFileHandle bell)
    {
        const short readable = 1;
        const int forever = -1;
        Span<Awaited> both = [new() { Descriptor = (int)from.DangerousGetHandle(), Wanted = readable },
            new() { Descriptor = (int)bell.DangerousGetHandle(), Wanted = readable }];
        while (Poll(ref MemoryMarshal.GetReference(both), (nuint)both.Length, forever) <= 0)
        {
            // A signal came in between.
        }
        return both[1].Happened == 0;
    }

    /// <summary>Programs on the terminal are told by SIGWINCH.</summary>
    public static void Resize(SafeFileHandle master, int rows, int columns)
    {
        var size = new WindowSize { Rows = (ushort)rows, Columns = (ushort)columns };
        var added = false;
        try
        {
            master.DangerousAddRef(ref added);
            Control((int)master.DangerousGetHandle(), SetWindowSize, ref size);
        }
        catch (ObjectDisposedException)
        {
            // The process has ended meanwhile.
        }
        finally
        {
            if (added)
            {
                master.DangerousRelease();
            }
        }
    }

    /// <summary>Makes a named pipe and holds both its ends.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static SafeFileHandle CreatePipe(string path)
    {
        if (MakePipe(path, OwnerOnly) != 0)
        {
            throw Fault($"{path} cannot be made");
        }
        return OpenPipe(path);
    }

    /// <summary>Both ends of a named pipe, or the end of a terminal that programs have.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenPipe(string path)
    {
        var descriptor = Open(path, ReadWrite | NoControllingTerminal | CloseOnExec);
        return descriptor < 0 ? throw Fault($"{path} cannot be opened") : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    public static void ChangeOwner(string path, uint user, uint group)
    {
        if (Own(path, user, group) != 0)
        {
            throw Fault($"{path} cannot be given away");
        }
    }

    private static IOException Fault(string what) => new($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int Grant(int descriptor);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int Unlock(int descriptor);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int NameOf(int descriptor, ref byte buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, ulong request, ref WindowSize size);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int MakePipe(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Own(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref Awaited first, nuint count, int timeoutMs);

    [StructLayout(LayoutKind.Sequential)]
    private struct Awaited
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }
}
