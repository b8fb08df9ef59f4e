using Newtonsoft.Json.Linq;

namespace Offerbook.Apps.Tests.Http;

public sealed class AppsApiTests : ApiFixture
{
    private const string Web = """{"id":"/g/web","cmd":"sleep 1000","labels":{"tier":"front"}}""";

    [Test]
    public async Task CreateApp_Valid_AnswersWithTheAppAndItsDeployment()
    {
        var answer = await SendAsync("POST", "/v2/apps", Web);
        Assert.Multiple(() =>
        {
            Assert.That(answer.Status, Is.EqualTo(201));
            Assert.That(answer.Headers["Location"], Does.EndWith("/g/web").And.StartsWith("http://127.0.0.1"));
            Assert.That((string)answer.Json["deployments"]![0]!["id"]!, Is.EqualTo(answer.Headers["Marathon-Deployment-Id"]));
            Assert.That((int)answer.Json["portDefinitions"]![0]!["port"]!, Is.Zero, "service ports come later");
            Assert.That(answer.Json["versionInfo"], Is.Null);
            Assert.That((int)answer.Json["tasksRunning"]!, Is.Zero);
            Assert.That(((JObject)answer.Json).Properties().Where(member => member.Value.Type == JTokenType.Null), Is.Empty);
        });
    }

    [Test]
    public async Task EveryAnswer_CarriesTheSameHeaders()
    {
        foreach (var path in new[] { "/v2/apps", "/ping", "/v2/nothing" })
        {
            var headers = (await GetAsync(path)).Headers;
            Assert.That(headers["Cache-Control"],
                Is.EqualTo("no-cache, no-store, must-revalidate").Or.EqualTo("no-store, must-revalidate, no-cache"));
            Assert.That(headers["Pragma"], Is.EqualTo("no-cache"));
            Assert.That(headers["Expires"], Is.EqualTo("0"));
            Assert.That(headers["X-Marathon-Leader"], Is.EqualTo(Host.Address.GetLeftPart(UriPartial.Authority)));
            Assert.That(headers["X-Frame-Options"], Is.EqualTo("DENY"));
            Assert.That(headers, Does.Not.ContainKey("Server"));
        }
    }

    [TestCase("/v2/apps//g/web")]
    [TestCase("/v2/apps/g/web")]
    [TestCase("/v2/apps/%2Fg%2Fweb")]
    [TestCase("/v2/apps/g/web/")]
    [TestCase("/v2/apps//g//web")]
    public async Task GetApp_HoweverItsIdIsWritten_FindsIt(string path)
    {
        await SendAsync("POST", "/v2/apps", Web);
        var answer = await GetAsync(path);
        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That((string)answer.Json["app"]!["id"]!, Is.EqualTo("/g/web"));
        Assert.That(answer.Json["app"]!["tasks"], Is.Not.Null);
        Assert.That((int)answer.Json["app"]!["portDefinitions"]![0]!["port"]!, Is.EqualTo(10_000));
    }

    [TestCase("GET", "/v2/apps/x", null, 404, "App '/x' does not exist")]
    [TestCase("DELETE", "/v2/apps/x", null, 404, "App '/x' does not exist")]
    [TestCase("POST", "/v2/apps/x/restart", null, 404, "App '/x' does not exist")]
    [TestCase("PATCH", "/v2/apps/x", """{"instances":1}""", 404, "App '/x' does not exist")]
    [TestCase("GET", "/v2/apps/x/tasks", null, 404, "App '/x' does not exist")]
    [TestCase("GET", "/v2/apps/x/versions", null, 404, "App '/x' does not exist")]
    [TestCase("GET", "/v2/apps/g/x/*", null, 404, "Group '/g/x' does not exist")]
    [TestCase("GET", "/v2/groups/x", null, 404, "Group '/x' does not exist")]
    [TestCase("DELETE", "/v2/groups/x", null, 404, "Group '/x' does not exist")]
    [TestCase("DELETE", "/v2/deployments/x", null, 404, "DeploymentPlan x does not exist")]
    [TestCase("DELETE", "/v2/queue/x/delay", null, 404, "Application /x not found in tasks queue.")]
    [TestCase("GET", "/v2/nothing", null, 404, "URI not found")]
    [TestCase("GET", "/v1/apps", null, 404, "URI not found")]
    [TestCase("DELETE", "/v2/info", null, 405, "Method Not Allowed")]
    [TestCase("DELETE", "/v2/apps", null, 405, "Method Not Allowed")]
    [TestCase("POST", "/v2/tasks", "{}", 405, "Method Not Allowed")]
    [TestCase("GET", "/v2/events", null, 405, "Method Not Allowed")]
    [TestCase("POST", "/v2/apps", "{", 400, "Invalid JSON")]
    [TestCase("POST", "/v2/apps", "", 400, "Please specify data in JSON format")]
    [TestCase("POST", "/v2/apps", """{"id":5}""", 422, "Invalid JSON")]
    [TestCase("POST", "/v2/apps", """{"id":"/x"}""", 422, "Object is not valid")]
    [TestCase("POST", "/v2/groups", """{"id":"/"}""", 409, "Group / is already created. Use PUT to change this group.")]
    [TestCase("PUT", "/v2/apps/x", """{"version":"yesterday"}""", 422, "Invalid timestamp provided 'yesterday'. Expecting ISO-8601 datetime string.")]
    [TestCase("GET", "/v2/apps/x/versions/yesterday", null, 422, "Invalid timestamp provided 'yesterday'. Expecting ISO-8601 datetime string.")]
    [TestCase("POST", "/v2/tasks/delete?scale=true&wipe=True", """{"ids":[]}""", 400, "You cannot use scale and wipe at the same time.")]
    public async Task BadRequest_OfAnyKind_HasItsStatusAndMessage(string method, string path, string? body, int status, string message)
    {
        var answer = await SendAsync(method, path, body);
        Assert.That((answer.Status, answer.Message), Is.EqualTo((status, message)));
        Assert.That(answer.Headers["Content-Type"], Does.StartWith("application/json"));
    }

