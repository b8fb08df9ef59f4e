using System.Net.Http.Headers;
using System.Text;
using Mesos.V1.Agent;
using Newtonsoft.Json.Linq;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using CallType = Mesos.V1.Agent.Call.Types.Type;

namespace Offerbook.Agent.Tests.Http.Operator;

/// <summary>The headers of the operator API (case 179), the reads (case 172), and who may enter.</summary>
[Category("case 172")]
[Category("case 179")]
public sealed class HeaderTests
{
    private AgentFixture _agent = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        var secrets = Path.Combine(Path.GetTempPath(), $"offerbook-secrets-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(secrets, "ops secret\n");
        File.SetUnixFileMode(secrets, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        try
        {
            _agent = await AgentFixture.StartAsync(options => options with
            {
                Security = new AgentSecurityOptions { AuthenticateReadWrite = true, Credentials = secrets },
            });
        }
        finally
        {
            File.Delete(secrets);
        }
        _agent.Http.DefaultRequestHeaders.Authorization = new Credential("ops", "secret").Header;
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _agent.Agent.KillAllTasksAsync(TimeSpan.Zero);
        await _agent.DisposeAsync();
    }

    [TestCase(null, null, null, null, 400, "Expecting 'Content-Type' to be present")]
    [TestCase("text/plain", null, null, null, 415, "Expecting 'Content-Type' of application/json or application/x-protobuf or application/recordio")]
    [TestCase("application/recordio", null, null, null, 400, "Expecting 'Message-Content-Type' to be set for streaming requests")]
    [TestCase("application/recordio", "text/plain", null, null, 415, "Expecting 'Message-Content-Type' of application/json or application/x-protobuf")]
    [TestCase("application/json", "application/json", null, null, 415, "Expecting 'Message-Content-Type' to be not set for non-streaming requests")]
    [TestCase("application/json", null, "text/plain", null, 406, "Expecting 'Accept' to allow application/json or application/x-protobuf or application/recordio")]
    [TestCase("application/json", null, "application/recordio", "text/plain", 406, "Expecting 'Message-Accept' to allow application/json or application/x-protobuf")]
    [TestCase("application/json", null, "application/json", "application/json", 406, "Expecting 'Message-Accept' to be not set for non-streaming responses")]
    [TestCase("application/json", null, "application/recordio", null, 406, "Streaming response is not supported for GET_CONTAINERS call")]
    [TestCase("application/json", null, "*/*", null, 200, "{\"type\":\"GET_CONTAINERS\"")]
    public async Task Headers_DecideTheStatus(string? contentType, string? messageContentType, string? accept, string? messageAccept,
        int status, string text)
    {
        var answer = await PostAsync("{\"type\":\"GET_CONTAINERS\"}", contentType, messageContentType, accept, messageAccept);

        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Text, Does.StartWith(text));
    }

    [Test]
    public async Task Streaming_IsForInputOnly_AndInputForStreamingOnly()
    {
        var record = "{\"type\":\"GET_CONTAINERS\"}";
        Assert.That(await PostAsync($"{record.Length}\n{record}", "application/recordio", "application/json", null, null),
            Is.EqualTo((415, "Streaming 'Content-Type' application/recordio is not supported for GET_CONTAINERS call")));
        Assert.That(
            await PostAsync(
                "{\"type\":\"ATTACH_CONTAINER_INPUT\",\"attach_container_input\":{\"type\":\"CONTAINER_ID\",\"container_id\":{\"value\":\"x\"}}}", "application/json", null, null, null),
            Is.EqualTo((415, "Expecting 'Content-Type' to be application/recordio for ATTACH_CONTAINER_INPUT call")));
        Assert.That(await PostAsync("", "application/recordio", "application/json", null, null),
            Is.EqualTo((400, "Received EOF while reading request body")));
        var io = "{\"type\":\"ATTACH_CONTAINER_INPUT\",\"attach_container_input\":{\"type\":\"PROCESS_IO\"}}";
        Assert.That(await PostAsync($"{io.Length}\n{io}", "application/recordio", "application/json", null, null),
            Is.EqualTo((400, "Expecting 'attach_container_input.type' to be CONTAINER_ID")));
    }

