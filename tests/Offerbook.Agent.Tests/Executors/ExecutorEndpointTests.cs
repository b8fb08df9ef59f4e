using System.Net.Http.Headers;
using Google.Protobuf;
using Mesos.V1;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire;
using CallType = Mesos.V1.Executor.Call.Types.Type;

namespace Offerbook.Agent.Tests.Executors;

/// <summary>POST /api/v1/executor: checks in their order, statuses and texts, in JSON and protobuf.</summary>
[TestFixture(MessageFormat.Json)]
[TestFixture(MessageFormat.Protobuf)]
public sealed class ExecutorEndpointTests(MessageFormat format)
{
    private string _work = "";
    private FakeMaster _master = null!;
    private AgentHost _agent = null!;
    private HttpClient _http = null!;

    [OneTimeSetUp]
    public async Task Open()
    {
        _work = Directory.CreateTempSubdirectory("offerbook-executors-").FullName;
        _master = await FakeMaster.StartAsync();
        _agent = await AgentHost.StartAsync(new AgentOptions(_work, [_master.Address])
        {
            Port = 0,
            Resources = "cpus:4;mem:1024;disk:1024",
            StopTasksOnExit = true,
            StopGrace = TimeSpan.Zero,
            Tune = settings =>
                settings with { RegistrationBackoffFactor = TimeSpan.FromMilliseconds(20), ExecutorShutdownGrace = TimeSpan.Zero },
        });
        _http = new HttpClient { BaseAddress = _agent.Address };
        await _master.SubscribedAsync();
        foreach (var executor in new[] { "e1", "silent" })
        {
            var info = ExecutorBench.Info(executor);
            info.Command = new CommandInfo { Value = "exec sleep 1000" };
            _master.Send(ExecutorBench.Launch(ExecutorBench.Task("t-" + executor, info, "cpus:0.1;mem:16")));
        }
        while ((await _agent.ViewAsync()).Frameworks is not [{ Executors.Count: 2 }])
        {
            await Task.Yield();
        }
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        _http.Dispose();
        await _agent.DisposeAsync();
        await _master.DisposeAsync();
        Directory.Delete(_work, recursive: true);
    }

    [TestCase("/api/v1/executor")]
    [TestCase("/slave(1)/api/v1/executor")]
    [TestCase("/slave%281%29/api/v1/executor")]
    [Category("case 46")]
    public async Task Get_IsNotAllowed(string path)
    {
        using var answer = await _http.GetAsync(path);

        Assert.That((int)answer.StatusCode, Is.EqualTo(405));
        Assert.That(answer.Content.Headers.Allow, Is.EqualTo(new[] { "POST" }));
        Assert.That(await answer.Content.ReadAsStringAsync(),
            Is.EqualTo("405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'."));
    }

    [Test]
    [Category("case 42")]
    [Category("case 49")]
    public async Task Subscribe_WithoutIds_IsRefusedAsTheOriginalDoes()
    {
        var expected = format == MessageFormat.Json
            ? "Failed to convert JSON into Call protobuf: Missing required fields: executor_id, framework_id"
            : "Failed to parse body into Call protobuf";
        var body = format == MessageFormat.Json ? """{"type": "SUBSCRIBE"}"""u8.ToArray() : [0x18, 0x01];

        Assert.That(await PostAsync(body), Is.EqualTo((400, expected)));
    }

    [Test]
    [Category("case 41")]
    [Category("case 44")]
    public async Task ContentType_IsChecked()
    {
        using var none = new HttpRequestMessage(HttpMethod.Post, "/api/v1/executor") { Content = new ByteArrayContent([1]) };
        Assert.That(await AnswerAsync(none), Is.EqualTo((400, "Expecting 'Content-Type' to be present")));
        using var text = new HttpRequestMessage(HttpMethod.Post, "/api/v1/executor") { Content = new StringContent("x") };
        Assert.That(await AnswerAsync(text), Is.EqualTo((415, "Expecting 'Content-Type' of application/json or application/x-protobuf")));
    }

