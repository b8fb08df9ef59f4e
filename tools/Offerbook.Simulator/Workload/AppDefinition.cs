using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Workload;

/// <summary>Draws app definitions that fit into the cluster together, with room for every rolling restart.</summary>
public sealed class AppDefinition
{
    public const int MaxInstances = 6;

    private readonly double _cpus;
    private readonly int _mem;

    /// <param name="apps">How many apps may exist at once.</param>
    public AppDefinition(ClusterPlan plan, int apps)
    {
        // Twice the instances while an app rolls, and half of the cluster for everything else.
        var share = apps * MaxInstances * 4;
        _cpus = Math.Max(10, plan.Agents * plan.CpusMilli / share) / 1000.0;
        _mem = Math.Max(1, plan.Agents * plan.MemMegabytes / share);
    }

    public JObject Draw(SeededRandom random, string id, AppFacts facts, IReadOnlyList<string> dependencies)
    {
        var app = new JObject
        {
            ["id"] = id,
            ["cmd"] = Command(random, facts),
            ["instances"] = facts.Instances,
            ["cpus"] = _cpus,
            ["mem"] = _mem,
            ["disk"] = 0,
            ["portDefinitions"] = new JArray(new JObject { ["port"] = 0, ["protocol"] = "tcp" }),
            ["maxLaunchDelaySeconds"] = 30,
        };
        if (dependencies.Count > 0)
        {
            app["dependencies"] = new JArray(dependencies);
        }
        if (!facts.Good || random.Chance(0.7))
        {
            app["healthChecks"] = new JArray(HealthCheck(random));
        }
        if (random.Chance(0.7))
        {
            app["upgradeStrategy"] = new JObject
            {
                ["minimumHealthCapacity"] = random.Pick<double>([0, 0.5, 0.7, 1]),
                ["maximumOverCapacity"] = random.Pick<double>([0, 0.3, 1]),
            };
        }
        return app;
    }

    private static string Command(SeededRandom random, AppFacts facts)
    {
        var command = $"sim serve rev={facts.Revision}";
        if (!facts.Good)
        {
            return command + (random.Chance(0.5) ? " sick" : $" life={random.Between(1, 5)} exit=1");
        }
        if (random.Chance(0.3))
        {
            command += $" ready={random.Between(1, 10)}";
        }
        return random.Chance(0.1) ? command + " stubborn" : command;
    }

    private static JObject HealthCheck(SeededRandom random)
    {
        var protocol = random.Pick(["HTTP", "TCP", "MESOS_HTTP", "MESOS_TCP", "COMMAND"]);
        var check = new JObject
        {
            ["protocol"] = protocol,
            ["gracePeriodSeconds"] = 15,
            ["intervalSeconds"] = random.Between(1, 5),
            ["timeoutSeconds"] = 1,
            ["maxConsecutiveFailures"] = 3,
        };
        if (protocol == "COMMAND")
        {
            check["command"] = new JObject { ["value"] = "check" };
        }
        else
        {
            check["portIndex"] = 0;
        }
        if (protocol.EndsWith("HTTP", StringComparison.Ordinal))
        {
            check["path"] = "/";
        }
        return check;
    }
}
