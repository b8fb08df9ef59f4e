using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Master.Tests.Core;
using Offerbook.Wire;

namespace Offerbook.Master.Tests.Http;

/// <summary>Which status and which text a client sees, as recorded from the original.</summary>
internal sealed class SchedulerErrorTests
{
    private const string Path = "/api/v1/scheduler";

    private MasterFixture _master = null!;
    private EventReader<Event> _stream = null!;
    private string _id = "";

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _master = await MasterFixture.StartAsync();
        var subscribe = new Call { Type = Call.Types.Type.Subscribe,
            Subscribe = new() { FrameworkInfo = TestScheduler.Framework("*", 60) } };
        _stream = await _master.SubscribeAsync<Event>(Path, subscribe, MessageFormat.Json);
        _id = (await _stream.NextAsync())!.Subscribed.FrameworkId.Value;
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _stream.Dispose();
        await _master.DisposeAsync();
    }

    [TestCase("{not json", 400, "Failed to parse body into JSON: syntax error at line 1 near: not json")]
    [TestCase("", 400, "Failed to parse body into JSON: syntax error at line 1 near: ")]
    [TestCase("[]", 400, "Failed to convert JSON into Call protobuf: Expecting a JSON object")]
    [TestCase("{}", 400, "Failed to validate scheduler::Call: Expecting 'type' to be present")]
    [TestCase("""{"type":"REVIVE"}""", 400, "Failed to validate scheduler::Call: Expecting 'framework_id' to be present")]
    [TestCase("""{"type":"REVIVE","framework_id":{}}""", 400, "Failed to convert JSON into Call protobuf: Missing required fields: framework_id.value")]
    [TestCase("""{"type":"REVIVE","framework_id":{"value":"nope"}}""", 400, "Framework cannot be found")]
    [TestCase("""{"type":"NO_SUCH","framework_id":{"value":"ID"}}""", 400, "Failed to validate scheduler::Call: Expecting 'type' to be present")]
    [TestCase("""{"type":{"a":1},"framework_id":{"value":"ID"}}""", 400, "Failed to convert JSON into Call protobuf: Not expecting a JSON object for field 'type'")]
    [TestCase("""{"type":"ACCEPT","framework_id":{"value":"ID"}}""", 400, "Failed to validate scheduler::Call: Expecting 'accept' to be present")]
    [TestCase("""{"type":"KILL","framework_id":{"value":"ID"},"kill":{}}""", 400, "Failed to convert JSON into Call protobuf: Missing required fields: kill.task_id")]
    [TestCase("""{"type":"ACKNOWLEDGE","framework_id":{"value":"ID"},"acknowledge":{"agent_id":{"value":"a"},"task_id":{"value":"t"},"uuid":"AAAA"}}""", 400, "Failed to validate scheduler::Call: Not a valid UUID")]
    [TestCase("""{"type":"ACKNOWLEDGE","framework_id":{"value":"ID"},"acknowledge":{"agent_id":{"value":"a"},"task_id":{"value":"t"},"uuid":"!!"}}""", 400, "Failed to convert JSON into Call protobuf: Failed to base64 decode bytes field 'uuid': Invalid character '!'")]
    [TestCase("""{"type":"SUBSCRIBE"}""", 400, "Failed to validate scheduler::Call: Expecting 'subscribe' to be present")]
    [TestCase("""{"type":"SUBSCRIBE","subscribe":{"framework_info":{"name":"x"}}}""", 400, "Failed to convert JSON into Call protobuf: Missing required fields: subscribe.framework_info.user")]
    [TestCase("""{"type":"SUBSCRIBE","framework_id":{"value":"a"},"subscribe":{"framework_info":{"user":"root","name":"x","id":{"value":"b"}}}}""", 400, "Failed to validate scheduler::Call: 'framework_id' differs from 'subscribe.framework_info.id'")]
    [TestCase("""{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"x"}}}""", 400, "Subscribe calls should not include the 'Mesos-Stream-Id' header")]
    [TestCase("""{"type":"REVIVE","framework_id":{"value":"ID"},"nope":1}""", 202, "")]
    [TestCase("""{"type":"REVIVE","framework_id":{"value":"ID"},"revive":null}""", 202, "")]
    [TestCase("""{"type":"UNKNOWN","framework_id":{"value":"ID"}}""", 501, "501 Not Implemented.")]
    public async Task Json_WithTheStreamId_GetsTheRecordedAnswer(string body, int status, string text)
    {
        var response = await _master.PostAsync(Path, body.Replace("\"ID\"", $"\"{_id}\""), streamId: _stream.StreamId);
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo(text));
        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        Assert.That(response.Content.Headers.ContentLength, Is.EqualTo(text.Length));
        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo(text.Length > 0 ? "text/plain; charset=utf-8" : null));
    }

    [TestCase(null, "application/json", 400, "Expecting 'Content-Type' to be present")]
    [TestCase("text/plain", "application/json", 415, "Expecting 'Content-Type' of application/json or application/x-protobuf")]
    [TestCase("application/x-www-form-urlencoded; x=json", null, 415, "Expecting 'Content-Type' of application/json or application/x-protobuf")]
    [TestCase("application/json; charset=utf-8", null, 202, "")] // The original answers 415 here; no client can depend on it.
    public async Task ContentType_OfTheBody_DecidesTheAnswer(string? contentType, string? accept, int status, string text)
    {
        var response = await _master.PostAsync(Path, Revive(), contentType, accept, _stream.StreamId);
        Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync()), Is.EqualTo((status, text)));
    }

    [TestCase("GET")]
    [TestCase("PUT")]
    public async Task Method_OtherThanPost_IsRefusedBeforeAnythingElse(string method)
    {
        var response = await _master.SendAsync(new HttpMethod(method), Path, [], null, null, null);
        Assert.That((int)response.StatusCode, Is.EqualTo(405));
        Assert.That(response.Content.Headers.Allow, Is.EqualTo(new[] { "POST" }));
        Assert.That(await response.Content.ReadAsStringAsync(),
            Is.EqualTo($"405 Method Not Allowed. Expecting one of {{ 'POST' }}, but received '{method}'."));
    }

    [Test]
    public async Task StreamId_ThatIsMissingEmptyOrWrong_IsRefused()
    {
        foreach (var missing in (string?[])[null, ""])
        {
            var response = await _master.PostAsync(Path, Revive(), streamId: missing);
            Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync()),
                Is.EqualTo((400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header")));
        }
        var wrong = await _master.PostAsync(Path, Revive(), streamId: "6592c95f");
        Assert.That(((int)wrong.StatusCode, await wrong.Content.ReadAsStringAsync()), Is.EqualTo((400,
            $"The stream ID '6592c95f' included in this request didn't match the stream ID currently associated with framework ID {_id}")));
    }

    [Test]
    public async Task Protobuf_ThatIsRubbish_IsRefused()
    {
        var response = await _master.SendAsync(HttpMethod.Post, Path, [1, 2, 3], "application/x-protobuf", null, _stream.StreamId);
        Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync()),
            Is.EqualTo((400, "Failed to parse body into Call protobuf")));
    }

    [Test]
    public async Task Protobuf_Calls_AreTaken()
    {
        var call = new Call { Type = Call.Types.Type.Suppress, FrameworkId = new FrameworkID { Value = _id } };
        Assert.That((int)(await _master.PostAsync(Path, call, MessageFormat.Protobuf, _stream.StreamId)).StatusCode, Is.EqualTo(202));
    }

    [Test]
    public async Task Subscribe_ThatAcceptsNeither_IsRefused()
    {
        var body = """{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"x"}}}""";
        var response = await _master.PostAsync(Path, body, accept: "text/html");
        Assert.That(((int)response.StatusCode, await response.Content.ReadAsStringAsync()),
            Is.EqualTo((406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'")));
    }

    [Test]
    public async Task Body_ThatIsTooLong_IsRefused()
    {
        var response = await _master.PostAsync(Path, new string(' ', 17 * 1024 * 1024), streamId: _stream.StreamId);
        Assert.That((int)response.StatusCode, Is.EqualTo(413));
    }

    [TestCase("a/../b", "'FrameworkInfo.roles' contains invalid role: Role 'a/../b' cannot include '..' as a component")]
    [TestCase("/a", "'FrameworkInfo.roles' contains invalid role: Role '/a' cannot start with a slash")]
    public async Task Subscribe_WithABadRole_IsAStreamOfOneError(string role, string text)
    {
        var subscribe = new Call { Type = Call.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = TestScheduler.Framework(role) } };
        using var stream = await _master.SubscribeAsync<Event>(Path, subscribe, MessageFormat.Protobuf);
        Assert.That((await stream.NextAsync())?.Error.Message, Is.EqualTo(text));
        Assert.That(await stream.NextAsync(), Is.Null);
    }

    private string Revive() => $$$"""{"type":"REVIVE","framework_id":{"value":"{{{_id}}}"}}""";
}
