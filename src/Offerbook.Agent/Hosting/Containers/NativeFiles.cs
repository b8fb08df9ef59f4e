using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Offerbook.Agent.Hosting.Containers;

// Calls about files that tasks could have put in the place of others: none of them follows a link.
internal static partial class Native
{
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int Exclusive = 0x80;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int CollapseRange = 8;
    private const int MayWriteMode = 2;
    private const int MayExecuteMode = 1;
    private const int AtCurrentDirectory = -100;
    private const int NoFollowLink = 0x100;
    private const uint BasicStatistics = 0x7ff;
    private const int RegularFile = 0x8000;
    private const int FileTypeMask = 0xf000;

    /// <summary>The flag differs between processors.</summary>
    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64
        ? 0x8000 : 0x20000;

    public static bool MayWrite(string path) => AccessCall(path, MayWriteMode) == 0;

    public static bool MayExecute(string path) => AccessCall(path, MayExecuteMode) == 0;

    /// <summary>Removes an empty directory, or one that holds only a control group's own files.</summary>
    public static bool RemoveDirectory(string path) => RemoveDirectoryCall(path) == 0;

    public static void ChangeOwner(SafeFileHandle file, uint user, uint group) => ChangeOwnerCall(file, user, group);

    /// <summary>Opens an existing file for reading and writing, if it is no link; null when it cannot be opened.</summary>
    public static SafeFileHandle? OpenReadWrite(string path)
    {
        var descriptor = OpenCall(path, ReadWrite | NonBlocking | CloseOnExec | NoFollow);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Opens an existing file so that every write goes to its end, whoever else writes; null when it cannot be opened.</summary>
    public static SafeFileHandle? OpenAppend(string path)
    {
        const int writeOnly = 1;
        const int append = 0x400;
        var descriptor = OpenCall(path, writeOnly | append | CloseOnExec | NoFollow);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>
    /// Writes a short text in one call, in the place of what was there. A signal for the calling thread makes the kernel give up some
    /// writes (a limit of memory, for which it has to look for pages): they are done again.
    /// </summary>
    /// <returns>Why it cannot be, or null.</returns>
    public static string? WriteWhole(string path, string text)
    {
        const int writeOnly = 1;
        const int truncate = 0x200;
        const uint mode = 0b110_100_100;
        Span<byte> bytes = stackalloc byte[256];
        var length = System.Text.Encoding.ASCII.GetBytes(text, bytes);
        var descriptor = OpenCreateCall(path, writeOnly | Create | truncate | CloseOnExec, mode);
        if (descriptor < 0)
        {
            return Marshal.GetLastPInvokeErrorMessage();
        }
        nint written;
        do
        {
            written = WriteCall(descriptor, ref MemoryMarshal.GetReference(bytes), (nuint)length);
        }
        while (written < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        var reason = written == length ? null : Marshal.GetLastPInvokeErrorMessage();
        CloseCall(descriptor);
        return reason;
    }

    /// <summary>Reads the beginning of a small file in three calls of the kernel; several are read for every container.</summary>
    /// <returns>How much was read; negative when it cannot be opened or read.</returns>
    public static int ReadStart(string path, Span<byte> buffer)
    {
        const int readOnly = 0;
        var descriptor = OpenCall(path, readOnly | NonBlocking | CloseOnExec);
        if (descriptor < 0)
        {
            return -1;
        }
        var length = (int)ReadCall(descriptor, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
        CloseCall(descriptor);
        return length;
    }

    /// <summary>Makes one directory. False when it is there already, or cannot be made.</summary>
    public static bool MakeDirectory(string path, UnixFileMode mode = (UnixFileMode)0b111_101_101) =>
        MakeDirectoryCall(path, (uint)mode) == 0;

    /// <summary>Makes a new file; null when the name is taken or it cannot be made.</summary>
    public static SafeFileHandle? CreateNew(string path)
    {
        const uint mode = 0b110_100_100;
        var descriptor = OpenCreateCall(path, ReadWrite | Create | Exclusive | CloseOnExec | NoFollow, mode);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Cuts the first bytes off a file without losing what others append meanwhile. False where the file system cannot.</summary>
    /// <param name="length">A multiple of the file system's block size, and less than the file's length.</param>
    public static bool CutHead(SafeFileHandle file, long length) => AllocateCall(file, CollapseRange, 0, length) == 0;

    /// <summary>Null when there is nothing of that name. Does not follow a link.</summary>
    public static FileFacts? Facts(string path)
    {
        Span<byte> buffer = stackalloc byte[256];
        return StatCall(AtCurrentDirectory, path, NoFollowLink, BasicStatistics, ref MemoryMarshal.GetReference(buffer)) == 0
            ? Facts(buffer) : null;
    }

    public static FileFacts? Facts(SafeFileHandle file)
    {
        const int emptyPath = 0x1000;
        Span<byte> buffer = stackalloc byte[256];
        return StatCall(file, "", emptyPath, BasicStatistics, ref MemoryMarshal.GetReference(buffer)) == 0 ? Facts(buffer) : null;
    }

    /// <summary>struct statx is the same on every processor.</summary>
    private static FileFacts Facts(ReadOnlySpan<byte> statx)
    {
        const int blockSize = 4, links = 16, user = 20, group = 24, mode = 28, size = 40, blocks = 48;
        const int bytesOfBlock = 512;
        static uint Word(ReadOnlySpan<byte> from, int at) => MemoryMarshal.Read<uint>(from[at..]);
        static long Long(ReadOnlySpan<byte> from, int at) => MemoryMarshal.Read<long>(from[at..]);
        return new FileFacts(
            (MemoryMarshal.Read<ushort>(statx[mode..]) & FileTypeMask) == RegularFile,
            Long(statx, size), Long(statx, blocks) * bytesOfBlock, Word(statx, links), Word(statx, user), Word(statx, group),
            Word(statx, blockSize));
    }

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AccessCall(string path, int mode);

    [LibraryImport("libc", EntryPoint = "mkdir", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeDirectoryCall(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint ReadCall(int descriptor, ref byte bytes, nuint length);

    [LibraryImport("libc", EntryPoint = "rmdir", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RemoveDirectoryCall(string path);

    [LibraryImport("libc", EntryPoint = "fchown")]
    private static partial int ChangeOwnerCall(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteCall(int descriptor, ref byte bytes, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseCall(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenCreateCall(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "fallocate")]
    private static partial int AllocateCall(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatCall(int directory, string path, int flags, uint mask, ref byte buffer);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatCall(SafeFileHandle file, string path, int flags, uint mask, ref byte buffer);
}

/// <param name="Allocated">Bytes on disk, which for a file with holes are fewer than its length.</param>
internal readonly record struct FileFacts(bool IsRegular, long Length, long Allocated, uint Links, uint User, uint Group, uint BlockSize);
