using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

/// <summary>An agent is drained while it is busy, and neither a restart of the master nor one of the agent stops that (case 189).</summary>
[TestFixture, Category("case 189")]
internal sealed class DrainTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Test]
    public async Task Drain_WithMasterAndAgentKilledInTheMiddle_EndsEveryTaskAndThenTheDrain()
    {
        await using var parts = await SeparateParts.StartAsync();
        // It does not go by itself: only the operator's grace ends it.
        await parts.AppsAsync(HttpMethod.Post, "/v2/apps", new JObject
        {
            ["id"] = "/stubborn", ["cmd"] = "trap '' TERM; while :; do sleep 1; done", ["instances"] = 2, ["cpus"] = 0.1, ["mem"] = 32,
            ["taskKillGracePeriodSeconds"] = 3600,
        });
        await Eventually.HoldsAsync(async () => await parts.RunningAsync("/stubborn") == 2, "two tasks run", Soon, parts.DescribeAsync);
        var agent = (await parts.OperateAsync(new JObject { ["type"] = "GET_AGENTS" }))["get_agents"]!["agents"]![0]!["agent_info"]!["id"]!;

        await parts.OperateAsync(new JObject
        {
            ["type"] = "DRAIN_AGENT",
            ["drain_agent"] = new JObject { ["agent_id"] = agent, ["max_grace_period"] = new JObject { ["seconds"] = 15 } },
        });
        await parts.KillMasterAsync();
        await parts.KillAgentAsync();
        Assert.That(TaskProcesses.Under(parts.DataDirectory), Has.Count.EqualTo(2), "tasks outlive their agent");
        await parts.StartMasterAsync();
        await parts.StartAgentAsync();

        await Eventually.HoldsAsync(async () => (string?)(await AgentAsync(parts))["drain_info"]?["state"] == "DRAINED",
            "the agent is drained", Soon, parts.DescribeAsync);
        Assert.That(TaskProcesses.Under(parts.DataDirectory), Is.Empty);
        Assert.That(((bool)(await AgentAsync(parts))["active"]!, (bool)(await AgentAsync(parts))["deactivated"]!),
            Is.EqualTo((false, true)));
        var ended = (await parts.OperateAsync(new JObject { ["type"] = "GET_TASKS" }))["get_tasks"]!["completed_tasks"]!.ToList();
        Assert.That(ended.Select(task => (string?)task["statuses"]!.Last!["reason"]),
            Is.EqualTo(new[] { "REASON_AGENT_DRAINING", "REASON_AGENT_DRAINING" }));

        await parts.OperateAsync(
            new JObject { ["type"] = "REACTIVATE_AGENT", ["reactivate_agent"] = new JObject { ["agent_id"] = agent } });
        await Eventually.HoldsAsync(async () => await parts.RunningAsync("/stubborn") == 2, "the app comes back", Soon,
            parts.DescribeAsync);
    }

    private static async Task<JToken> AgentAsync(SeparateParts parts) =>
        (await parts.OperateAsync(new JObject { ["type"] = "GET_AGENTS" }))["get_agents"]!["agents"]!.FirstOrDefault() ?? new JObject();
}