    [Test]
    [Category("case 48")]
    public async Task Accept_IsCheckedForSubscribeAlone()
    {
        var subscribe = Call(CallType.Subscribe, call => call.Subscribe = new());
        Assert.That(await PostAsync(subscribe, accept: "text/html"),
            Is.EqualTo((406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'")));
        var message = Call(CallType.Message, call => call.Message = new() { Data = ByteString.Empty }, "silent");
        Assert.That((await PostAsync(message, accept: "text/html")).Status, Is.EqualTo(403));
    }

    [TestCase(null)]
    [TestCase("*/*")]
    [TestCase("application/*")]
    [Category("case 47")]
    public async Task Subscribe_ThatAcceptsAnything_IsTaken(string? accept)
    {
        using var request = Request(Call(CallType.Subscribe, call => call.Subscribe = new(), "anything"), accept);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        // Nobody launched this one, but it gets as far as being asked who it is.
        Assert.That((int)answer.StatusCode, Is.EqualTo(400));
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo("Executor cannot be found"));
    }

    [Test]
    [Category("case 43")]
    public async Task Body_ThatIsGarbage_IsRefused()
    {
        var (status, text) = await PostAsync("{garbage"u8.ToArray());

        Assert.That(status, Is.EqualTo(400));
        Assert.That(text,
            Does.StartWith(format == MessageFormat.Json ? "Failed to parse body into JSON: " : "Failed to parse body into Call protobuf"));
    }

    private static readonly TestCaseData[] Invalid =
    [
        new TestCaseData((Action<ExecutorCall>)(call => call.ClearType()), "Expecting 'type' to be present").SetArgDisplayNames("no type"),
        new TestCaseData((Action<ExecutorCall>)(call => call.Type = CallType.Subscribe), "Expecting 'subscribe' to be present")
            .SetArgDisplayNames("no subscribe"),
        new TestCaseData((Action<ExecutorCall>)(call => call.Update = null), "Expecting 'update' to be present")
            .SetArgDisplayNames("no update"),
        new TestCaseData((Action<ExecutorCall>)(call => call.Type = CallType.Message), "Expecting 'message' to be present")
            .SetArgDisplayNames("no message"),
        new TestCaseData((Action<ExecutorCall>)(call => call.Update.Status.ClearUuid()), "Expecting 'uuid' to be present")
            .SetArgDisplayNames("no uuid"),
        new TestCaseData((Action<ExecutorCall>)(call => call.Update.Status.Uuid = ByteString.CopyFromUtf8("short")),
            "Not a valid UUID: it has 5 bytes instead of 16").SetArgDisplayNames("short uuid"),
        new TestCaseData((Action<ExecutorCall>)(call => call.Update.Status.Source = TaskStatus.Types.Source.Agent),
            "Received Call from executor e1 of framework f1 with invalid source, expecting 'SOURCE_EXECUTOR'").SetArgDisplayNames(
                "wrong source"),
        new TestCaseData((Action<ExecutorCall>)(call => call.Update.Status.State = TaskState.TaskStaging),
            "Received TASK_STAGING from executor e1 of framework f1 which is not allowed").SetArgDisplayNames("staging"),
        new TestCaseData((Action<ExecutorCall>)(call => call.Update.Status.ExecutorId = new ExecutorID { Value = "other" }),
            "ExecutorID in Call: e1 does not match ExecutorID in TaskStatus: other").SetArgDisplayNames("foreign executor"),
        new TestCaseData(
            (Action<ExecutorCall>)(call => call.Update.Status.CheckStatus = new CheckStatusInfo { Type = CheckInfo.Types.Type.Tcp }),
            "Expecting 'tcp' to be set for TCP check's status").SetArgDisplayNames("check status"),
    ];

    [TestCaseSource(nameof(Invalid))]
    [Category("case 50")]
    public async Task Call_ThatIsNotValid_IsRefused(Action<ExecutorCall> spoil, string expected)
    {
        var call = Call(CallType.Update, call => call.Update = new() { Status = ExecutorBench.Status(TaskState.TaskRunning, "t-e1") });
        spoil(call);

        Assert.That(await PostAsync(call), Is.EqualTo((400, "Failed to validate Executor::Call: " + expected)));
    }

    [TestCase("f9", "e1", 400, "Framework cannot be found")]
    [TestCase("f1", "e9", 400, "Executor cannot be found")]
    [TestCase("f1", "silent", 403, "Executor is not subscribed")]
    [Category("case 45")]
    public async Task Update_OfNobody_IsRefused(string framework, string executor, int status, string text)
    {
        var call = Call(CallType.Update, call => call.Update = new() { Status = ExecutorBench.Status(TaskState.TaskRunning, "t-e1") },
            executor);
        call.FrameworkId.Value = framework;

        Assert.That(await PostAsync(call), Is.EqualTo((status, text)));
    }

    [Test]
    [Category("case 54")]
    public async Task Heartbeat_IsTakenFromAnybody()
    {
        Assert.That(await PostAsync(Call(CallType.Heartbeat, _ => { }, "dummy")), Is.EqualTo((202, "")));
    }

    [Test]
    [Category("case 52")]
    public async Task Subscribe_OpensAStreamInTheFormatThatIsAccepted()
    {
        using var request = Request(Call(CallType.Subscribe, call =>
        {
            call.Subscribe = new();
            call.Subscribe.UnacknowledgedTasks.Add(ExecutorBench.Task("t-e1", ExecutorBench.Info()));
        }), MediaType);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(answer.Content.Headers.ContentType!.ToString(), Is.EqualTo(MediaType));
        var stream = await answer.Content.ReadAsStreamAsync();
        var first = await ReadAsync(stream);
        Assert.That(first.Subscribed.ExecutorInfo.ExecutorId.Value, Is.EqualTo("e1"));

        var update = Call(CallType.Update, call => call.Update = new() { Status = ExecutorBench.Status(TaskState.TaskRunning, "t-e1") });
        Assert.That(await PostAsync(update), Is.EqualTo((202, "")));

        ExecutorEvent next;
        do
        {
            next = await ReadAsync(stream);
        }
        while (next.Acknowledged is null);
        Assert.That(next.Acknowledged.Uuid, Is.EqualTo(update.Update.Status.Uuid));
        Assert.That((await _master.StateAsync("t-e1", TaskState.TaskRunning)).Source, Is.EqualTo(TaskStatus.Types.Source.Executor));
    }

    private string MediaType => format == MessageFormat.Json ? "application/json" : "application/x-protobuf";

    private static ExecutorCall Call(CallType type, Action<ExecutorCall> complete, string executor = "e1")
    {
        var call = new ExecutorCall { Type = type, FrameworkId = new FrameworkID { Value = "f1" },
            ExecutorId = new ExecutorID { Value = executor } };
        complete(call);
        return call;
    }

    private Task<(int Status, string Text)> PostAsync(ExecutorCall call, string? accept = null) => AnswerAsync(Request(call, accept));

    private Task<(int Status, string Text)> PostAsync(byte[] body) => AnswerAsync(Request(body, null));

    private HttpRequestMessage Request(ExecutorCall call, string? accept) => Request(MessageCodec.ToBytes(call, format).ToArray(), accept);

    private HttpRequestMessage Request(byte[] body, string? accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/slave(1)/api/v1/executor") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaType);
        if (accept is not null)
        {
            request.Headers.Accept.ParseAdd(accept);
        }
        return request;
    }

    private async Task<(int Status, string Text)> AnswerAsync(HttpRequestMessage request)
    {
        using var answer = await _http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>One record: its length in decimal, a line feed, the bytes.</summary>
    private async Task<ExecutorEvent> ReadAsync(Stream stream)
    {
        var length = 0;
        var one = new byte[1];
        while (true)
        {
            await stream.ReadExactlyAsync(one);
            if (one[0] == '\n')
            {
                break;
            }
            length = (length * 10) + one[0] - '0';
        }
        var record = new byte[length];
        await stream.ReadExactlyAsync(record);
        Assert.That(MessageCodec.Read<ExecutorEvent>(record, format).TryGet(out var read, out var error), Is.True, error?.ToString());
        return read!;
    }
}
