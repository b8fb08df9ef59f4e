using Newtonsoft.Json.Linq;

namespace Offerbook.Apps.Tests.Http;

/// <summary>What there is beyond /v2 about deployments, over HTTP. The master is not there, so deployments wait and say so.</summary>
public sealed class RolloutApiTests : ApiFixture
{
    private const string Web = """{"id":"/g/web","cmd":"sleep 1000","instances":2}""";

    [Test]
    public async Task Deployment_ThatWaits_SaysWhyEverywhere()
    {
        var id = (string)(await SendAsync("POST", "/v2/apps", Web)).Json["deployments"]![0]!["id"]!;
        var listed = (await GetAsync("/v2/deployments?embed=progress")).Json[0]!;
        var shown = (await GetAsync("/offerbook/v1/deployments/" + id)).Json;
        var queued = (await GetAsync("/v2/queue")).Json["queue"]![0]!;
        var why = (await GetAsync("/offerbook/v1/apps/g/web/why")).Json;
        Assert.Multiple(() =>
        {
            Assert.That((string)listed["state"]!, Is.EqualTo("running"));
            Assert.That((string)listed["waiting"]![0]!["reasons"]![0]!["reason"]!, Is.EqualTo("notSubscribed"));
            Assert.That((int)listed["waiting"]![0]!["reasons"]![0]!["instances"]!, Is.EqualTo(2));
            Assert.That((int)shown["progress"]![0]!["instances"]!, Is.EqualTo(2));
            Assert.That((string)queued["reasons"]![0]!["reason"]!, Is.EqualTo("notSubscribed"));
            Assert.That((string)why["reasons"]![0]!["reason"]!, Is.EqualTo("notSubscribed"));
            Assert.That((string)why["deployment"]!["id"]!, Is.EqualTo(id));
        });
    }

    [Test]
    public async Task Deployment_PausedAndPromoted_TellsItsStateAcrossARestart()
    {
        var id = (string)(await SendAsync("POST", "/v2/apps", Web)).Json["deployments"]![0]!["id"]!;
        Assert.That((await SendAsync("POST", $"/offerbook/v1/deployments/{id}/promote")).Status, Is.EqualTo(409));
        Assert.That((await SendAsync("POST", $"/offerbook/v1/deployments/{id}/pause")).Status, Is.EqualTo(200));
        await RestartAsync();
        Assert.That((string)(await GetAsync("/offerbook/v1/deployments/" + id)).Json["state"]!, Is.EqualTo("paused"));
        Assert.That((await SendAsync("POST", $"/offerbook/v1/deployments/{id}/promote")).Status, Is.EqualTo(200));
        Assert.That((string)(await GetAsync("/offerbook/v1/deployments/" + id)).Json["state"]!, Is.EqualTo("running"));
        var aborted = await SendAsync("POST", $"/offerbook/v1/deployments/{id}/abort");
        Assert.That(aborted.Status, Is.EqualTo(200));
        Assert.That((await GetAsync("/v2/apps/g/web")).Status, Is.EqualTo(404));
        var ended = (await GetAsync("/offerbook/v1/deployments/" + id)).Json;
        Assert.That(((string)ended["state"]!, (string)ended["rolledBackBy"]!),
            Is.EqualTo(("failed", (string)aborted.Json["deploymentId"]!)));
        var history = (await GetAsync("/offerbook/v1/deployments")).Json;
        Assert.That(history["finished"]!.Select(deployment => (string)deployment["id"]!), Does.Contain(id));
    }

    [TestCase("promote")]
    [TestCase("pause")]
    [TestCase("abort")]
    public async Task Deployment_Unknown_IsNotFound(string verb) =>
        Assert.That((await SendAsync("POST", $"/offerbook/v1/deployments/x/{verb}")).Status, Is.EqualTo(404));

