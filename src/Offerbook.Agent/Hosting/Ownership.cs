using System.Runtime.InteropServices;

namespace Offerbook.Agent.Hosting;

/// <summary>A user of this host.</summary>
internal sealed record HostUser(string Name, uint Uid, uint Gid);

/// <summary>Whom files belong to.</summary>
internal static partial class Ownership
{
    /// <summary>Far more than a passwd line is long.</summary>
    private const int BufferBytes = 16_384;

    /// <summary>Of struct passwd on 64-bit Linux: two pointers come before the numbers.</summary>
    private const int UidOffset = 16;

    private const int PasswdBytes = 64;

    public static bool IsRoot { get; } = EffectiveUser() == 0;

    /// <summary>Null when there is no such user.</summary>
    public static unsafe HostUser? Find(string name)
    {
        Span<byte> entry = stackalloc byte[PasswdBytes];
        var buffer = new byte[BufferBytes];
        fixed (byte* at = entry)
        fixed (byte* strings = buffer)
        {
            IntPtr found;
            return FindUser(name, at, strings, BufferBytes, &found) == 0 && found != IntPtr.Zero
                ? new HostUser(name, *(uint*)(at + UidOffset), *(uint*)(at + UidOffset + sizeof(uint)))
                : null;
        }
    }

    /// <summary>The one that files and processes of a container go to; null when they stay with the agent's own user.</summary>
    public static HostUser? Other(string? name) =>
        IsRoot && name is { Length: > 0 } && Find(name) is { Uid: not 0 } user ? user : null;

    /// <summary>Gives a file, directory or link (not what it points to) away. Null: it stays.</summary>
    /// <exception cref="IOException">It cannot be given.</exception>
    public static void Give(string path, HostUser? user)
    {
        if (user is not null && ChangeOwner(path, user.Uid, user.Gid) != 0)
        {
            throw new IOException($"{path} cannot be given to the user '{user.Name}': {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int FindUser(string name, byte* entry, byte* buffer, nuint length, IntPtr* found);

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
