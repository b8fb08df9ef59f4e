using Newtonsoft.Json;

namespace Offerbook.Apps.Tests.Http;

/// <summary>Daemons, preferences and rebalancing over HTTP. The master is not there, so nothing is placed.</summary>
public sealed class PlacementApiTests : ApiFixture
{
    [Test]
    public async Task Daemon_Created_ShowsItselfAndHowManyAreWanted()
    {
        Assert.That((await SendAsync("POST", "/v2/apps", """{"id":"/logs","cmd":"ship","daemon":true,"instances":9}""")).Status,
            Is.EqualTo(201));
        var shown = (await GetAsync("/v2/apps/logs")).Json["app"]!;
        Assert.That(((bool)shown["daemon"]!, (int)shown["instances"]!), Is.EqualTo((true, 0)), "no agent is known");
        Assert.That((int)(await GetAsync("/offerbook/v1/apps/logs/why")).Json["instances"]!, Is.Zero);
        await RestartAsync();
        Assert.That((bool)(await GetAsync("/v2/apps/logs")).Json["app"]!["daemon"]!);
    }

    [Test]
    public async Task Daemon_ThatGroups_IsRefusedByTheConstraintsPath()
    {
        var refused = await SendAsync("POST", "/v2/apps",
            """{"id":"/logs","cmd":"ship","daemon":true,"constraints":[["rack","GROUP_BY"]]}""");
        Assert.That((refused.Status, (string)refused.Json["details"]![0]!["path"]!), Is.EqualTo((422, "/constraints(0)")));
    }

    [Test]
    public async Task Preferences_Created_AreShownAndSurviveARestart()
    {
        Assert.That(
            (await SendAsync("POST", "/v2/apps",
                """{"id":"/web","cmd":"serve","preferences":[["rack","GROUP_BY","",5],["disk","IS","ssd"]]}""")).Status, Is.EqualTo(201));
        await RestartAsync();
        Assert.That((await GetAsync("/v2/apps/web")).Json["app"]!["preferences"]!.ToString(Formatting.None),
            Is.EqualTo("""[["rack","GROUP_BY","",5],["disk","IS","ssd"]]"""));
    }

    [Test]
    public async Task Rebalance_WithNothingToGain_MovesNothing()
    {
        await SendAsync("POST", "/v2/apps", """{"id":"/web","cmd":"serve","constraints":[["rack","GROUP_BY"]]}""");
        foreach (var query in new[] { "", "?dryRun=true" })
        {
            var told = await SendAsync("POST", "/offerbook/v1/apps/web/rebalance" + query);
            Assert.That((told.Status, told.Json.ToString(Formatting.None)), Is.EqualTo((200, """{"moves":[]}""")));
        }
    }

    [Test]
    public async Task Rebalance_OfWhatCannotMove_IsRefused()
    {
        await SendAsync("POST", "/v2/apps", """{"id":"/logs","cmd":"ship","daemon":true}""");
        Assert.That((await SendAsync("POST", "/offerbook/v1/apps/logs/rebalance")).Status, Is.EqualTo(422));
        Assert.That((await SendAsync("POST", "/offerbook/v1/apps/none/rebalance")).Status, Is.EqualTo(404));
    }
}
