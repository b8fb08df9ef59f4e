using System.Runtime.InteropServices;

namespace Offerbook.Coordination.Hosting.ZooKeeper.Native;

/// <summary>
/// The functions of ZooKeeper's C client (3.8, threaded) that we use. All take UTF-8. Results are <see cref="Code"/>s; of an asynchronous
/// function
/// anything but Ok means that its completion will not be called.
/// </summary>
internal static unsafe partial class NativeClient
{
    public const string Library = "libzookeeper_mt.so.2";

    public const int ModePersistent = 0;
    public const int ModeEphemeral = 1;
    public const int ModeEphemeralSequential = 3;
    public const int SessionEvent = -1;

    public const int StateExpired = -112;
    public const int StateAuthenticationFailed = -113;
    public const int StateConnected = 3;

    /// <summary>Starts two threads and returns; null when no host resolves (errno says why).</summary>
    /// <param name="context">Handed to <paramref name="watcher"/> with every event of the session.</param>
    [LibraryImport(Library, EntryPoint = "zookeeper_init", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial nint Init(string hosts, delegate* unmanaged[Cdecl]<nint, int, int, byte*, nint, void> watcher, int timeoutMs,
        nint clientId, nint context, int flags);

    /// <summary>Ends both threads and the session. Waits up to 4.5 s for a server that does not answer.</summary>
    [LibraryImport(Library, EntryPoint = "zookeeper_close")]
    public static partial int Close(nint client);

    /// <returns>The session's id, and then its password; valid while connected.</returns>
    [LibraryImport(Library, EntryPoint = "zoo_client_id")]
    public static partial long* ClientId(nint client);

    [LibraryImport(Library, EntryPoint = "zoo_recv_timeout")]
    public static partial int Timeout(nint client);

    /// <summary>Kept by the client, and sent first on every connection.</summary>
    [LibraryImport(Library, EntryPoint = "zoo_add_auth", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddAuth(ClientHandle client, string scheme, byte* credentials, int length, delegate* unmanaged[Cdecl]<int,
        nint, void> done, nint data);

    [LibraryImport(Library, EntryPoint = "zoo_acreate", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Create(ClientHandle client, string path, byte* value, int length, AclVector* acl, int mode,
        delegate* unmanaged[Cdecl]<int, byte*, nint, void> done, nint data);

    /// <param name="version">-1 for any.</param>
    [LibraryImport(Library, EntryPoint = "zoo_adelete", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Delete(ClientHandle client, string path, int version, delegate* unmanaged[Cdecl]<int, nint, void> done,
        nint data);

    [LibraryImport(Library, EntryPoint = "zoo_async", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Sync(ClientHandle client, string path, delegate* unmanaged[Cdecl]<int, byte*, nint, void> done, nint data);

    /// <param name="watcher">Null for none.</param>
    [LibraryImport(Library, EntryPoint = "zoo_awget_children", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int List(ClientHandle client, string path, delegate* unmanaged[Cdecl]<nint, int, int, byte*, nint, void> watcher,
        nint context,
        delegate* unmanaged[Cdecl]<int, StringVector*, nint, void> done, nint data);

    [LibraryImport(Library, EntryPoint = "zoo_awget", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Read(ClientHandle client, string path, delegate* unmanaged[Cdecl]<nint, int, int, byte*, nint, void> watcher,
        nint context,
        delegate* unmanaged[Cdecl]<int, byte*, int, Stat*, nint, void> done, nint data);

    /// <summary>For the whole process; 0 is silence.</summary>
    [LibraryImport(Library, EntryPoint = "zoo_set_debug_level")]
    public static partial void SetLogLevel(int level);

    /// <summary>How often the client asks the name service again, so that it finds servers that have moved.</summary>
    [LibraryImport(Library, EntryPoint = "zoo_set_servers_resolution_delay")]
    public static partial int SetResolutionDelay(ClientHandle client, int delayMs);
}

/// <summary>A client of the C library; closed once, when nobody is inside one of its functions any more.</summary>
internal sealed class ClientHandle : SafeHandle
{
    public ClientHandle(nint client) : base(0, ownsHandle: true) => SetHandle(client);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        _ = NativeClient.Close(handle);
        return true;
    }
}
