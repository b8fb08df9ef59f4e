using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Workload.Kinds;

/// <summary>
/// Draws definitions of the pod with a persistent volume. What is reserved for it is always the same, as it cannot be changed.
/// </summary>
internal static class ResidentPods
{
    public const int MaxInstances = 2;

    /// <summary>The volume's name, which is its path in the sandbox of the container around the others.</summary>
    public const string Volume = "data";

    public static (JObject Body, AppFacts Facts) Draw(SeededRandom random, AppFacts facts)
    {
        facts = facts with { Instances = Math.Min(MaxInstances, facts.Instances) };
        var policy = random.Chance(0.3) ? RolloutPolicy.Draw(random) : [];
        var end = facts.Good ? "" : $" life={random.Between(1, 5)} exit=1";
        var body = new JObject
        {
            ["id"] = AppKinds.ResidentPod,
            ["role"] = AppKinds.ResidentRole,
            ["scaling"] = new JObject { ["kind"] = "fixed", ["instances"] = facts.Instances },
            ["containers"] = new JArray(
                Container("writer", $"sim serve rev={facts.Revision}{end}", readOnly: false),
                Container("reader", random.Chance(0.2) ? "sim serve stubborn" : "sim serve", readOnly: true)),
            ["volumes"] = new JArray(new JObject { ["name"] = Volume, ["persistent"] = new JObject { ["size"] = 10 } }),
            ["scheduling"] = new JObject
            {
                ["backoff"] = new JObject { ["backoff"] = 1, ["backoffFactor"] = 1.15, ["maxLaunchDelay"] = 30 },
                ["upgrade"] = new JObject { ["minimumHealthCapacity"] = random.Pick<double>([0, 0.5]), ["maximumOverCapacity"] = 0 },
            },
            ["deployment"] = policy,
        };
        return (body, facts with { MayRevert = RolloutPolicy.MayRevert(policy), MayGiveUp = RolloutPolicy.MayGiveUp(policy) });
    }

    /// <returns>The request that kills the pod's instance of a task.</returns>
    public static string Kill(string task, bool wipe) =>
        $"DELETE {AppKinds.AddressOf(AppKinds.ResidentPod)}::instances/{string.Join('.', task.Split('.')[..2])}"
        + (wipe ? "?wipe=true" : "");

    private static JObject Container(string name, string command, bool readOnly) => new()
    {
        ["name"] = name,
        ["exec"] = new JObject { ["command"] = new JObject { ["shell"] = command } },
        ["resources"] = new JObject { ["cpus"] = 0.01, ["mem"] = 1 },
        ["volumeMounts"] = new JArray(new JObject { ["name"] = Volume, ["mountPath"] = "mine", ["readOnly"] = readOnly }),
    };
}
