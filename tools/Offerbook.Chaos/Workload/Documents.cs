using Newtonsoft.Json.Linq;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Workload;

/// <summary>Bodies that clients send. Every configuration carries its mark as a label, and as a variable of its tasks.</summary>
internal sealed class Documents(ChaosCluster cluster)
{
    public const string MarkLabel = "chaos-mark";

    private readonly string _task = CopyOf(cluster, "task.sh");
    private readonly string _run = CopyOf(cluster, "run.sh");

    public JObject App(string id, string mark, int instances) => new()
    {
        ["id"] = id,
        ["cmd"] = $"exec sh {_task}",
        ["env"] = Variables(id, mark),
        ["labels"] = new JObject { [MarkLabel] = mark },
        ["instances"] = instances,
        ["cpus"] = 0.01,
        ["mem"] = 16,
        ["disk"] = 0,
        ["backoffSeconds"] = 1,
        ["backoffFactor"] = 1.0,
        ["maxLaunchDelaySeconds"] = 5,
        ["portDefinitions"] = new JArray(),
        ["taskKillGracePeriodSeconds"] = 5,
    };

    /// <summary>With a health check, and with so much of it in health at any time.</summary>
    public JObject CheckedApp(string id, string mark, int instances, double minimumHealth, params string[] dependencies)
    {
        var app = App(id, mark, instances);
        app["healthChecks"] = new JArray(new JObject
        {
            ["protocol"] = "COMMAND", ["command"] = new JObject { ["value"] = "test -e ready" }, ["intervalSeconds"] = 2,
            ["timeoutSeconds"] = 20,
            ["gracePeriodSeconds"] = 60, ["maxConsecutiveFailures"] = 0,
        });
        app["upgradeStrategy"] = new JObject { ["minimumHealthCapacity"] = minimumHealth, ["maximumOverCapacity"] = 0.5 };
        app["dependencies"] = new JArray(dependencies);
        return app;
    }

    public JObject Pod(string id, string mark, int instances) => new()
    {
        ["id"] = id,
        ["labels"] = new JObject { [MarkLabel] = mark },
        ["environment"] = Variables(id, mark),
        ["containers"] = new JArray(new JObject
        {
            ["name"] = "main",
            ["exec"] = new JObject { ["command"] = new JObject { ["shell"] = $"exec sh {_task}" } },
            ["resources"] = new JObject { ["cpus"] = 0.01, ["mem"] = 16 },
        }),
        ["scaling"] = new JObject { ["kind"] = "fixed", ["instances"] = instances },
        ["scheduling"] = new JObject { ["backoff"] = new JObject { ["backoff"] = 0.2, ["maxLaunchDelay"] = 5 } },
    };

    public JObject Job(string id, int runs) => new()
    {
        ["id"] = id,
        ["command"] = $"CHAOS_SPEC={SpecOfJob(id)} CHAOS_MARKS={cluster.Marks} exec sh {_run}",
        ["cpus"] = 0.01,
        ["mem"] = 16,
        ["count"] = runs,
        ["retries"] = 5,
    };

    public static string SpecOfJob(string id) => "job:" + id;

    private JObject Variables(string id, string mark) =>
        new() { ["CHAOS_SPEC"] = id, ["CHAOS_OP"] = mark, ["CHAOS_MARKS"] = cluster.Marks };

    private static string CopyOf(ChaosCluster cluster, string script)
    {
        var copy = Path.Combine(cluster.Directory, script);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Workload", script), copy, overwrite: true);
        return copy;
    }
}
