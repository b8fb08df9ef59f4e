using System.Text;
using Offerbook.Apps.Access;
using Offerbook.Apps.Hosting;
using Offerbook.Apps.Http.Access;
using Offerbook.Apps.Tests.Http;

namespace Offerbook.Apps.Tests.Access;

/// <summary>Users with rules, over HTTP: what each route lets whom do (case 204).</summary>
[Property("case", 204)]
public sealed class RouteAccessTests : ApiFixture
{
    private const string Rules = """
        {"view": [{"principals": {"values": ["sue", "run"]}, "paths": {"values": ["/shop"]}}, {"principals": {"values": ["sys"]}, "paths": {"values": ["/none"]}}],
         "create": [{"principals": {"values": ["sue"]}, "paths": {"values": ["/shop"]}}],
         "update": [{"principals": {"values": ["sue"]}, "paths": {"values": ["/shop/web"]}}],
         "delete": [{"principals": {"values": ["sue"]}, "paths": {"values": ["/shop/tmp"]}}],
         "run": [{"principals": {"values": ["run"]}, "paths": {"values": ["/shop"]}}],
         "view_system": [{"principals": {"values": ["sys", "ops"]}}], "change_system": [{"principals": {"values": ["sys"]}}]}
        """;

    /// <summary>The operator has every action everywhere; the others what the rules say, and eve nothing.</summary>
    private static readonly ApiOptions s_guarded = ApiOptions.Default with
    {
        Users = new Dictionary<string, string> { ["ops"] = "x", ["sue"] = "x", ["run"] = "x", ["sys"] = "x", ["eve"] = "x" },
        Rules = AccessRules.Parse(
            Rules.Replace("\"view\": [", "\"view\": [" + All).Replace("\"create\": [", "\"create\": [" + All)
                .Replace("\"update\": [", "\"update\": [" + All)
            .Replace("\"delete\": [", "\"delete\": [" + All).Replace("\"run\": [{", "\"run\": [" + All + "{")),
    };

    private const string All = """{"principals": {"values": ["ops"]}, "paths": {"type": "ANY"}},""";

    [Test]
    public void EveryRoute_DeclaresWhatItNeeds()
    {
        var routes = Host.Routes.Select(route => (Name: route.Method + " " + route.Template.Text, Permission: RoutePermissions.Of(route)))
            .ToList();
        Assert.That(routes.Where(route => route.Permission is null).Select(route => route.Name), Is.Empty);
        Assert.That(RoutePermissions.Known.Except(routes.Select(route => route.Name)), Is.Empty, "what is spoken of is there");
    }

    /// <summary>Each route once: whoever has no right at all is shown nothing and changes nothing.</summary>
    [Test]
    public async Task NobodyInParticular_IsLetIntoNothingThatIsSomebodys()
    {
        await BeginAsync();
        var before = (await AsAsync("ops", "GET", "/v2/groups")).Text;
        foreach (var route in Host.Routes)
        {
            var path = route.Template.Text.Replace("/v2/groups/{id}", "/v2/groups/shop").Replace("/v1/groups/{id}", "/v1/groups/shop")
                .Replace("/v2/apps/{id}/*", "/v2/apps/shop/*")
                .Replace("/v2/pods/{id}", "/v2/pods/shop/pod").Replace("{id}", "shop/web").Replace("{task}", "x")
                .Replace("{version}", "2026-01-01T00:00:00.000Z")
                .Replace("{instance}", "x").Replace("{deployment}", await DeploymentAsync());
            var body = route.Body is null ? null : route.Template.Text switch
            {
                "/v2/apps" when route.Method != "POST" => """[{"id":"/shop/web","cmd":"other"}]""",
                "/v2/tasks/delete" => """{"ids":["shop_web.instance-5f4b2f6c-0000-0000-0000-000000000000._app.1"]}""",
                "/logging" => """{"level":"info","logger":"x"}""",
                _ => """{"id":"/shop/new","cmd":"other"}""",
            };
            var answer = await AsAsync("eve", route.Method, path, body, accept: path == "/v2/events" ? "application/json" : null);
            var isNobodys = RoutePermissions.Of(route) is Permission.Nothing;
            Assert.That(answer.Status, isNobodys ? Is.EqualTo(200).Or.EqualTo(302).Or.EqualTo(405) : Is.EqualTo(403),
                $"{route.Method} {path}: {answer.Text}");
            Assert.That(isNobodys || answer.Message == "Not Authorized to perform this action!", answer.Text);
            Assert.That(path.StartsWith("/v2", StringComparison.Ordinal) ? answer.Text : "", Does.Not.Contain("/shop"), path);
        }
        Assert.That((await AsAsync("ops", "GET", "/v2/groups")).Text, Is.EqualTo(before));
    }

