using Offerbook.Apps.Core;

namespace Offerbook.Apps.Tests.Http;

/// <summary>What the original never had: going on after a break, the state first, and filters by app and label.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class EventReplayTests : ApiFixture
{
    private AppsSettings _settings = AppsSettings.Default;

    protected override AppsSettings Settings => _settings;

    [Test]
    public async Task Resume_AfterRestart_TellsEveryEventOnceAndInOrder()
    {
        long seen;
        using (var before = await FollowAsync(""))
        {
            await CreateAsync("/a");
            seen = EventFollower.Id((await before.UntilAsync("api_post_event"))[^1]);
        }
        await CreateAsync("/b");
        await RestartAsync();
        await CreateAsync("/c");

        using var after = await FollowAsync("", lastEventId: $"{seen}");
        var missed = await after.UntilAsync("api_post_event");
        missed.AddRange(await after.UntilAsync("api_post_event"));
        await CreateAsync("/d");
        missed.AddRange(await after.UntilAsync("api_post_event"));
        Assert.Multiple(() =>
        {
            var ids = missed.Select(EventFollower.Id).ToList();
            Assert.That(ids, Is.EqualTo(Enumerable.Range(0, ids.Count).Select(i => seen + 1 + i)),
                "nothing is missing and nothing comes twice");
            Assert.That(
                missed.Where(read => read.Type == "api_post_event")
                    .Select(read => (string)EventFollower.Payload(read)["appDefinition"]!["id"]!),
                Is.EqualTo(new[] { "/b", "/c", "/d" }));
        });
    }

    [Test]
    public async Task Resume_FromTheNewestEvent_TellsOnlyWhatComes()
    {
        long newest;
        using (var stream = await FollowAsync(""))
        {
            newest = EventFollower.Id((await stream.UntilAsync("event_stream_attached"))[^1]);
        }
        using var again = await FollowAsync("", lastEventId: $"{newest}");
        Assert.That(EventFollower.Id(await again.NextAsync()), Is.EqualTo(newest + 1));
    }

    [TestCase("")]
    [TestCase("&label=tier==front")]
    public async Task Resume_WithTheParameter_IsTheSame(string filter)
    {
        await CreateAsync("/a", """, "labels":{"tier":"front"}""");
        using var stream = await FollowAsync("?last_event_id=0" + filter);
        Assert.That((await stream.UntilAsync("api_post_event"))[0].Type, Is.EqualTo("deployment_info"));
    }

    [Test]
    public async Task Resume_FromAnEventThatIsNotKept_IsGone()
    {
        _settings = AppsSettings.Default with { MaxReplayedEvents = 5 };
        await RestartAsync();
        await CreateAsync("/a");
        var refused = await AskAsync("", "0");
        Assert.Multiple(() =>
        {
            Assert.That(refused.Status, Is.EqualTo(410));
            Assert.That(refused.Message, Does.StartWith("Events after 0 are not kept any more").And.Contain("snapshot=true"));
        });

        await RestartAsync();
        Assert.That((await AskAsync("", "0")).Status, Is.EqualTo(410), "the window is as long after a restart");
        Assert.That((await AskAsync("", "999999")).Status, Is.EqualTo(410), "an id from elsewhere");
        var nonsense = await AskAsync("", "abc");
        Assert.That((nonsense.Status, nonsense.Message),
            Is.EqualTo((400, "Last-Event-ID must be the number of an event, not 'abc'. Leave it out to hear events from now on.")));
    }

    [Test]
    public async Task Snapshot_TellsTheStateAndThenFollows()
    {
        await CreateAsync("/g/a");
        await CreateAsync("/g/b");
        using var stream = await FollowAsync("?snapshot=true");
        var state = await stream.UntilAsync("snapshot_complete");
        await CreateAsync("/g/c");
        var next = await stream.UntilAsync("api_post_event");
        Assert.Multiple(() =>
        {
            Assert.That(state.Select(read => read.Type), Is.EqualTo(new[]
            {
                "snapshot_app", "snapshot_app", "snapshot_deployment", "snapshot_deployment", "snapshot_complete",
            }));
            var app = EventFollower.Payload(state[0])["app"]!;
            Assert.That((string)app["id"]!, Is.EqualTo("/g/a"));
            Assert.That(app["tasks"], Is.Not.Null);
            Assert.That((int)EventFollower.Payload(state[^1])["apps"]!, Is.EqualTo(2));
            Assert.That(EventFollower.Id(next[0]), Is.EqualTo(EventFollower.Id(state[^1]) + 1),
                "no event is missing between the state and what follows");
        });
    }

    [Test]
    public async Task Snapshot_OfAClientThatComesBack_IsSentOnlyWhenItMissedTooMuch()
    {
        await CreateAsync("/a");
        using var back = await FollowAsync("?snapshot=true", lastEventId: "0");
        Assert.That((await back.NextAsync()).Type, Is.EqualTo("deployment_info"));
        using var lost = await FollowAsync("?snapshot=true", lastEventId: "999999");
        Assert.That((await lost.NextAsync()).Type, Is.EqualTo("snapshot_app"));
    }

    [TestCase("?app=/g/a", "/g/a")]
    [TestCase("?app=/g/a&app=/h/c", "/g/a,/h/c")]
    [TestCase("?app=/g/*", "/g/a,/g/b")]
    [TestCase("?app=*", "/g/a,/g/b,/h/c")]
    [TestCase("?label=tier==front", "/g/a,/h/c")]
    [TestCase("?label=tier==front&app=/g/*", "/g/a")]
    public async Task Filter_ByAppAndLabel_TellsOnlyOfThose(string query, string apps)
    {
        using var stream = await FollowAsync(query);
        await CreateAsync("/g/a", """, "labels":{"tier":"front"}""");
        await CreateAsync("/g/b", """, "labels":{"tier":"back"}""");
        await CreateAsync("/h/c", """, "labels":{"tier":"front"}""");
        var read = new List<string>();
        var expected = apps.Split(',');
        while (read.Count < expected.Length)
        {
            foreach (var found in await stream.UntilAsync("api_post_event"))
            {
                Assert.That(found.Type, Is.Not.EqualTo("event_stream_attached"));
                if (found.Type == "api_post_event")
                {
                    read.Add((string)EventFollower.Payload(found)["appDefinition"]!["id"]!);
                }
            }
        }
        Assert.That(read, Is.EqualTo(expected));
    }

    [Test]
    public async Task Filter_ByLabel_StillTellsOfTheEndOfAnApp()
    {
        await CreateAsync("/a", """, "labels":{"tier":"front"}""");
        using var stream =
            await FollowAsync("?label=tier&event_type=deployment_success&event_type=app_terminated_event&event_type=deployment_info");
        await SendAsync("PUT", "/v2/apps//a?force=true", """{"instances":0}""");
        await stream.UntilAsync("deployment_success");
        await SendAsync("DELETE", "/v2/apps//a?force=true");
        Assert.That((await stream.UntilAsync("app_terminated_event"))[^1].Data, Does.Contain("\"appId\":\"/a\""));
    }

    [Test]
    public async Task Filter_WithABrokenSelector_IsRefused() =>
        Assert.That((await AskAsync("?label=a%20b%20c", "")).Status, Is.EqualTo(400));

    private async Task CreateAsync(string id, string more = "")
    {
        var answer = await SendAsync("POST", "/v2/apps", $$"""{"id":"{{id}}","cmd":"sleep 1"{{more}}}""");
        Assert.That(answer.Status, Is.EqualTo(201), answer.Text);
    }
}
