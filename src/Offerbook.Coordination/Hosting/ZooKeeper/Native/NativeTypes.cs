using System.Runtime.InteropServices;
using System.Text;

namespace Offerbook.Coordination.Hosting.ZooKeeper.Native;

/// <summary>What the C client answers; those that we tell apart.</summary>
internal enum Code
{
    Ok = 0,
    ConnectionLoss = -4,
    OperationTimeout = -7,
    BadArguments = -8,
    InvalidState = -9,
    NoNode = -101,
    NoAuth = -102,
    NodeExists = -110,
    SessionExpired = -112,
    InvalidAcl = -114,
    AuthFailed = -115,
    Closing = -116,
    SessionMoved = -118,
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct StringVector
{
    public int Count;
    public byte** Data;
}

[StructLayout(LayoutKind.Sequential)]
internal struct Stat
{
    public long Czxid;
    public long Mzxid;
    public long Ctime;
    public long Mtime;
    public int Version;
    public int Cversion;
    public int Aversion;
    public long EphemeralOwner;
    public int DataLength;
    public int NumChildren;
    public long Pzxid;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Acl
{
    public int Permissions;
    public byte* Scheme;
    public byte* Id;
}

/// <summary>
/// An access list. The two that we use are made once and kept as long as the process: the C client reads them whenever it sends.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct AclVector
{
    private const int PermitRead = 0x01;
    private const int PermitAll = 0x1f;

    public int Count;
    public Acl* Data;

    /// <summary>Anybody may do anything: what an address without a user gets.</summary>
    public static readonly AclVector* Open = Make((PermitAll, "world", "anyone"));

    /// <summary>Whoever made the node may do anything, and everybody may read it: tools find the leader without a password.</summary>
    public static readonly AclVector* Guarded = Make((PermitRead, "world", "anyone"), (PermitAll, "auth", ""));

    private static AclVector* Make(params (int Permissions, string Scheme, string Id)[] entries)
    {
        var vector = (AclVector*)NativeMemory.AllocZeroed((nuint)sizeof(AclVector));
        vector->Count = entries.Length;
        vector->Data = (Acl*)NativeMemory.AllocZeroed((nuint)(entries.Length * sizeof(Acl)));
        for (var i = 0; i < entries.Length; i++)
        {
            vector->Data[i] = new Acl { Permissions = entries[i].Permissions, Scheme = Text(entries[i].Scheme), Id = Text(entries[i].Id) };
        }
        return vector;
    }

    private static byte* Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var memory = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
        bytes.CopyTo(new Span<byte>(memory, bytes.Length));
        return memory;
    }
}
