using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Workload;

/// <summary>Draws when a deployment gives up, what is done then, and where it pauses to be looked at.</summary>
internal static class RolloutPolicy
{
    public static JObject Draw(SeededRandom random)
    {
        var policy = new JObject { ["onFailure"] = random.Pick(["stop", "rollback", "rollback", "hold"]) };
        if (random.Chance(0.6))
        {
            policy["deadlineSeconds"] = random.Between(5, 90);
        }
        if (random.Chance(0.6))
        {
            policy["maxFailures"] = random.Next(3);
        }
        if (random.Chance(0.3))
        {
            policy["pauseAfter"] = random.Chance(0.5) ? new JArray(1) : new JArray("30%", 2);
        }
        return policy;
    }

    /// <summary>Whether a deployment may give up before its work is done: it leaves instances of several versions.</summary>
    public static bool MayGiveUp(JObject policy) => policy.ContainsKey("deadlineSeconds") || policy.ContainsKey("maxFailures");

    /// <summary>Whether a deployment that gives up is taken back by itself.</summary>
    public static bool MayRevert(JObject policy) => (string?)policy["onFailure"] == "rollback";
}
