using System.Runtime.InteropServices;

namespace Offerbook.Coordination.Hosting.ZooKeeper.Native;

/// <summary>The C client is not installed. The message says what to install.</summary>
public sealed class ZooKeeperLibraryMissingException(string message) : Exception(message);

/// <summary>The C client itself, loaded when the first session is wanted: a part that stands alone needs none.</summary>
internal static class ZooKeeperLibrary
{
    private static readonly Lazy<bool> Loaded = new(static () =>
    {
        if (!NativeLibrary.TryLoad(NativeClient.Library, typeof(ZooKeeperLibrary).Assembly, null, out _))
        {
            return false;
        }
        // It would write to standard error whenever a server does not answer; what matters of that the cores remark themselves.
        NativeClient.SetLogLevel(0);
        return true;
    });

    /// <exception cref="ZooKeeperLibraryMissingException">It cannot be loaded.</exception>
    public static void Load()
    {
        if (!Loaded.Value)
        {
            throw new ZooKeeperLibraryMissingException(
                $"ZooKeeper's client library {NativeClient.Library} cannot be loaded. Install it (Debian and Ubuntu: apt-get install libzookeeper-mt2) or start without --zk.");
        }
    }
}