    [Test]
    public async Task Suspend_AndResume_RememberTheNumber()
    {
        await SendAsync("POST", "/v2/apps", Web);
        Assert.That((await SendAsync("POST", "/offerbook/v1/apps/g/web/suspend")).Status, Is.EqualTo(409), "its deployment is in the way");
        Assert.That((await SendAsync("POST", "/offerbook/v1/apps/g/web/suspend?force=true")).Status, Is.EqualTo(200));
        Assert.That((int)(await GetAsync("/v2/apps/g/web")).Json["app"]!["instances"]!, Is.Zero);
        Assert.That((int)(await GetAsync("/offerbook/v1/apps/g/web/why")).Json["suspended"]!, Is.EqualTo(2));
        Assert.That((await SendAsync("POST", "/offerbook/v1/groups/g/resume?force=true")).Status, Is.EqualTo(200));
        Assert.That((int)(await GetAsync("/v2/apps/g/web")).Json["app"]!["instances"]!, Is.EqualTo(2));
        Assert.That((await SendAsync("POST", "/offerbook/v1/groups/nowhere/restart")).Status, Is.EqualTo(404));
        Assert.That((await SendAsync("POST", "/offerbook/v1/groups/g/restart?force=true")).Status, Is.EqualTo(200));
        Assert.That((await SendAsync("DELETE", "/offerbook/v1/groups/delay")).Json["apps"]!, Is.Empty);
        Assert.That((await GetAsync("/offerbook/v1/apps/g/web/failures")).Json["failures"]!, Is.Empty);
    }

    [Test]
    public async Task Policy_OfAnApp_IsShownAndNotInvented()
    {
        await SendAsync("POST", "/v2/apps", Web);
        Assert.That((await GetAsync("/v2/apps/g/web")).Json["app"]!["deployment"], Is.Null);
        await SendAsync("PUT", "/v2/apps/g/web?force=true",
            """{"deployment":{"deadlineSeconds":600,"maxFailures":3,"onFailure":"rollback","pauseAfter":[1,"25%"]}}""");
        Assert.That((await GetAsync("/v2/apps/g/web")).Json["app"]!["deployment"]!.ToString(Newtonsoft.Json.Formatting.None),
            Is.EqualTo("""{"deadlineSeconds":600,"maxFailures":3,"onFailure":"rollback","pauseAfter":[1,"25%"]}"""));
    }

    [Test]
    public async Task Restart_OfARequest_IsNeededOrAlways()
    {
        await SendAsync("POST", "/v2/apps", Web);
        string Changed(JToken app) => (string)app["app"]!["versionInfo"]!["lastConfigChangeAt"]!;
        var first = Changed((await GetAsync("/v2/apps/g/web")).Json);
        Assert.That((await SendAsync("PUT", "/v2/apps/g/web?restart=needed&force=true", """{"labels":{"a":"b"}}""")).Status,
            Is.EqualTo(200));
        Assert.That(Changed((await GetAsync("/v2/apps/g/web")).Json), Is.EqualTo(first));
        Assert.That((await SendAsync("PUT", "/v2/apps/g/web?force=true", """{"labels":{"a":"c"}}""")).Status, Is.EqualTo(200));
        Assert.That(Changed((await GetAsync("/v2/apps/g/web")).Json), Is.Not.EqualTo(first));
        Assert.That((await SendAsync("PUT", "/v2/apps/g/web?restart=never", """{"labels":{}}""")).Message,
            Does.Contain("It is always or needed."));
    }

    [Test]
    public async Task Plan_OfADocument_TellsAndDoesNothing()
    {
        await SendAsync("POST", "/v2/apps", Web);
        var plan = await SendAsync("POST", "/offerbook/v1/plan",
            """{"id":"/","groups":[{"id":"g","apps":[{"id":"web","cmd":"sleep 5"},{"id":"db","cmd":"x y"}]}]}""");
        Assert.Multiple(() =>
        {
            Assert.That(plan.Status, Is.EqualTo(200), plan.Text);
            Assert.That(plan.Json["apps"]!.Select(app => $"{app["change"]} {app["id"]} {app["restarts"]}"),
                Is.EqualTo(new[] { "create /g/db False", "update /g/web True" }));
            Assert.That(plan.Json["conflicts"]!.Count(), Is.EqualTo(1));
            Assert.That((string)plan.Json["fit"]!["verdict"]!, Is.EqualTo("unknown"));
        });
        Assert.That((await GetAsync("/v2/apps/g/db")).Status, Is.EqualTo(404));
        Assert.That((await SendAsync("POST", "/offerbook/v1/plan", """{"id":"/x"}""")).Status, Is.EqualTo(422));
        Assert.That((await SendAsync("POST", "/offerbook/v1/plan", "{")).Status, Is.EqualTo(400));
    }

    [Test]
    public async Task Dependency_OnAnUnknownId_IsWarnedAbout() => Assert.That(
        (await SendAsync("PUT", "/v2/groups/g", """{"apps":[{"id":"a","cmd":"x y","dependencies":["/nowhere"]}]}"""))
            .Json["warnings"]!.Count(), Is.EqualTo(1));
}
