using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Workload.Trees;

/// <summary>Clients of two pods, who put and delete them and kill their instances.</summary>
public sealed class PodsWorkload(SimCluster cluster, AppsClient client, SeededRandom random)
{
    private const int MaxInstances = 2;

    private int _revision;

    public IReadOnlyList<AppRecord> Pods { get; } = [new AppRecord("/pods/one"), new AppRecord("/pods/two")];

    public void Ask()
    {
        var pod = random.Pick(Pods);
        if (pod.IsBusy)
        {
            return;
        }
        var tasks = cluster.RunningTasks(pod.Id);
        switch (pod.MayExist ? random.Next(5) : 0)
        {
            case 0 or 1:
                Put(pod, good: random.Chance(0.9), force: random.Chance(0.3));
                break;
            case 2:
                client.Send($"DELETE /v2/pods{pod.Id}{(random.Chance(0.5) ? "?force=true" : "")}", null, [pod], (_, facts) => facts is null
                    ? [] : [null], (_, _) => { });
                break;
            case 3 or 4 when tasks.Count > 0:
                var instance = string.Join('.', random.Pick(tasks).Split('.')[..2]);
                client.Send($"DELETE /v2/pods{pod.Id}::instances/{instance}", null, [pod], (_, facts) => [facts], (_, _) => { });
                break;
        }
    }

    public void PutRight()
    {
        foreach (var pod in Pods.Where(pod => !pod.IsBusy && pod.MayBeBad))
        {
            Put(pod, good: true, force: true);
        }
    }

    private void Put(AppRecord pod, bool good, bool force)
    {
        var facts = new AppFacts(random.Next(MaxInstances + 1), ++_revision, good);
        var containers = new JArray();
        for (var i = random.Between(1, 3); i > 0; i--)
        {
            var fails = !good && containers.Count == 0 ? $" life={random.Between(1, 5)} exit=1" : "";
            containers.Add(new JObject
            {
                ["name"] = "part" + i,
                ["exec"] = new JObject { ["command"] = new JObject { ["shell"] = $"sim serve rev={facts.Revision}{fails}" } },
                ["resources"] = new JObject { ["cpus"] = 0.01, ["mem"] = 1 },
            });
        }
        var body = new JObject
        {
            ["id"] = pod.Id,
            ["scaling"] = new JObject { ["kind"] = "fixed", ["instances"] = facts.Instances },
            ["containers"] = containers,
            ["scheduling"] = new JObject
            {
                ["backoff"] = new JObject { ["backoff"] = 1, ["backoffFactor"] = 1.15, ["maxLaunchDelay"] = 30 },
                // What holds the containers takes a tenth of a cpu at least: on the smallest machines there is no room for more at once.
                ["upgrade"] = new JObject { ["minimumHealthCapacity"] = 0, ["maximumOverCapacity"] = 0 },
            },
        };
        client.Send($"PUT /v2/pods{pod.Id}{(force ? "?force=true" : "")}", body, [pod], (_, _) => [facts],
            (status, answer) =>
                Invariant.Check(status is null or not (400 or 422),
                    $"I1: pod {pod.Id} is refused: {status} {answer?.ToString(Newtonsoft.Json.Formatting.None)}"));
    }
}