    [Test]
    public async Task ForeignContentType_IsRefusedForAppsAndTakenForGroups()
    {
        Assert.That((await SendAsync("POST", "/v2/apps", Web, "text/xml")).Status, Is.EqualTo(415));
        Assert.That((await SendAsync("POST", "/v2/apps", Web, null)).Status, Is.EqualTo(201));
        Assert.That((await SendAsync("PUT", "/v2/groups/h", "{}", "text/xml")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Body_BeyondTheBound_IsRefused()
    {
        var answer = await SendAsync("POST", "/v2/apps", $$"""{"id":"/x","cmd":"{{new string('x', 17 * 1024 * 1024)}}"}""");
        Assert.That(answer.Status, Is.EqualTo(413));
    }

    [Test]
    public async Task UpdateApp_PartlyAndWhole_AnswersWithADeployment()
    {
        await SendAsync("POST", "/v2/apps", Web);
        var locked = await SendAsync("PUT", "/v2/apps/g/web", """{"mem":64}""");
        Assert.That(locked.Status, Is.EqualTo(409));
        Assert.That((string)locked.Json["deployments"]![0]!["id"]!, Is.Not.Empty);

        var updated = await SendAsync("PUT", "/v2/apps/g/web?force=True", """{"mem":64}""");
        Assert.That(updated.Status, Is.EqualTo(200));
        Assert.That((string)updated.Json["deploymentId"]!, Is.EqualTo(updated.Headers["Marathon-Deployment-Id"]));
        var app = (await GetAsync("/v2/apps/g/web")).Json["app"]!;
        Assert.That(((int)app["mem"]!, (string)app["cmd"]!, (string)app["version"]!),
            Is.EqualTo((64, "sleep 1000", (string)updated.Json["version"]!)));

        var created = await SendAsync("PUT", "/v2/apps/g/other", """{"cmd":"sleep 2"}""");
        Assert.That((created.Status, created.Headers.ContainsKey("Location")), Is.EqualTo((201, true)));

        var versions = (await GetAsync("/v2/apps/g/web/versions")).Json["versions"]!;
        Assert.That(versions.Count(), Is.EqualTo(2));
        var old = await GetAsync("/v2/apps/g/web/versions/" + versions[1]);
        Assert.That((int)old.Json["mem"]!, Is.EqualTo(128));
        await SendAsync("PUT", "/v2/apps/g/web?force=true", $$"""{"version":"{{versions[1]}}"}""");
        Assert.That((int)(await GetAsync("/v2/apps/g/web")).Json["app"]!["mem"]!, Is.EqualTo(128));
    }

    [Test]
    public async Task ListApps_WithFilters_CombinesThem()
    {
        await SendAsync("PUT", "/v2/apps", """
            [{"id":"/g/web","cmd":"sleep 1","labels":{"tier":"front"}},{"id":"/g/db","cmd":"run sql","labels":{"tier":"back"}}]
            """);
        async Task<string[]> Ids(string query) =>
            (await GetAsync("/v2/apps" + query)).Json["apps"]!.Select(app => (string)app["id"]!).ToArray();
        Assert.That(await Ids(""), Is.EqualTo(new[] { "/g/db", "/g/web" }));
        Assert.That(await Ids("?cmd=SQL"), Is.EqualTo(new[] { "/g/db" }));
        Assert.That(await Ids("?id=web"), Is.EqualTo(new[] { "/g/web" }));
        Assert.That(await Ids("?label=tier%20in%20(front,x)"), Is.EqualTo(new[] { "/g/web" }));
        Assert.That(await Ids("?label=tier!%3Dfront&cmd=sql"), Is.EqualTo(new[] { "/g/db" }));
        Assert.That((await GetAsync("/v2/apps?label=((")).Status, Is.EqualTo(422));
        Assert.That((await GetAsync("/v2/apps/g/*")).Json["*"]!.Count(), Is.EqualTo(2));
    }

    [Test]
    public async Task Queue_WithPendingApp_ShowsItAndItsDelay()
    {
        Assert.That((await GetAsync("/v2/queue")).Json.ToString(Newtonsoft.Json.Formatting.None), Is.EqualTo("""{"queue":[]}"""));
        await SendAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1","instances":5}""");
        var item = (await GetAsync("/v2/queue?embed=lastUnusedOffers")).Json["queue"]![0]!;
        Assert.Multiple(() =>
        {
            Assert.That((int)item["count"]!, Is.EqualTo(5));
            Assert.That((string)item["app"]!["id"]!, Is.EqualTo("/a"));
            Assert.That((bool)item["delay"]!["overdue"]!, Is.True);
            Assert.That(item["processedOffersSummary"]!["rejectSummaryLastOffers"]!.Select(row => (string)row["reason"]!), Is.EqualTo(new[]
            {
                "UnfulfilledRole", "UnfulfilledConstraint", "NoCorrespondingReservationFound", "AgentMaintenance", "InsufficientCpus",
                "InsufficientMemory", "InsufficientDisk", "InsufficientGpus", "InsufficientPorts", "DeclinedScarceResources",
            }));
            Assert.That(item["lastUnusedOffers"], Is.Not.Null);
        });
        Assert.That((await SendAsync("DELETE", "/v2/queue//a/delay")).Status, Is.EqualTo(204));
    }

    [Test]
    public async Task Deployments_Running_AreListedAndCanBeCancelled()
    {
        await SendAsync("POST", "/v2/apps", Web);
        var deployment = (await GetAsync("/v2/deployments")).Json[0]!;
        Assert.Multiple(() =>
        {
            Assert.That(deployment["affectedApps"]!.Select(app => (string)app!), Is.EqualTo(new[] { "/g/web" }));
            Assert.That(((int)deployment["currentStep"]!, (int)deployment["totalSteps"]!), Is.EqualTo((2, 2)));
            Assert.That(((JObject)deployment).Properties().Select(member => member.Name), Is.EquivalentTo(new[]
            {
                "id", "version", "affectedApps", "affectedPods", "steps", "currentActions", "currentStep", "totalSteps",
            }), "one client refuses members that it does not know");
            Assert.That((string)deployment["currentActions"]![0]!["action"]!, Is.EqualTo("ScaleApplication"));
        });
        var id = (string)deployment["id"]!;
        Assert.That((string)(await GetAsync("/offerbook/v1/deployments/" + id)).Json["state"]!, Is.EqualTo("running"));
        var forced = await SendAsync("DELETE", $"/v2/deployments/{id}?force=true");
        Assert.That((forced.Status, forced.Text), Is.EqualTo((202, "")));
        var outcome = (await GetAsync("/offerbook/v1/deployments/" + id)).Json;
        Assert.That(((string)outcome["state"]!, (string)outcome["reason"]!), Is.EqualTo(("failed", "The upgrade has been cancelled")));
    }

    [Test]
    public async Task State_AfterARestart_IsThere()
    {
        await SendAsync("POST", "/v2/apps", Web);
        var (apps, deployments) = ((await GetAsync("/v2/apps")).Text, (await GetAsync("/v2/deployments")).Text);
        await RestartAsync();
        Assert.That((await GetAsync("/v2/apps")).Text, Is.EqualTo(apps));
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo(deployments));
    }

    [Test]
    public async Task Tasks_AsPlainText_AreOneLineForEachPort()
    {
        await SendAsync("POST", "/v2/apps", Web);
        var text = await SendAsync("GET", "/v2/tasks", accept: "text/plain");
        Assert.That(text.Text, Is.EqualTo("g_web\t10000\t\n"));
        Assert.That(text.Headers["Content-Type"], Does.StartWith("text/plain"));
        Assert.That((await SendAsync("GET", "/v2/tasks", accept: "*/*")).Text, Is.EqualTo("""{"tasks":[]}"""));
    }
}
