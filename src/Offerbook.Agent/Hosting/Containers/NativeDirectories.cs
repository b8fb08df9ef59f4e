using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Offerbook.Agent.Hosting.Containers;

// Calls within a directory that is open: whatever its names are replaced by meanwhile, they reach what was opened. None follows a link.
internal static partial class Native
{
    /// <summary>The flags differ between processors.</summary>
    private static readonly int OnlyDirectory = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64
        ? 0x4000 : 0x10000;

    /// <summary>Opens a directory; null when there is none of that name, a link to one counting as none.</summary>
    /// <param name="parent">Null: <paramref name="name"/> is a path.</param>
    public static SafeFileHandle? OpenDirectory(SafeFileHandle? parent, string name)
    {
        var flags = OnlyDirectory | NoFollow | CloseOnExec;
        var descriptor = parent is null ? OpenCall(name, flags) : OpenWithinCall(parent, name, flags, 0);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Makes a directory. False when the name is taken, or it cannot be made.</summary>
    public static bool MakeDirectory(SafeFileHandle parent, string name, UnixFileMode mode) =>
        MakeDirectoryWithinCall(parent, name, (uint)mode) == 0;

    /// <summary>Makes a new file; null when the name is taken or it cannot be made.</summary>
    public static SafeFileHandle? CreateNew(SafeFileHandle parent, string name)
    {
        const uint mode = 0b110_100_100;
        var descriptor = OpenWithinCall(parent, name, ReadWrite | Create | Exclusive | CloseOnExec | NoFollow, mode);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Null when there is nothing of that name.</summary>
    public static FileFacts? Facts(SafeFileHandle parent, string name)
    {
        Span<byte> buffer = stackalloc byte[256];
        return StatCall(parent, name, NoFollowLink, BasicStatistics, ref MemoryMarshal.GetReference(buffer)) == 0 ? Facts(buffer) : null;
    }

    /// <summary>Opens an existing file for reading and writing; null when it cannot be opened.</summary>
    public static SafeFileHandle? OpenReadWrite(SafeFileHandle parent, string name)
    {
        var descriptor = OpenWithinCall(parent, name, ReadWrite | NonBlocking | CloseOnExec | NoFollow, 0);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>
    /// Tells ext4, as chattr +T does, that what is in each directory of this one has nothing to do with what is in the others: it looks for
    /// a part of the disk for each that is little used. Without a journal it does not give the place of a deleted file again for minutes,
    /// and passes over each such place for every file that it makes near it; where somebody has just deleted ten thousand files, such as a
    /// build, that is half of what a launch takes. Other file systems refuse, and nothing is lost by it.
    /// </summary>
    public static void SetTopOfHierarchies(string directory)
    {
        const nuint get = 0x80086601, set = 0x40086602;
        const int topOfHierarchies = 0x20000;
        using var open = OpenDirectory(null, directory);
        var flags = 0;
        if (open is not null && AttributesCall(open, get, ref flags) == 0 && (flags & topOfHierarchies) == 0)
        {
            flags |= topOfHierarchies;
            AttributesCall(open, set, ref flags);
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int AttributesCall(SafeFileHandle directory, nuint call, ref int flags);

    [LibraryImport("libc", EntryPoint = "openat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenWithinCall(SafeFileHandle parent, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeDirectoryWithinCall(SafeFileHandle parent, string name, uint mode);
}
