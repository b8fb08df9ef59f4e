using System.Diagnostics.CodeAnalysis;
using Offerbook.Coordination.Nodes;

namespace Offerbook.Coordination.Hosting;

/// <summary>
/// Finds the leading master through its election, for agents, frameworks and tools: <c>--master
/// zk://user:password@h1:2181,h2:2181/path</c>.
/// </summary>
/// <param name="shown">The address without its password.</param>
public sealed class MasterDetection(ElectionFactory factory, string shown)
{
    /// <summary>What may be shown to anybody.</summary>
    public override string ToString() => shown;

    /// <param name="text">A <c>zk://</c> address, or <c>file:///path</c> of a file that holds one.</param>
    /// <param name="error">What is wrong, without the password; null when the text names masters in another way.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out MasterDetection? detection, out string? error)
    {
        (detection, error) = (null, null);
        if (!ElectionFactory.TryRead(text.Trim(), out var address, out error) || !ZooKeeperUri.IsOne(address))
        {
            return false;
        }
        if (!ElectionFactory.TryCreate(address, new MasterNodes(), new ElectionSettings(), out var factory, out error))
        {
            return false;
        }
        detection = new MasterDetection(factory, factory.Uri!.ToString());
        return true;
    }

    /// <summary>Begins to follow the election; no server has answered yet when this returns.</summary>
    /// <exception cref="ZooKeeper.Native.ZooKeeperLibraryMissingException">The C client is not installed.</exception>
    public Task<ILeaderDetector> FollowAsync() => factory.FollowAsync();

    /// <summary>Asks the election once.</summary>
    /// <exception cref="TimeoutException">No master leads, or the election cannot be reached.</exception>
    public async Task<Uri> FindAsync(TimeSpan patience)
    {
        await using var detector = await FollowAsync();
        using var limit = new CancellationTokenSource(patience);
        try
        {
            LeaderInfo? leader = detector.Leader;
            while (leader is null)
            {
                leader = await detector.ChangedAsync(null, limit.Token);
            }
            return leader.Address;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"No master leads in {shown}, or ZooKeeper cannot be reached there.");
        }
    }
}
