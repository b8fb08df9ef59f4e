namespace Offerbook.Apps.Tests.Http;

/// <summary>Entity tags: what is known is not sent again, and what others have changed is not overwritten.</summary>
public sealed class ConditionalTests : ApiFixture
{
    [SetUp]
    public async Task FillAsync() => await SendAsync("PUT", "/v2/groups", """
        {"id":"/","groups":[{"id":"a","apps":[{"id":"web","cmd":"sleep 1","instances":0}]},{"id":"b","apps":[{"id":"db","cmd":"sleep 1","instances":0}]}]}
        """);

    [TestCase("/v2/apps")]
    [TestCase("/v2/apps/a/web")]
    [TestCase("/v2/groups?embed=group.groups&embed=group.apps")]
    [TestCase("/v2/tasks")]
    public async Task Read_OfWhatIsKnown_IsNotSentAgain(string path)
    {
        var first = await GetAsync(path);
        var again = await SendAsync("GET", path, headers: ("If-None-Match", first.Headers["ETag"]));
        Assert.That((again.Status, again.Bytes.Length, again.Headers["ETag"]), Is.EqualTo((304, 0, first.Headers["ETag"])));
        var zipped = await SendAsync("GET", path, headers: [("If-None-Match", first.Headers["ETag"]), ("Accept-Encoding", "gzip")]);
        Assert.That(zipped.Status, Is.EqualTo(304), "the tag of another encoding");
        await SendAsync("PUT", "/v2/apps/a/web?force=true", """{"labels":{"x":"y"}}""");
        var changed = await SendAsync("GET", path, headers: ("If-None-Match", first.Headers["ETag"]));
        Assert.That(changed.Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Update_OfAnAppThatHasChanged_IsRefused()
    {
        var tag = (await GetAsync("/v2/apps/a/web")).Headers["ETag"];
        var updated = await SendAsync("PUT", "/v2/apps/a/web?force=true", """{"cpus":0.5}""", headers: ("If-Match", tag));
        Assert.That(updated.Status, Is.EqualTo(200), updated.Text);
        var refused = await SendAsync("PUT", "/v2/apps/a/web?force=true", """{"cpus":0.7}""", headers: ("If-Match", tag));
        Assert.That(refused.Status, Is.EqualTo(412));
        Assert.That(refused.Message, Does.StartWith("App '/a/web' has changed: it is at version " + updated.Json["version"]));
        Assert.That((double)(await GetAsync("/v2/apps/a/web")).Json["app"]!["cpus"]!, Is.EqualTo(0.5));
        foreach (var (method, path) in new[]
            { ("DELETE", "/v2/apps/a/web"), ("POST", "/v2/apps/a/web/restart"), ("PATCH", "/v2/apps/a/web") })
        {
            Assert.That((await SendAsync(method, path, method == "PATCH" ? "{}" : null, headers: ("If-Match", tag))).Status,
                Is.EqualTo(412), method);
        }
        var bare = $"\"{updated.Json["version"]}\"";
        Assert.That((await SendAsync("PUT", "/v2/apps/a/web?force=true", """{"cpus":0.7}""", headers: ("If-Match", bare))).Status,
            Is.EqualTo(200));
    }

    [Test]
    public async Task Update_WhoseTagIsNoneOfOurs_IsRefused() =>
        Assert.That((await SendAsync("PUT", "/v2/apps/a/web", "{}", headers: ("If-Match", "\"abc\""))).Status, Is.EqualTo(412));

    [Test]
    public async Task Conditions_OnExistence_AreKept()
    {
        Assert.That((await SendAsync("PUT", "/v2/apps/a/web?force=true", """{"mem":64}""", headers: ("If-None-Match", "*"))).Status,
            Is.EqualTo(412));
        Assert.That((await SendAsync("PUT", "/v2/apps/a/new", """{"cmd":"sleep 1"}""", headers: ("If-Match", "*"))).Status,
            Is.EqualTo(412));
        Assert.That((await SendAsync("PUT", "/v2/apps/a/new", """{"cmd":"sleep 1"}""", headers: ("If-None-Match", "*"))).Status,
            Is.EqualTo(201));
        Assert.That((await SendAsync("PUT", "/v2/groups/a", "{}", headers: ("If-None-Match", "*"))).Status, Is.EqualTo(412));
    }

    [Test]
    public async Task Update_OfAGroup_MindsOnlyWhatIsInIt()
    {
        var tag = (await GetAsync("/v2/groups/a")).Headers["ETag"];
        await SendAsync("PUT", "/v2/apps/b/db?force=true", """{"cpus":0.5}""");
        await RestartAsync();
        var group = """{"apps":[{"id":"web","cmd":"sleep 2","instances":0}]}""";
        Assert.That((await SendAsync("PUT", "/v2/groups/a?force=true", group, headers: ("If-Match", tag))).Status, Is.EqualTo(200));
        Assert.That((await SendAsync("PUT", "/v2/groups/a?force=true", group, headers: ("If-Match", tag))).Status, Is.EqualTo(412));
        Assert.That((await SendAsync("PUT", "/v2/apps?force=true", """[{"id":"/b/db","cpus":1}]""", headers: ("If-Match", tag))).Status,
            Is.EqualTo(412));
    }

    [Test]
    public async Task PutGroup_WhoseBodyNamesAnotherPlace_IsRefused()
    {
        foreach (var id in new[] { "/", "/b", ".." })
        {
            var answer = await SendAsync("PUT", "/v2/groups/a", $$"""{"id":"{{id}}","apps":[]}""");
            Assert.That(answer.Status, Is.EqualTo(422), id);
            Assert.That((string)answer.Json["details"]![0]!["path"]!, Is.EqualTo("/id"));
        }
        Assert.That((await GetAsync("/v2/apps")).Json["apps"]!.Count(), Is.EqualTo(2));
        Assert.That((await SendAsync("PUT", "/v2/groups/a?force=true", """{"id":"/b","apps":[]}""")).Status, Is.EqualTo(200));
        Assert.That((await SendAsync("PUT", "/v2/groups/a", """{"id":"/a"}""")).Status, Is.EqualTo(200));
        Assert.That((await SendAsync("PUT", "/v2/groups/a", """{"id":"below"}""")).Status, Is.EqualTo(200));
    }
}
