using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>An app with a persistent volume on a real master and agent.</summary>
[TestFixture]
internal sealed class ResidentAppTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Each start adds a line to a file in the volume. The lines survive a kill, a new configuration and suspension;
    /// deleting the app gives disk and reservation back.
    /// </summary>
    [Test]
    [Property("case", 205)]
    public async Task App_WithAVolume_KeepsItsDataUntilItIsDeleted()
    {
        await using var cluster = await Harness.Cluster.StartAsync();
        await DeployAsync(cluster, HttpMethod.Post, "/v2/apps", """
            {"id":"/shop/db","role":"shop","cmd":"echo first >> data/log; sleep 1000","cpus":0.2,"mem":32,
             "container":{"type":"MESOS","volumes":[{"containerPath":"data","mode":"RW","persistent":{"size":64}}]}}
            """);
        var volume = (string)(await cluster.TasksOfAsync("/shop/db"))[0].SelectToken("localVolumes[0].persistenceId")!;
        Assert.That(volume, Does.StartWith("shop_db#data#"));
        await LinesAsync(cluster, "first");

        var task = (string)(await cluster.TasksOfAsync("/shop/db"))[0]["id"]!;
        await cluster.AppsAsync(HttpMethod.Delete, "/v2/apps/shop/db/tasks/" + task);
        await LinesAsync(cluster, "first", "first");
        await DeployAsync(cluster, HttpMethod.Put, "/v2/apps/shop/db", """{"cmd":"echo second >> data/log; sleep 1000"}""");
        await LinesAsync(cluster, "first", "first", "second");
        await DeployAsync(cluster, HttpMethod.Put, "/v2/apps/shop/db", """{"instances":0}""");
        Assert.That(await ReservedAsync(cluster), Is.Not.Empty, "suspended, not given up");
        await DeployAsync(cluster, HttpMethod.Put, "/v2/apps/shop/db", """{"instances":1}""");
        await LinesAsync(cluster, "first", "first", "second", "second");
        Assert.That((string?)(await cluster.TasksOfAsync("/shop/db"))[0].SelectToken("localVolumes[0].persistenceId"), Is.EqualTo(volume));

        await DeployAsync(cluster, HttpMethod.Delete, "/v2/apps/shop/db", null);
        await Eventually.HoldsAsync(async () => (await ReservedAsync(cluster)).Count == 0, "the reservation is undone", Patience,
            cluster.DescribeAsync);
        await Eventually.HoldsAsync(() =>
            Task.FromResult(!Directory.EnumerateFiles(cluster.DataDirectory, "log", SearchOption.AllDirectories).Any()),
            "the data goes with the volume", Patience, cluster.DescribeAsync);
    }

    private static async Task DeployAsync(Harness.Cluster cluster, HttpMethod method, string path, string? body)
    {
        await cluster.AppsAsync(method, path, body is null ? null : JObject.Parse(body));
        await Eventually.HoldsAsync(async () => !(await cluster.AppsAsync(HttpMethod.Get, "/v2/deployments")).HasValues,
            method + " " + path, Patience, cluster.DescribeAsync);
    }

    private static Task LinesAsync(Harness.Cluster cluster, params string[] lines) => Eventually.HoldsAsync(
        () => Task.FromResult(Directory.EnumerateFiles(cluster.DataDirectory, "log", SearchOption.AllDirectories).Any(file =>
            file.Contains("volumes/roles", StringComparison.Ordinal) && File.ReadAllLines(file).SequenceEqual(lines))),
        "the volume holds " + string.Join(",", lines), Patience, cluster.DescribeAsync);

    /// <summary>Roles for which something is reserved on the agent.</summary>
    private static async Task<List<string>> ReservedAsync(Harness.Cluster cluster) =>
        ((JObject?)(await cluster.MasterAsync("/slaves")).SelectToken("slaves[0].reserved_resources"))?.Properties()
            .Select(role => role.Name).ToList() ?? [];
}
