using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

[TestFixture]
internal sealed class RollingUpdateTests
{
    /// <summary>
    /// A tier of four with minimumHealthCapacity 0.75 is updated while every instance is asked again and again. At each sample the
    /// instances that answer are counted from outside; fewer than three at any moment fails the test. The trace is printed.
    /// </summary>
    [Test]
    public async Task Tier_UpdatedUnderLoad_NeverFallsBelowItsHealthCapacity()
    {
        await using var cluster = await Harness.Cluster.StartAsync("--stop-tasks");
        await cluster.DeployAsync(HttpMethod.Put, "/v2/groups", Group("1"), TimeSpan.FromSeconds(60));

        using var load = new InstanceLoad(cluster, "/shop/tier");
        await load.StartAsync();
        await cluster.DeployAsync(HttpMethod.Put, "/v2/groups", Group("2"), TimeSpan.FromSeconds(120));
        var trace = await load.StopAsync();

        TestContext.Out.WriteLine("healthy instances over time: " + InstanceLoad.Describe(trace));
        Assert.That(trace.Any(sample => sample.Releases.Length == 2), "both releases were seen side by side: the update was sampled");
        Assert.That(trace.Min(sample => sample.Answering), Is.GreaterThanOrEqualTo(3), InstanceLoad.Describe(trace));
        Assert.That(trace.Last().Releases, Is.EqualTo(new[] { "2" }), "only the new release answers in the end");
    }

    private static JObject Group(string release) => new()
    {
        ["id"] = "/shop",
        ["apps"] = new JArray(new JObject
        {
            ["id"] = "/shop/tier",
            ["cmd"] = "exec offerbook storefront --tier tier --release \"$RELEASE\"",
            ["env"] = new JObject { ["RELEASE"] = release },
            ["instances"] = 4,
            ["cpus"] = 0.1,
            ["mem"] = 32,
            ["healthChecks"] = new JArray(new JObject
            {
                ["protocol"] = "HTTP", ["path"] = "/health", ["portIndex"] = 0, ["intervalSeconds"] = 1, ["timeoutSeconds"] = 2,
                ["gracePeriodSeconds"] = 30,
            }),
            ["upgradeStrategy"] = new JObject { ["minimumHealthCapacity"] = 0.75, ["maximumOverCapacity"] = 0.25 },
            ["taskKillGracePeriodSeconds"] = 3,
        }),
    };
}