    [TestCase("GET", "/v2/apps/shop/web", null, 200)]
    [TestCase("GET", "/v2/apps/secret/db", null, 403)]
    [TestCase("GET", "/v2/apps/secret/none", null, 404)]
    [TestCase("GET", "/v2/apps/secret/*", null, 403)]
    [TestCase("GET", "/v2/apps/secret/db/tasks", null, 403)]
    [TestCase("GET", "/v2/apps/secret/*/tasks", null, 403)]
    [TestCase("GET", "/v2/groups/secret", null, 403)]
    [TestCase("GET", "/v2/groups/none", null, 404)]
    [TestCase("GET", "/v2/pods/shop/pod", null, 200)]
    [TestCase("GET", "/v2/pods/secret/none", null, 404)]
    [TestCase("POST", "/v2/apps?force=true", """{"id":"/shop/more","cmd":"sleep 1"}""", 201)]
    [TestCase("POST", "/v2/apps?force=true", """{"id":"/secret/more","cmd":"sleep 1"}""", 403)]
    [TestCase("PUT", "/v2/apps/shop/web?force=true", """{"instances":2}""", 200)]
    [TestCase("PUT", "/v2/apps/shop/fixed?force=true", """{"instances":2}""", 403)]
    [TestCase("PUT", "/v2/apps/shop/new?force=true", """{"cmd":"sleep 1"}""", 201)]
    [TestCase("PATCH", "/v2/apps/secret/none", """{"instances":2}""", 404)]
    [TestCase("PUT", "/v2/apps?force=true", """[{"id":"/shop/web","instances":2},{"id":"/secret/db","instances":2}]""", 403)]
    [TestCase("DELETE", "/v2/apps/shop/web?force=true", null, 403)]
    [TestCase("DELETE", "/v2/apps/shop/tmp?force=true", null, 200)]
    [TestCase("PUT", "/v2/groups/shop?force=true", """{"apps":[{"id":"extra","cmd":"sleep 1"}]}""", 403, TestName = "Group_WhosePutRemovesOthers_IsForbidden")]
    [TestCase("PUT", "/v2/groups/shop/sub?force=true", """{"apps":[{"id":"extra","cmd":"sleep 1"}]}""", 200)]
    [TestCase("PUT", "/v2/groups/secret/sub?dryRun=true", """{"apps":[{"id":"extra","cmd":"sleep 1"}]}""", 403)]
    [TestCase("POST", "/v2/groups", """{"id":"/shop/empty"}""", 201)]
    [TestCase("POST", "/v2/groups", """{"id":"/elsewhere"}""", 403)]
    [TestCase("DELETE", "/v2/groups/shop?force=true", null, 403)]
    [TestCase("POST", "/v2/apps/shop/web/restart?force=true", null, 403)]
    [TestCase("DELETE", "/v2/apps/shop/web/tasks", null, 403)]
    [TestCase("POST", "/offerbook/v1/plan", """{"id":"/secret/db","cmd":"other"}""", 403)]
    [TestCase("POST", "/offerbook/v1/plan", """{"id":"/shop/web","cmd":"other"}""", 200)]
    [TestCase("GET", "/v2/info", null, 403)]
    [TestCase("GET", "/ping", null, 200)]
    public async Task User_WithRules_MayWhatTheyGrant(string method, string path, string? body, int status)
    {
        await BeginAsync();
        var answer = await AsAsync("sue", method, path, body);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
        if (status == 403)
        {
            Assert.That(answer.Message, Is.EqualTo("Not Authorized to perform this action!"));
        }
    }

