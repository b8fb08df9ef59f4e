using Newtonsoft.Json.Linq;

namespace Offerbook.Apps.Reasons;

/// <summary>What keeps an app, or a deployment of it, from being where it shall be.</summary>
public enum WaitKind
{
    /// <summary>The framework is not subscribed with a master.</summary>
    NotSubscribed,

    /// <summary>Instances wait, and nothing has been offered since they began to.</summary>
    NothingOffered,

    /// <summary>Offers came; none suits. Tells of each agent what was asked for and what there was.</summary>
    NoOfferFits,

    /// <summary>A secret that the app names cannot be had. Tells which, and why.</summary>
    SecretMissing,

    /// <summary>Tasks have failed; the next launch is held back.</summary>
    BackedOff,

    /// <summary>Launched, and not running yet.</summary>
    Launching,

    /// <summary>Runs, and a health check has not said yes.</summary>
    NotHealthy,

    /// <summary>Runs, and its readiness check has not been passed.</summary>
    NotReady,

    /// <summary>Has been told to end and has not.</summary>
    WaitingForKill,

    /// <summary>Its agent cannot be reached.</summary>
    Unreachable,

    /// <summary>Too few are healthy for one to be killed, and there is no room for one more.</summary>
    CapacityDeadEnd,

    /// <summary>Other apps of the step, or those that stop before it, are not done.</summary>
    WaitingForApps,

    /// <summary>It waits at a pause point, or was paused.</summary>
    Paused,

    /// <summary>It ran into a limit and is held.</summary>
    Held,
}

/// <param name="Message">For people.</param>
/// <param name="Facts">The numbers, for programs.</param>
public sealed record WaitReason(WaitKind Kind, string Message, JObject Facts)
{
    public JObject ToJson()
    {
        var name = Kind.ToString();
        var json = new JObject { ["reason"] = char.ToLowerInvariant(name[0]) + name[1..], ["message"] = Message };
        json.Merge(Facts);
        return json;
    }
}
