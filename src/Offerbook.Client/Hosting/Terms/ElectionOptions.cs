using Offerbook.Coordination;
using Offerbook.Coordination.Election;
using Offerbook.Coordination.HandOver;
using Offerbook.Coordination.Hosting;
using Offerbook.Coordination.Hosting.ZooKeeper;
using Offerbook.Coordination.Nodes;
using Offerbook.Storage;

namespace Offerbook.Client.Hosting.Terms;

/// <summary>The election that a framework stands in.</summary>
/// <param name="Shown">Its address as clients may see it, without secrets, such as <c>zk://h1:2181,h2:2181/marathon</c>.</param>
/// <param name="SessionTimeout">How long a silent leader goes on being one.</param>
/// <param name="Stand">Makes a candidate that is reached at an address, and that tells an operator what happens to it.</param>
public sealed record ElectionOptions(string Shown, TimeSpan SessionTimeout, Func<Uri, Action<string>, Task<ICandidate>> Stand)
{
    /// <summary>When a leader with a slow store hands over.</summary>
    public HandOverSettings HandOver { get; init; } = new();

    public static readonly TimeSpan DefaultSessionTimeout = ElectionSettings.DefaultSessionTimeout;

    /// <summary>
    /// An election in ZooKeeper, among latch nodes as Marathon's own, so that tools that look for a Marathon there find the leader.
    /// </summary>
    /// <param name="zk"><c>zk://user:password@h1:2181,h2:2181/path</c>.</param>
    /// <param name="below">A folder under that path, for frameworks that share it.</param>
    /// <exception cref="FormatException">It is no such address; the message says what one looks like, without the password.</exception>
    public static ElectionOptions InZooKeeper(string zk, TimeSpan sessionTimeout, string? below = null)
    {
        var uri = ZooKeeperUri.Parse(zk);
        if (below is not null)
        {
            uri = uri.At(uri.Path.TrimEnd('/') + "/" + below);
        }
        return new ElectionOptions(Mask(uri), sessionTimeout, async (address, log) => await ZooKeeperCandidate.StandAsync(uri,
            new ElectionSettings { SessionTimeout = sessionTimeout, Log = log },
            new CandidateOptions(uri.Path, new LatchNodes(address.Scheme), address, LatchNodes.DataOf(address))));
    }

    /// <summary>
    /// Refuses a store that the other candidates cannot reach: each of them would keep a journal of its own, and forget what the others
    /// did.
    /// </summary>
    /// <exception cref="FormatException">It is one; the message says what to do.</exception>
    public static void RequireShared(StoreAddress store)
    {
        if (store is StoreAddress.OfFile file)
        {
            throw new FormatException($"--zk: the instances of one election share one journal, and {file} is this machine's own. "
                + "Give all of them the same --store postgres://user@host/database; a single instance needs no --zk");
        }
    }

    /// <summary>As clients of the original see it: neither user nor password.</summary>
    private static string Mask(ZooKeeperUri uri)
    {
        var text = uri.ToString();
        return uri.HasCredentials ? "zk://xxxxxxxx:xxxxxxxx" + text[text.LastIndexOf('@')..] : text;
    }
}