    [TestCase("run", "POST", "/v2/apps/shop/web/restart?force=true", 200)]
    [TestCase("run", "DELETE", "/v2/apps/shop/web/tasks", 200)]
    [TestCase("run", "DELETE", "/v2/apps/shop/web?force=true", 403)]
    [TestCase("run", "POST", "/offerbook/v1/groups/shop/restart?force=true", 200)]
    [TestCase("run", "POST", "/offerbook/v1/apps/shop/web/suspend?force=true", 403)]
    [TestCase("run", "POST", "/v2/apps/secret/db/restart?force=true", 403)]
    [TestCase("sys", "GET", "/v2/info", 200)]
    [TestCase("sys", "GET", "/config", 200)]
    [TestCase("sys", "GET", "/v2/apps/shop/web", 403)]
    [TestCase("ops", "GET", "/v2/leader", 200)]
    [TestCase("ops", "DELETE", "/v2/leader", 403)]
    public async Task Runner_AndSystem_AreRightsOfTheirOwn(string user, string method, string path, int status)
    {
        await BeginAsync();
        var answer = await AsAsync(user, method, path);
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
    }

    [Test]
    public async Task Lists_ShowWhatMayBeViewed()
    {
        await BeginAsync();
        foreach (var (path, shows) in new[]
        {
            ("/v2/apps", "/shop/web"), ("/v2/groups", "/shop/web"), ("/v2/deployments", "/shop/web"), ("/v2/queue", "/shop/web"),
            ("/v2/groups/apps", "/shop/web"), ("/v2/apps/*", "/shop/web"), ("/v2/pods", "/shop/pod"), ("/v2/pods::status", "/shop/pod"),
            ("/offerbook/v1/deployments", "/shop/web"),
        })
        {
            var (whole, part, none) = (await AsAsync("ops", "GET", path), await AsAsync("sue", "GET", path),
                await AsAsync("eve", "GET", path));
            Assert.That(part.Text, Does.Contain(shows).And.Not.Contain("/secret"), path);
            Assert.That(path.Contains("pods") || whole.Text.Contains("/secret/db"), path);
            Assert.That(none.Text, Does.Not.Contain("/shop/web").And.Not.Contain("/secret"), path);
            Assert.That((await AsAsync("ops", "GET", path)).Text.Contains("/secret/db"), Is.EqualTo(whole.Text.Contains("/secret/db")),
                "what one is answered is not what the other is: " + path);
        }
        var text = await AsAsync("sue", "GET", "/v2/tasks", accept: "text/plain");
        Assert.That(text.Text, Does.Contain("shop_web").And.Not.Contain("secret"));
        Assert.That(
            (await AsAsync("sue", "GET", "/v2/groups/versions/" + (string)(await AsAsync("sue", "GET", "/v2/groups")).Json["version"]!))
                .Status, Is.EqualTo(403));
    }

