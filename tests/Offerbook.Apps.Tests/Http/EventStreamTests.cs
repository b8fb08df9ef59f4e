using Newtonsoft.Json.Linq;
using Offerbook.Wire.Streaming;

namespace Offerbook.Apps.Tests.Http;

public sealed class EventStreamTests : ApiFixture
{
    [Test]
    public async Task Stream_FromItsBeginning_TellsOfItselfThenOfChanges()
    {
        using var stream = await FollowAsync("");
        var first = await stream.NextAsync();
        Assert.That(first.Type, Is.EqualTo("event_stream_attached"));
        Assert.That((string)JObject.Parse(first.Data)["remoteAddress"]!, Is.EqualTo("127.0.0.1"));

        await SendAsync("POST", "/v2/apps", """{"id":"/g/a","cmd":"sleep 1"}""");
        var next = new List<SseEvent> { first };
        while (next[^1].Type != "api_post_event")
        {
            next.Add(await stream.NextAsync());
        }
        Assert.Multiple(() =>
        {
            Assert.That(next.Select(e => e.Type).Skip(1), Is.EqualTo(new[]
            {
                "deployment_info", "deployment_step_success", "deployment_info", "instance_changed_event", "group_change_success",
                "api_post_event",
            }));
            Assert.That(next.Select(e => (string)JObject.Parse(e.Data)["eventType"]!), Is.EqualTo(next.Select(e => e.Type)));
            var ids = next.Select(e => long.Parse(e.LastEventId)).ToList();
            Assert.That(ids, Is.EqualTo(Enumerable.Range(0, ids.Count).Select(i => ids[0] + i)));
            Assert.That(stream.Raw, Does.Contain("\r\nevent: deployment_info\r\ndata: {").And.Not.Contain("data:{"));
        });
    }

    [Test]
    public async Task Stream_OfAClientThatAsksForNothingMore_HasOnlyTheKnownNames()
    {
        using var stream = await FollowAsync("");
        await SendAsync("POST", "/v2/apps", """{"id":"/g/a","cmd":"sleep 1"}""");
        await SendAsync("PUT", "/v2/apps//g/a?force=true", """{"instances":0}""");
        await SendAsync("DELETE", "/v2/groups//g?force=true");
        var read = await stream.UntilAsync("app_terminated_event");
        Assert.That(read.Select(found => found.Type).Distinct(), Is.SubsetOf(Events.EventNames.All));
    }

    /// <summary>
    /// The first line is an id, which clients that do not know ids leave out; then event, then one line of data, each ended by CR LF.
    /// </summary>
    [Test]
    public async Task Stream_Frames_AreAsClientsReadThem()
    {
        using var stream = await FollowAsync("");
        await stream.NextAsync();
        Assert.That(stream.Raw, Does.Match("^id: \\d+\r\nevent: event_stream_attached\r\ndata: \\{[^\r\n]*\\}\r\n\r\n"));
    }

    [TestCase("application/json")]
    [TestCase("text/html")]
    public async Task Stream_ForWhoDoesNotAcceptIt_IsRefused(string accept) =>
        Assert.That((await SendAsync("GET", "/v2/events", accept: accept)).Status, Is.EqualTo(405));

    [Test]
    [Category("case 194")]
    public async Task Trace_IsRefused() =>
        Assert.That((await SendAsync("TRACE", "/v2/events", accept: "text/event-stream")).Status, Is.EqualTo(405));

    [Test]
    [Category("case 192")]
    public async Task Stream_WithFilter_HasOnlyTheNamedTypes()
    {
        using var stream = await FollowAsync("?event_type=group_change_success&event_type=nonsense&plan-format=light");
        await SendAsync("POST", "/v2/apps", """{"id":"/g/a","cmd":"sleep 1"}""");
        Assert.That((await stream.NextAsync()).Type, Is.EqualTo("group_change_success"));
    }

    [Test]
    [Category("case 192")]
    public async Task Plans_InEvents_AreLight()
    {
        using var stream = await FollowAsync("?event_type=deployment_info");
        await SendAsync("POST", "/v2/apps", """{"id":"/g/a","cmd":"sleep 1"}""");
        var plan = (JObject)JObject.Parse((await stream.NextAsync()).Data)["plan"]!;
        Assert.That(plan.Properties().Select(member => member.Name), Is.EquivalentTo(new[] { "id", "version", "steps" }));
    }

    [Test]
    [Category("case 194")]
    public async Task Stream_WhenTheFrameworkStops_Ends()
    {
        using var stream = await FollowAsync("");
        await stream.NextAsync();
        await Host.DisposeAsync();
        Assert.That(async () => await stream.NextAsync(), Throws.Exception);
    }
}
