using System.Runtime.InteropServices;

namespace Offerbook.Coordination.Hosting.ZooKeeper.Native;

/// <summary>The C client is not installed, or not for this machine. The message says what to install.</summary>
public sealed class ZooKeeperLibraryMissingException(string message) : Exception(message);

/// <summary>The C client itself, loaded when the first session is wanted: a part that stands alone needs none.</summary>
internal static class ZooKeeperLibrary
{
    /// <exception cref="ZooKeeperLibraryMissingException">It cannot be loaded.</exception>
    public static void Load()
    {
        if (!Environment.Is64BitProcess)
        {
            // What the client hands back to us is 64 bits wide: see Callbacks.
            throw new ZooKeeperLibraryMissingException(
                "ZooKeeper's client is used by 64-bit programs only. Take a 64-bit build or start without --zk.");
        }
        Load(NativeClient.Library);
        // It would write to standard error whenever a server does not answer; what matters of that the cores remark themselves.
        NativeClient.SetLogLevel(0);
    }

    internal static void Load(string library)
    {
        if (!NativeLibrary.TryLoad(library, typeof(ZooKeeperLibrary).Assembly, null, out _))
        {
            throw new ZooKeeperLibraryMissingException(
                $"ZooKeeper's client library {library} cannot be loaded. "
                + "Install it (Debian and Ubuntu: apt-get install libzookeeper-mt2) or start without --zk.");
        }
    }
}
