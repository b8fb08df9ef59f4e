using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Workload.Kinds;

/// <summary>Draws definitions that say all that they may say, so that nothing of an older one is left.</summary>
internal sealed class KindsDrawing(SeededRandom random, AppDefinition definition)
{
    public const int MaxInstances = 3;

    /// <param name="facts">Of a daemon 1 instance stands for one on every agent.</param>
    public (JObject Body, AppFacts Facts) Draw(string id, AppFacts facts)
    {
        if (id == AppKinds.ResidentPod)
        {
            return ResidentPods.Draw(random, facts);
        }
        var body = definition.Draw(random, id, facts, []);
        body["healthChecks"] ??= new JArray();
        body["upgradeStrategy"] ??= new JObject { ["minimumHealthCapacity"] = 0.5, ["maximumOverCapacity"] = 0 };
        body["constraints"] = new JArray();
        var policy = random.Chance(0.3) ? RolloutPolicy.Draw(random) : [];
        switch (id)
        {
            case var _ when AppKinds.Residents.Contains(id):
                Reside(body, id);
                break;
            case var _ when AppKinds.Daemons.Contains(id):
                body["daemon"] = true;
                policy.Remove("pauseAfter");
                if (random.Chance(0.6))
                {
                    body["constraints"] = new JArray
                    {
                        random.Chance(0.5)
                            ? new JArray("hostname", "LIKE", $"agent-[{random.Between(1, 2)}{random.Between(2, 4)}]")
                            : new JArray("rack", "IS", random.Pick(["a", "b"])),
                    };
                }
                break;
            case var _ when AppKinds.RunOnce.Contains(id):
                RunOnce(body, facts);
                break;
            default:
                Choose(body);
                break;
        }
        body["deployment"] = policy;
        return (body, facts with { MayRevert = RolloutPolicy.MayRevert(policy), MayGiveUp = RolloutPolicy.MayGiveUp(policy) });
    }

    private static void Reside(JObject body, string id)
    {
        // No second instance can exist for the same data. What is reserved cannot be changed later.
        body["upgradeStrategy"]!["maximumOverCapacity"] = 0;
        body["role"] = AppKinds.ResidentRole;
        var volumes = new JArray(Volume("data"));
        if (id == AppKinds.Residents[1])
        {
            volumes.Add(Volume("log"));
        }
        body["container"] = new JObject { ["type"] = "MESOS", ["volumes"] = volumes };
    }

    private static JObject Volume(string path) => new()
    {
        ["containerPath"] = path, ["mode"] = "RW", ["persistent"] = new JObject { ["size"] = 10 },
    };

    private void RunOnce(JObject body, AppFacts facts)
    {
        body["runOnce"] = true;
        body["healthChecks"] = new JArray();
        var end = facts.Good ? random.Chance(0.5) ? "exit=0 flaky=0.5" : "exit=0" : "exit=1";
        body["cmd"] = $"sim serve rev={facts.Revision} life={random.Between(1, 30)} {end}";
    }

    private void Choose(JObject body)
    {
        body["preferences"] = random.Pick<JArray>([
            [],
            [new JArray("rack", "GROUP_BY", "", 5)],
            [new JArray("rack", "LIKE", "a"), new JArray("hostname", "MAX_PER", "1", 3)],
            [new JArray("hostname", "UNIQUE"), new JArray("rack", "IS", "nowhere", 100)],
        ]).DeepClone();
        if (random.Chance(0.3))
        {
            body["constraints"] = new JArray { new JArray("rack", "GROUP_BY") };
        }
    }
}