    [Test]
    public async Task Deployments_AreSteeredByWhoMayRunAllTheyTouch()
    {
        await BeginAsync();
        var mine = await DeploymentAsync();
        var mixed = (string)(
            await AsAsync("ops", "PUT", "/v2/apps?force=true",
                """[{"id":"/shop/web","cmd":"two"},{"id":"/secret/db","cmd":"two"}]""")).Json["deploymentId"]!;
        Assert.That((await AsAsync("run", "DELETE", "/v2/deployments/" + mixed)).Status, Is.EqualTo(403));
        Assert.That((await AsAsync("run", "POST", $"/offerbook/v1/deployments/{mixed}/pause")).Status, Is.EqualTo(403));
        Assert.That((await AsAsync("run", "GET", $"/offerbook/v1/deployments/{mixed}")).Status, Is.EqualTo(200), "a part may be viewed");
        Assert.That((await AsAsync("run", "DELETE", "/v2/deployments/nothing")).Status, Is.EqualTo(404));
        var own = (string)(await AsAsync("ops", "PUT", "/v2/apps/shop/web?force=true", """{"cmd":"three"}""")).Json["deploymentId"]!;
        Assert.That((await AsAsync("sue", "DELETE", "/v2/deployments/" + own)).Status, Is.EqualTo(403));
        Assert.That((await AsAsync("run", "DELETE", "/v2/deployments/" + own)).Status, Is.EqualTo(200),
            "a roll-back is no change of what it is");
        Assert.That(mine, Is.Not.Empty);
    }

    [Test]
    public async Task Events_AreThoseOfWhatMayBeViewed()
    {
        await BeginAsync();
        Client.DefaultRequestHeaders.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Basic",
            Convert.ToBase64String("sue:x"u8));
        using var events = await FollowAsync("?snapshot=true");
        var state = await events.UntilAsync("snapshot_complete");
        Assert.That(string.Concat(state.Select(read => read.Data)), Does.Contain("/shop/web").And.Not.Contain("/secret"));
        await AsAsync("ops", "PUT", "/v2/apps/secret/db?force=true", """{"cmd":"quiet"}""");
        await AsAsync("ops", "PUT", "/v2/apps/shop/web?force=true", """{"cmd":"loud"}""");
        var told = await events.UntilAsync("api_post_event");
        Assert.That(string.Concat(told.Select(read => read.Data)),
            Does.Contain("loud").And.Not.Contain("quiet").And.Not.Contain("event_stream_attached"));
    }

    [Test]
    public async Task Tasks_OfOthers_AreNotKilledByTheirIds()
    {
        await BeginAsync();
        const string Body = """{"ids":["secret_db.instance-5f4b2f6c-0000-0000-0000-000000000000._app.1"]}""";
        Assert.That((await AsAsync("run", "POST", "/v2/tasks/delete", Body)).Status, Is.EqualTo(403));
        Assert.That((await AsAsync("run", "POST", "/v2/tasks/delete", Body.Replace("secret_db", "shop_web"))).Status, Is.EqualTo(200));
        Assert.That((await AsAsync("run", "POST", "/v2/tasks/delete?scale=true", Body.Replace("secret_db", "shop_web"))).Status,
            Is.EqualTo(403), "scaling is a change");
    }

    private async Task BeginAsync()
    {
        await RestartAsync(s_guarded);
        foreach (var app in new[] { "/shop/web", "/shop/fixed", "/shop/tmp", "/secret/db" })
        {
            Assert.That((await AsAsync("ops", "POST", "/v2/apps", $$"""{"id":"{{app}}","cmd":"sleep 1"}""")).Status, Is.EqualTo(201));
        }
        Assert.That(
            (await AsAsync("ops", "POST", "/v2/pods",
                """{"id":"/shop/pod","containers":[{"name":"a","exec":{"command":{"shell":"sleep 1"}},"resources":{"cpus":0.1,"mem":32}}]}""")).Status,
            Is.EqualTo(201));
    }

    private async Task<string> DeploymentAsync() => (string)(await AsAsync("ops", "GET", "/v2/deployments")).Json[0]!["id"]!;

    private Task<Answer> AsAsync(string user, string method, string path, string? body = null, string? accept = null) =>
        SendAsync(method, path, body, accept: accept,
        headers: [("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":x")))]);
}
