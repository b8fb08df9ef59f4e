using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>The pod that docs/using/pods.md shows runs on a real agent: one of its tasks writes what the other reads.</summary>
[TestFixture]
internal sealed partial class PodDocumentTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task Pod_OfTheDocument_RunsAndShowsOneTasksFileToTheOther()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(Harness.Cluster.RepositoryRoot, "docs/using/pods.md"));
        await using var pair = await MasterAndAgent.StartAsync();
        using var scheduler = await pair.SubscribeAsync("*");
        var offer = await scheduler.NextOfferAsync();
        var operation = JObject.Parse(Json.Match(document).Groups[1].Value
            .Replace("\"FRAMEWORK\"", $"\"{scheduler.FrameworkId["value"]}\"", StringComparison.Ordinal)
            .Replace("\"AGENT\"", $"\"{offer["agent_id"]!["value"]}\"", StringComparison.Ordinal));
        foreach (var resource in operation.SelectTokens("$..resources[*]").OfType<JObject>())
        {
            resource["allocation_info"] = new JObject { ["role"] = "*" };
        }
        await scheduler.CallAsync(new JObject
        {
            ["type"] = "ACCEPT",
            ["accept"] = new JObject { ["offer_ids"] = new JArray(offer["id"]!), ["operations"] = new JArray(operation),
                ["filters"] = new JObject() },
        });
        var running = new SortedSet<string>(StringComparer.Ordinal);
        while (running.Count < 2)
        {
            var status = (await scheduler.NextAsync("UPDATE"))["update"]!["status"]!;
            await scheduler.CallAsync(new JObject
            {
                ["type"] = "ACKNOWLEDGE",
                ["acknowledge"] = new JObject { ["agent_id"] = status["agent_id"], ["task_id"] = status["task_id"],
                    ["uuid"] = status["uuid"] },
            });
            Assert.That((string?)status["state"], Is.AnyOf("TASK_STARTING", "TASK_RUNNING"), status.ToString());
            if ((string?)status["state"] == "TASK_RUNNING")
            {
                running.Add((string)status["task_id"]!["value"]!);
            }
        }
        Assert.That(running, Is.EqualTo(new[] { "web-1.server", "web-1.shipper" }));
        await Eventually.HoldsAsync(() =>
            Task.FromResult(Directory.EnumerateFiles(pair.AgentDirectory, "stdout", SearchOption.AllDirectories)
            .Any(file => new FileInfo(file).Length > 0)), "the shipper prints what the server wrote", Patience,
                () => Task.FromResult(pair.Describe()));
    }

    [GeneratedRegex(@"^```json\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Json { get; }
}
