using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>Pods through the API down to real processes on a real agent.</summary>
[TestFixture]
internal sealed class PodTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// One container writes a file into a volume that the other reads and that only then says it is well; the writer's failure takes
    /// the reader with it and both come back; deleting leaves nothing.
    /// </summary>
    [Test]
    [Property("case", 190)]
    public async Task Pod_OnARealAgent_SharesAVolumeRestartsTogetherAndGoes()
    {
        await using var cluster = await Harness.Cluster.StartAsync("--stop-tasks");
        await cluster.AppsAsync(HttpMethod.Post, "/v2/pods", JObject.Parse("""
            {"id":"/pair","scaling":{"kind":"fixed","instances":1},"volumes":[{"name":"shared"}],
             "scheduling":{"backoff":{"backoff":0.2}},
             "containers":[
              {"name":"writer","exec":{"command":{"shell":"echo $MARATHON_CONTAINER_ID:$ENDPOINT_WEB > box/note; while [ ! -e box/fail ]; do sleep 0.1; done; exit 3"}},
               "resources":{"cpus":0.1,"mem":32},"endpoints":[{"name":"web","hostPort":0}],"volumeMounts":[{"name":"shared","mountPath":"box"}]},
              {"name":"reader","exec":{"command":{"shell":"sleep 1000"}},"resources":{"cpus":0.1,"mem":32},
               "volumeMounts":[{"name":"shared","mountPath":"inbox","readOnly":false}],
               "healthCheck":{"exec":{"command":{"shell":"grep -q writer: inbox/note"}},"intervalSeconds":1,"timeoutSeconds":0,"delaySeconds":0,"gracePeriodSeconds":30}}]}
            """));
        await Holds(cluster, status => (string?)status["status"] == "STABLE", "the pod is stable");
        var first = await StatusAsync(cluster);
        var port = (int)first.SelectToken("instances[0].containers[0].endpoints[0].allocatedHostPort")!;
        var note = Directory.EnumerateFiles(cluster.DataDirectory, "note", SearchOption.AllDirectories).First();
        Assert.That((await File.ReadAllTextAsync(note)).Trim(), Is.EqualTo("writer:" + port));

        await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(note)!, "fail"), "");
        await Holds(cluster, status => (string?)status.SelectToken("instances[0].containers[0].containerId") is { } id
            && id.EndsWith(".2", StringComparison.Ordinal)
            && (string?)status["status"] == "STABLE", "the pod is there again");
        var again = await StatusAsync(cluster);
        Assert.That((string?)again.SelectToken("instances[0].id"), Is.EqualTo((string?)first.SelectToken("instances[0].id")));
        Assert.That((string?)again.SelectToken("terminationHistory[0].containers[0].lastKnownState"), Is.EqualTo("TASK_FAILED"));

        await cluster.AppsAsync(HttpMethod.Delete, "/v2/pods/pair");
        await Eventually.HoldsAsync(async () => !(await cluster.AppsAsync(HttpMethod.Get, "/v2/deployments")).HasValues,
            "the pod has gone", Patience, cluster.DescribeAsync);
        var state = await cluster.MasterAsync("/state");
        Assert.That(state["frameworks"]!.SelectMany(framework => framework["tasks"]!).Count(), Is.Zero);
    }

    private static async Task<JToken> StatusAsync(Harness.Cluster cluster) =>
        await cluster.AppsAsync(HttpMethod.Get, "/v2/pods/pair::status");

    private static Task Holds(Harness.Cluster cluster, Func<JToken, bool> condition, string what) => Eventually.HoldsAsync(
        async () => condition(await StatusAsync(cluster)), what, Patience, async () =>
            await StatusAsync(cluster) + "\n" + await cluster.DescribeAsync());
}
