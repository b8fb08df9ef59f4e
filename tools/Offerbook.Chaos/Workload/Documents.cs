using System.Text;
using Newtonsoft.Json;
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
            ["protocol"] = "COMMAND", ["command"] = new JObject { ["value"] = "test -e ready" }, ["delaySeconds"] = 1,
            ["intervalSeconds"] = 2,
            ["timeoutSeconds"] = 20,
            ["gracePeriodSeconds"] = 60, ["maxConsecutiveFailures"] = 0,
        });
        app["upgradeStrategy"] = new JObject { ["minimumHealthCapacity"] = minimumHealth, ["maximumOverCapacity"] = 0.5 };
        app["dependencies"] = new JArray(dependencies);
        return app;
    }

    /// <summary>In a container of a Docker engine, which sees the agent's machine's network and processes.</summary>
    public JObject DockerApp(string id, string mark, int instances)
    {
        var app = App(id, mark, instances);
        var place = new JObject { ["containerPath"] = cluster.Directory, ["hostPath"] = cluster.Directory, ["mode"] = "RW" };
        app["container"] = new JObject
        {
            ["type"] = "DOCKER",
            ["docker"] = new JObject
            {
                ["image"] = EnginePlan.Image,
                ["parameters"] = new JArray(new JObject { ["key"] = "pid", ["value"] = "host" }),
            },
            ["volumes"] = new JArray(place),
        };
        app["networks"] = new JArray(new JObject { ["mode"] = "host" });
        return app;
    }

    public static HttpContent Content(JToken body) => new StringContent(body.ToString(Formatting.None), Encoding.UTF8, "application/json");

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

    /// <summary>A task of a framework of our own, on the agent whose offer it takes. It carries out what runs of jobs do.</summary>
    public JObject Task(string name, int number, JToken agent)
    {
        JObject Variable(string variable, string value) => new() { ["name"] = variable, ["value"] = value };
        JObject Scalar(string resource, double value) =>
            new() { ["name"] = resource, ["type"] = "SCALAR", ["scalar"] = new JObject { ["value"] = value } };
        return new JObject
        {
            ["name"] = name,
            ["task_id"] = new JObject { ["value"] = $"{name}.{number}-0" },
            ["agent_id"] = agent,
            ["resources"] = new JArray(Scalar("cpus", 0.01), Scalar("mem", 16)),
            ["command"] = new JObject
            {
                ["value"] = $"exec sh {_run}",
                ["environment"] = new JObject
                {
                    ["variables"] = new JArray(Variable("BATCH_JOB_ID", name), Variable("BATCH_RUN", $"{number}"),
                        Variable("BATCH_ATTEMPT", "0"),
                        Variable("CHAOS_SPEC", "own:" + name), Variable("CHAOS_MARKS", cluster.Marks)),
                },
            },
        };
    }

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
