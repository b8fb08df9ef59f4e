using Newtonsoft.Json.Linq;

namespace Offerbook.Apps.Tests.Http;

/// <summary>Lists in parts, and items in part.</summary>
public sealed class PagingTests : ApiFixture
{
    [SetUp]
    public async Task FillAsync() => await SendAsync("PUT", "/v2/apps", new JArray(Enumerable.Range(0, 7)
        .Select(i =>
            JObject.Parse(
                $$"""{"id":"/{{(i % 2 == 0 ? "a" : "b/c")}}/app{{i}}","cmd":"sleep 1","labels":{"odd":"{{i % 2}}"} }"""))).ToString());

    [Test]
    public async Task Apps_FollowedByTheirLinks_AreAllThereOnce()
    {
        var (path, ids) = ("/v2/apps?limit=3&label=odd", new List<string>());
        while (path is not null)
        {
            var answer = await GetAsync(path);
            Assert.That(answer.Headers["X-Total-Count"], Is.EqualTo("7"));
            Assert.That(answer.Json["apps"]!.Count(), Is.LessThanOrEqualTo(3));
            ids.AddRange(answer.Json["apps"]!.Select(app => (string)app["id"]!));
            path = answer.Headers.TryGetValue("Link", out var link) ? link[1..link.IndexOf('>')] : null;
        }
        Assert.That(ids, Is.EqualTo(new[] { "/a/app0", "/a/app2", "/a/app4", "/a/app6", "/b/c/app1", "/b/c/app3", "/b/c/app5" }));
    }

    [Test]
    public async Task Apps_AfterOneThatHasGone_GoOnWhereItWas()
    {
        var answer = await GetAsync("/v2/apps?after=/a/app3");
        Assert.That(answer.Json["apps"]!.Select(app => (string)app["id"]!).First(), Is.EqualTo("/a/app4"));
        Assert.That((await GetAsync("/v2/apps?after=/z")).Json["apps"], Is.Empty);
    }

    [Test]
    public async Task List_WithoutParameters_IsAsItAlwaysWas()
    {
        var answer = await GetAsync("/v2/apps");
        Assert.That(answer.Headers.Keys, Has.No.Member("Link").And.No.Member("X-Total-Count"));
        Assert.That(answer.Json["apps"]!.Count(), Is.EqualTo(7));
    }

    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("many")]
    public async Task Limit_ThatIsNoCount_IsRefused(string limit) =>
        Assert.That((await GetAsync("/v2/apps?limit=" + limit)).Status, Is.EqualTo(422));

    [Test]
    public async Task Fields_Chosen_AreAllThatIsSent()
    {
        var app = (JObject)(await GetAsync("/v2/apps?fields=id,instances,labels,nothing&limit=1")).Json["apps"]![0]!;
        Assert.That(app.ToString(Newtonsoft.Json.Formatting.None), Is.EqualTo("""{"id":"/a/app0","instances":1,"labels":{"odd":"0"}}"""));
        Assert.That((await GetAsync("/v2/apps/a/app0?fields=tasks,id")).Text, Is.EqualTo("""{"app":{"id":"/a/app0","tasks":[]}}"""));
    }

    [Test]
    public async Task Queue_InParts_HasEveryAppOnce()
    {
        var first = await GetAsync("/v2/queue?limit=4&fields=count,app");
        Assert.That(first.Headers["X-Total-Count"], Is.EqualTo("7"));
        Assert.That(first.Headers["Link"], Does.Contain("after=%2Fa%2Fapp6"));
        Assert.That(first.Json["queue"]!.Count(), Is.EqualTo(4));
        Assert.That(((JObject)first.Json["queue"]![0]!).Properties().Select(member => member.Name), Is.EqualTo(new[] { "count", "app" }));
        Assert.That((await GetAsync("/v2/queue?after=/a/app6")).Json["queue"]!.Select(item => (string)item["app"]!["id"]!),
            Is.EqualTo(new[] { "/b/c/app1", "/b/c/app3", "/b/c/app5" }));
        Assert.That((await GetAsync("/v2/queue?limit=0")).Status, Is.EqualTo(422));
    }

    [Test]
    public async Task PodsDeploymentsAndAppsOfAGroup_InParts_AreSo()
    {
        foreach (var id in (string[])["/p/b", "/p/a", "/p/c"])
        {
            await SendAsync("POST", "/v2/pods",
                $$"""{"id":"{{id}}","containers":[{"name":"a","exec":{"command":{"shell":"x"} },"resources":{"cpus":1,"mem":32} }]}""");
        }
        Assert.That((await GetAsync("/v2/pods?limit=2&fields=id")).Text, Is.EqualTo("""[{"id":"/p/a"},{"id":"/p/b"}]"""));
        Assert.That((await GetAsync("/v2/pods::status?after=/p/b&fields=id,status")).Text,
            Is.EqualTo("""[{"id":"/p/c","status":"DEGRADED"}]"""));
        Assert.That((await GetAsync("/v2/groups/b/apps?limit=1&fields=id")).Text, Is.EqualTo("""[{"id":"/b/c/app1"}]"""));

        var all = (await GetAsync("/v2/deployments?fields=id")).Json.Select(one => (string)one["id"]!).ToList();
        Assert.That(all, Has.Count.EqualTo(4));
        var first = await GetAsync("/v2/deployments?fields=id&limit=1");
        Assert.That((string)first.Json[0]!["id"]!, Is.EqualTo(all.Min(StringComparer.Ordinal)));
        Assert.That(first.Headers["Link"], Does.Contain("fields=id").And.Contain("after=" + all.Min(StringComparer.Ordinal)));
    }

    /// <summary>The tree is written in two ways: now from ready pieces, as it was from its objects.</summary>
    [Test]
    public async Task Group_AsItIs_IsTheNewestOfItsVersions()
    {
        var now = (JObject)(await GetAsync("/v2/groups")).Json;
        Assert.That(now.DescendantsAndSelf().OfType<JObject>().Count(), Is.GreaterThan(20));
        var same = await GetAsync("/v2/groups/versions/" + now["version"]);
        Assert.That(now.ToString(), Is.EqualTo(same.Json.ToString()));
    }
}
