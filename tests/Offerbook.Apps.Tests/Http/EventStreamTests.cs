using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Wire.Streaming;

namespace Offerbook.Apps.Tests.Http;

public sealed class EventStreamTests : ApiFixture
{
    [Test]
    public async Task Stream_FromItsBeginning_TellsOfItselfThenOfChanges()
    {
        using var stream = await OpenAsync("");
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
                "deployment_info", "deployment_step_success", "deployment_info", "instance_changed_event", "group_change_success", "api_post_event",
            }));
            Assert.That(next.Select(e => (string)JObject.Parse(e.Data)["eventType"]!), Is.EqualTo(next.Select(e => e.Type)));
            var ids = next.Select(e => long.Parse(e.LastEventId)).ToList();
            Assert.That(ids, Is.EqualTo(Enumerable.Range(0, ids.Count).Select(i => ids[0] + i)));
            Assert.That(stream.Raw, Does.Contain("\r\nevent: deployment_info\r\ndata: {").And.Not.Contain("data:{"));
        });
    }

    [Test]
    public async Task Stream_WithFilter_HasOnlyTheNamedTypes()
    {
        using var stream = await OpenAsync("?event_type=group_change_success&event_type=nonsense&plan-format=light");
        await SendAsync("POST", "/v2/apps", """{"id":"/g/a","cmd":"sleep 1"}""");
        Assert.That((await stream.NextAsync()).Type, Is.EqualTo("group_change_success"));
    }

    [Test]
    public async Task Stream_WhenTheFrameworkStops_Ends()
    {
        using var stream = await OpenAsync("");
        await stream.NextAsync();
        await Host.DisposeAsync();
        Assert.That(async () => await stream.NextAsync(), Throws.Exception);
    }

    private async Task<Stream> OpenAsync(string query)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Host.Address, "/v2/events" + query));
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/event-stream;charset=utf-8").Or.EqualTo("text/event-stream; charset=utf-8"));
        return new Stream(response);
    }

    private sealed class Stream(HttpResponseMessage response) : IDisposable
    {
        private readonly SseParser _parser = new();
        private readonly StringBuilder _raw = new();

        public string Raw => _raw.ToString();

        public async Task<SseEvent> NextAsync()
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            var body = await response.Content.ReadAsStreamAsync(timeout.Token);
            var buffer = new byte[4096];
            SseEvent? next;
            while (!_parser.TryRead(out next))
            {
                var count = await body.ReadAsync(buffer, timeout.Token);
                Assert.That(count, Is.Positive, "the stream goes on");
                _raw.Append(Encoding.UTF8.GetString(buffer, 0, count));
                _parser.Append(buffer.AsSpan(0, count));
            }
            return next;
        }

        public void Dispose() => response.Dispose();
    }
}
