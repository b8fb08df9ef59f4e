using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>What a framework reserves and creates outlives the agent's process and the master's.</summary>
[TestFixture]
internal sealed class ReservationRecoveryTests
{
    private static JObject Disk(int size, bool volume)
    {
        var disk = new JObject
        {
            ["name"] = "disk", ["type"] = "SCALAR", ["scalar"] = new JObject { ["value"] = size },
            ["reservations"] = new JArray(new JObject { ["type"] = "DYNAMIC", ["role"] = "db" }),
        };
        if (volume)
        {
            disk["disk"] = new JObject
            {
                ["persistence"] = new JObject { ["id"] = "data-1" },
                ["volume"] = new JObject { ["mode"] = "RW", ["container_path"] = "data" },
            };
        }
        return disk;
    }

    private static bool HasVolume(JToken offer) =>
        offer["resources"]!.Any(resource => (string?)resource["disk"]?["persistence"]?["id"] == "data-1"
            && (double)resource["scalar"]!["value"]! == 64);

    private static JObject Accept(JToken offer, params JObject[] operations) => new()
    {
        ["type"] = "ACCEPT",
        ["accept"] = new JObject { ["offer_ids"] = new JArray(offer["id"]!.DeepClone()),
            ["operations"] = new JArray(operations.Cast<object>().ToArray()) },
    };

    private static async Task<JToken> NextOfferWithVolumeAsync(SchedulerStream scheduler)
    {
        while (true)
        {
            var offer = await scheduler.NextOfferAsync();
            if (HasVolume(offer))
            {
                return offer;
            }
        }
    }

    [Test]
    public async Task ReservationAndVolume_AfterAgentAndMasterWereKilled_AreStillOffered()
    {
        await using var pair = await MasterAndAgent.StartAsync();
        using var scheduler = await pair.SubscribeAsync("db");
        await scheduler.CallAsync(Accept(await scheduler.NextOfferAsync(),
            new JObject { ["type"] = "RESERVE", ["id"] = new JObject { ["value"] = "r" },
                ["reserve"] = new JObject { ["resources"] = new JArray(Disk(64, false)) } },
            new JObject { ["type"] = "CREATE", ["id"] = new JObject { ["value"] = "c" },
                ["create"] = new JObject { ["volumes"] = new JArray(Disk(64, true)) } }));
        foreach (var id in (string[])["r", "c"])
        {
            var status = (await scheduler.NextAsync("UPDATE_OPERATION_STATUS"))["update_operation_status"]!["status"]!;
            Assert.That(((string?)status["operation_id"]!["value"], (string?)status["state"]), Is.EqualTo((id, "OPERATION_FINISHED")));
            await scheduler.CallAsync(new JObject
            {
                ["type"] = "ACKNOWLEDGE_OPERATION_STATUS",
                ["acknowledge_operation_status"] = new JObject
                {
                    ["agent_id"] = status["agent_id"]!.DeepClone(), ["uuid"] = status["uuid"]!["value"]!.DeepClone(),
                    ["operation_id"] = status["operation_id"]!.DeepClone(),
                },
            });
        }
        var directory = Path.Combine(pair.AgentDirectory, "volumes", "roles", "db", "data-1");
        Assert.That(Directory.Exists(directory), "the volume's directory is there");
        File.WriteAllText(Path.Combine(directory, "kept"), "by the volume");

        await pair.KillAgentAsync();
        await scheduler.NextAsync("RESCIND");
        var refused = await pair.TryAgentAsync("cpus:4;mem:4096;disk:32;ports:[21000-21099]");
        Assert.That(refused.Status, Is.Not.Zero);
        Assert.That(refused.Output, Does.Contain("cannot hold what was reserved and created on it"));
        await pair.StartAgentAsync();
        var offer = await NextOfferWithVolumeAsync(scheduler);

        Assert.That(File.ReadAllText(Path.Combine(directory, "kept")), Is.EqualTo("by the volume"));
        await scheduler.CallAsync(
            Accept(offer, new JObject { ["type"] = "LAUNCH", ["launch"] = new JObject { ["task_infos"] = new JArray(Writer(offer)) } }));
        await Eventually.HoldsAsync(() => Task.FromResult(File.Exists(Path.Combine(directory, "written"))),
            "the task writes into its volume", TimeSpan.FromSeconds(30), () => Task.FromResult(pair.Describe()));

        await pair.KillMasterAsync();
        await pair.StartMasterAsync();
        using var again = await pair.SubscribeAsync("db");
        // As soon as the agent is back and says that the task is over.
        await NextOfferWithVolumeAsync(again);
    }

    private static JObject Writer(JToken offer) => new()
    {
        ["name"] = "writer", ["task_id"] = new JObject { ["value"] = "writer" }, ["agent_id"] = offer["agent_id"]!.DeepClone(),
        ["command"] = new JObject { ["value"] = "cat data/kept > data/written" },
        ["resources"] = new JArray(
            new JObject { ["name"] = "cpus", ["type"] = "SCALAR", ["scalar"] = new JObject { ["value"] = 0.1 } },
            new JObject { ["name"] = "mem", ["type"] = "SCALAR", ["scalar"] = new JObject { ["value"] = 32 } },
            Disk(64, true)),
    };
}