    [Test]
    public async Task Nobody_IsLetIn_WhereARealmIsGuarded()
    {
        using var stranger = new HttpClient { BaseAddress = _agent.Agent.Address };

        var answer = await stranger.PostAsync("/api/v1", new ByteArrayContent([]));

        Assert.That((int)answer.StatusCode, Is.EqualTo(401));
        Assert.That(answer.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Basic realm=\"mesos-agent-readwrite\""));
        Assert.That((int)(await stranger.GetAsync("/slave(1)/state")).StatusCode, Is.EqualTo(200));
        Assert.That((int)(await stranger.GetAsync("/logging/toggle")).StatusCode, Is.EqualTo(401));
        Assert.That((int)(await stranger.GetAsync("/health")).StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task Reads_AreAnsweredInBothContentTypes([Values] MessageFormat format, [Values(
        CallType.GetHealth, CallType.GetFlags, CallType.GetVersion, CallType.GetLoggingLevel, CallType.GetState, CallType.GetContainers,
        CallType.GetFrameworks, CallType.GetExecutors, CallType.GetOperations, CallType.GetTasks, CallType.GetAgent,
        CallType.GetResourceProviders)] CallType type)
    {
        Assert.That((await _agent.AskAsync(new Call { Type = type }, format)).Type.ToString(), Is.EqualTo(type.ToString()));
    }

    [Test]
    public async Task LoggingLevel_IsRaisedForAWhile([Values] MessageFormat format)
    {
        var set = new Call
        {
            Type = CallType.SetLoggingLevel,
            SetLoggingLevel = new() { Level = 2, Duration = new Mesos.V1.DurationInfo { Nanoseconds = 60_000_000_000 } },
        };

        Assert.That(await _agent.AnswerAsync(set, format), Is.EqualTo((200, "")));
        Assert.That((await _agent.AskAsync(new Call { Type = CallType.GetLoggingLevel }, format)).GetLoggingLevel.Level, Is.EqualTo(2));
        Assert.That(await _agent.Http.GetStringAsync("/logging/toggle"), Is.EqualTo("2\n"));
    }

    [Test]
    public async Task Files_AreListedAndRead([Values] MessageFormat format)
    {
        const string sandbox = "/frameworks/f1/executors/runs/runs/latest";
        await File.WriteAllTextAsync($"{_agent.Work}/slaves/m1-S0{sandbox}/note", "hello");

        var list = await _agent.AskAsync(new Call { Type = CallType.ListFiles, ListFiles = new() { Path = sandbox } }, format);
        var read = await _agent.AskAsync(
            new Call { Type = CallType.ReadFile, ReadFile = new() { Path = sandbox + "/note", Offset = 1, Length = 3 } }, format);

        Assert.That(list.ListFiles.FileInfos.Select(file => file.Path), Is.SupersetOf(new[] { sandbox + "/note", sandbox + "/stdout" }));
        Assert.That((read.ReadFile.Size, read.ReadFile.Data.ToStringUtf8()), Is.EqualTo((5ul, "ell")));
        Assert.That((await _agent.AnswerAsync(new Call { Type = CallType.ListFiles, ListFiles = new() { Path = "/etc" } }, format)).Status,
            Is.EqualTo(404));
        Assert.That(
            (await _agent.AnswerAsync(new Call { Type = CallType.ReadFile, ReadFile = new() { Path = "/etc/passwd", Offset = 0 } }, format))
                .Status, Is.EqualTo(404));
    }

    [Test]
    public async Task ContainersAndStatistics_AreTold()
    {
        var containers = JArray.Parse(await _agent.Http.GetStringAsync("/containers"));
        var statistics = JArray.Parse(await _agent.Http.GetStringAsync("/slave(1)/monitor/statistics.json"));

        Assert.That(((JObject)containers.Single()).Properties().Select(member => member.Name).Where(name => name != "statistics"),
            Is.EqualTo(new[] { "container_id", "executor_id", "executor_name", "framework_id", "source", "status" }));
        Assert.That((string?)containers[0]["container_id"], Is.EqualTo(_agent.Task.Value));
        Assert.That((int?)containers[0]["status"]!["executor_pid"], Is.GreaterThan(1));
        Assert.That((string?)statistics.Single()["source"], Is.EqualTo("runs"));
        Assert.That((double?)statistics[0]["statistics"]!["timestamp"], Is.GreaterThan(1e9));
        Assert.That((int)(await _agent.Http.GetAsync("/containers?container_id=a&framework_id=b")).StatusCode, Is.EqualTo(400));
        Assert.That(JArray.Parse(await _agent.Http.GetStringAsync("/containers?framework_id=other")), Is.Empty);
    }

    [Test]
    public async Task Metrics_HaveEveryNameThatTheOriginalHas()
    {
        var names = JObject.Parse(await _agent.Http.GetStringAsync("/metrics/snapshot")).Properties().Select(member => member.Name);

        Assert.That(names, Is.SupersetOf(new[]
        {
            "slave/cpus_revocable_percent", "slave/executor_directory_max_allowed_age_secs", "slave/invalid_framework_messages",
            "resource_provider_manager/subscribed", "system/load_1min", "containerizer/mesos/container_destroy_errors",
        }));
        Assert.That(await _agent.Http.GetStringAsync("/metrics"),
            Does.Contain("# TYPE offerbook_slave_registered gauge\nofferbook_slave_registered 1\n"));
    }

    private async Task<(int Status, string Text)> PostAsync(string body, string? contentType, string? messageContentType, string? accept,
        string? messageAccept)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = contentType is null ? null : new MediaTypeHeaderValue(contentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1") { Content = content };
        foreach (var (name, value) in new[]
            { ("Message-Content-Type", messageContentType), ("Accept", accept), ("Message-Accept", messageAccept) })
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }
        using var answer = await _agent.Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
