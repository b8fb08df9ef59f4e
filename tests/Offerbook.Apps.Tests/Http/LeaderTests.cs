namespace Offerbook.Apps.Tests.Http;

/// <summary>Stepping down with nobody else to stand: a new term of the same process.</summary>
[Property("case", 197)]
public sealed class LeaderTests : ApiFixture
{
    [Test]
    public async Task Abdication_OfTheOnlyOne_EndsStreamsAndKeepsApps()
    {
        await SendAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1"}""");
        using var follower = await FollowAsync("");
        var answer = await SendAsync("DELETE", "/v2/leader");
        Assert.That((answer.Status, answer.Message), Is.EqualTo((200, "Leadership abdicated")));

        await follower.UntilEndAsync();
        var app = await GetAsync("/v2/apps/a");
        while (app.Status == 503)
        {
            // The next term is being recovered; it says so.
            app = await GetAsync("/v2/apps/a");
        }
        Assert.That((int)app.Json["app"]!["instances"]!, Is.EqualTo(1));
        Assert.That((await SendAsync("POST", "/v2/apps", """{"id":"/b","cmd":"sleep 1"}""")).Status, Is.EqualTo(201));
        Assert.That((await GetAsync("/v2/leader")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Abdication_WithABackup_IsRefusedAndChangesNothing()
    {
        Assert.That((await SendAsync("DELETE", "/v2/leader?backup=file:///tmp/b")).Status, Is.EqualTo(501));
        Assert.That((await GetAsync("/v2/apps")).Status, Is.EqualTo(200));
    }
}
