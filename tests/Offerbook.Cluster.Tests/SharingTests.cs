using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

[TestFixture]
internal sealed class SharingTests
{
    /// <summary>
    /// Two frameworks on one cluster: 200 batch tasks run while the storefront is updated. Both finish; the shares are printed.
    /// </summary>
    [Test]
    public async Task JobOf200Tasks_WhileStorefrontUpdates_BothFinish()
    {
        await using var cluster = await Harness.Cluster.StartAsync("--stop-tasks");
        var group = JObject.Parse(await File.ReadAllTextAsync(Harness.Cluster.Storefront));
        await cluster.DeployAsync(HttpMethod.Put, "/v2/groups", group, TimeSpan.FromSeconds(60));

        await cluster.BatchAsync(HttpMethod.Post, "/v1/jobs", new JObject
        {
            ["id"] = "many", ["command"] = "sleep 0.3", ["cpus"] = 1, ["mem"] = 32, ["count"] = 200,
        });
        foreach (var app in group["apps"]!)
        {
            app["env"]!["RELEASE"] = "2";
        }
        await cluster.AppsAsync(HttpMethod.Put, "/v2/groups", group);

        var shares = new List<string>();
        await Eventually.HoldsAsync(async () =>
        {
            shares.Add(await SharesAsync(cluster));
            var job = await cluster.BatchAsync(HttpMethod.Get, "/v1/jobs/many");
            var deployments = await cluster.AppsAsync(HttpMethod.Get, "/v2/deployments");
            return (string?)job["state"] == "finished" && !deployments.HasValues;
        }, "the job and the update end", TimeSpan.FromSeconds(120), cluster.DescribeAsync);

        TestContext.Out.WriteLine("cpus used, by framework:");
        foreach (var line in shares.Where((_, index) => index % Math.Max(1, shares.Count / 20) == 0))
        {
            TestContext.Out.WriteLine(line);
        }
        var done = await cluster.BatchAsync(HttpMethod.Get, "/v1/jobs/many");
        Assert.That((int)done["finished"]!, Is.EqualTo(200));
        Assert.That((int)done["failed"]!, Is.Zero);
        foreach (var task in await cluster.TasksOfAsync("/storefront/web"))
        {
            var (_, text) = await cluster.RawAsync(HttpMethod.Get, $"http://{task["host"]}:{task["ports"]![0]}/", null);
            Assert.That((string?)JObject.Parse(text)["release"], Is.EqualTo("2"));
        }
    }

    private static async Task<string> SharesAsync(Harness.Cluster cluster)
    {
        var frameworks = (await cluster.MasterAsync("/frameworks"))["frameworks"]!;
        foreach (var agent in (await cluster.MasterAsync("/slaves"))["slaves"]!)
        {
            var used = (double)agent["used_resources"]!["cpus"]! + (double)agent["offered_resources"]!["cpus"]!;
            Assert.That(used, Is.LessThanOrEqualTo((double)agent["resources"]!["cpus"]! + 0.001), "no agent is promised twice");
        }
        return string.Join("  ", frameworks.OrderBy(framework => (string?)framework["name"])
            .Select(framework => $"{framework["name"]} {framework["used_resources"]!["cpus"]:0.0}"));
    }
}
