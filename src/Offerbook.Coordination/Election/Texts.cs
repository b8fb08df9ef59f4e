using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Election;

/// <summary>What the cores say to people. None of it names a password: they know none.</summary>
internal static class Texts
{
    public const string CredentialsRefused =
        "ZooKeeper does not accept the credentials of the zk:// address. Correct them and start again.";

    public static readonly Remark NotAnswered = new("No ZooKeeper server has answered yet; beginning anew.");

    public static readonly Remark Suspended =
        new("The connection to ZooKeeper is lost: leading on, suspended, until it says whether the session is over.");

    public static readonly Remark Restored = new("The connection to ZooKeeper is back in the same session.");

    public static Remark OpenFailed(string reason) => new($"No session with ZooKeeper could be begun: {reason}. It will be tried again.");

    public static Remark Expired(long session) =>
        new($"The session 0x{session:x} with ZooKeeper has expired, and our node with it; standing again in a new one.");

    public static Remark Evicted(string? node) => new($"Our node {node} in ZooKeeper has been removed by somebody else; standing again.");

    public static Remark NoNotices(Step step, string parent) => new(
        $"ZooKeeper does not let us {step.Wish} {parent}: the leadership will not be handed over because a store is slow. "
        + "Mend that node's access list.");

    /// <summary>Why a candidate is over.</summary>
    public static string Denied(Step step, string parent) =>
        $"ZooKeeper does not let us {step.Wish} {parent}: "
        + "give the zk:// address the user and password that made it, or mend its access list.";

    /// <summary>Why a candidate is over.</summary>
    public static string Invalid(Step step, string parent, Answer.Refused refused)
    {
        var detail = refused.Detail is null ? "" : ": " + refused.Detail;
        return $"ZooKeeper will not {step.Wish} {parent}{detail}. Correct the zk:// address.";
    }
}
