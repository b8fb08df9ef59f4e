using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests.Upgrades;

/// <summary>
/// The last step of an upgrade with an agent that does not tell its version. What it is with one of an older version,
/// <see cref="RollingUpgradeTests"/> shows.
/// </summary>
[TestFixture]
internal sealed class FinishTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task Finish_WithASilentAgent_IsRefusedAndRaisesNothing_AndForcedItRaises()
    {
        await using var pair = await MasterAndAgent.StartAsync();
        using (var http = new HttpClient())
        {
            await Eventually.HoldsAsync(
                async () => JObject.Parse(await http.GetStringAsync(new Uri(pair.MasterUrl + "/slaves")))["slaves"] is JArray { Count: 1 },
                "the agent has registered", Patience, () => Task.FromResult(pair.Describe()));
        }
        // The master waits for it for a while, and has it until then.
        await pair.KillAgentAsync();

        var (refused, problem) = await UpgradeAsync(pair, "--finish");

        Assert.That(refused, Is.EqualTo(5), problem);
        Assert.That(problem, Does.Contain("nothing was raised: of 1 agents 1 are not known to run version ")
            .And.Contain("it does not tell: ").And.Contain("--force"));
        Assert.That(await LevelAsync(pair), Is.EqualTo(1));

        Assert.That(await LevelAsync(pair, "--finish", "--force"), Is.EqualTo(2));
        Assert.That(await LevelAsync(pair), Is.EqualTo(2));
        await pair.KillMasterAsync();
        await pair.StartMasterAsync();
        Assert.That(await LevelAsync(pair), Is.EqualTo(2), "it is written down");
    }

    [Test]
    public async Task Force_WithoutFinish_RaisesNothing()
    {
        await using var pair = await MasterAndAgent.StartAsync();

        Assert.That(await LevelAsync(pair, "--force"), Is.EqualTo(1));
        Assert.That(await LevelAsync(pair), Is.EqualTo(1));
    }

    private static async Task<int> LevelAsync(MasterAndAgent pair, params string[] arguments)
    {
        var (status, output) = await UpgradeAsync(pair, ["--json", .. arguments]);
        Assert.That(status, Is.Zero, output);
        return (int)JObject.Parse(output)["master"]!["level"]!;
    }

    private static Task<(int Status, string Output)> UpgradeAsync(MasterAndAgent pair, params string[] arguments) =>
        OfferbookProcess.RunAsync(["upgrade", "--part", "master", "--master-url", pair.MasterUrl, .. arguments], Patience);
}
