using System.Text;
using Newtonsoft.Json.Linq;
using Offerbook.Wire;
using OperatorCall = Mesos.V1.Master.Call;
using OperatorResponse = Mesos.V1.Master.Response;

namespace Offerbook.Master.Tests.Http.Files;

/// <summary>The log of a master through its endpoints (case 172).</summary>
[CancelAfter(60_000)]
public sealed class FilesTests
{
    private const string Log = "first line\nsecond \u00e9\n";

    private string _log = null!;
    private MasterFixture _master = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _log = Path.GetTempFileName();
        await File.WriteAllTextAsync(_log, Log);
        _master = await MasterFixture.StartAsync(tune: options => options with { LogFile = _log });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _master.DisposeAsync();
        File.Delete(_log);
    }

    [TestCase("/files/read?path=/master/log", """{"offset":21,"data":""}""")]
    [TestCase("/files/read?path=/master/log&offset=-1&length=-1", """{"offset":21,"data":""}""")]
    [TestCase("/files/read.json?path=/master/log&offset=6&length=4", """{"offset":6,"data":"line"}""")]
    [TestCase("/files/read?path=/master/log&offset=11", """{"offset":11,"data":"second é\n"}""")]
    [TestCase("/files/read?path=/master/log&offset=1000", """{"offset":1000,"data":""}""")]
    [TestCase("/files/browse?path=/master/log", "[]")]
    [TestCase("/files/read?path=/master/log&offset=0&length=5&jsonp=f", """f({"offset":0,"data":"first"});""")]
    public async Task File_Asked_IsShown(string path, string expected)
    {
        var text = await _master.Client.GetStringAsync(path);

        Assert.That(System.Text.RegularExpressions.Regex.Unescape(text.Replace("\\n", "\n", StringComparison.Ordinal)),
            Is.EqualTo(expected.Replace("\\n", "\n", StringComparison.Ordinal)));
    }

    [TestCase("/files/browse", 400, "Expecting 'path=value' in query.\n")]
    [TestCase("/files/read?path=", 400, "Expecting 'path=value' in query.\n")]
    [TestCase("/files/download", 400, "Expecting 'path=value' in query.\n")]
    [TestCase("/files/browse?path=/nope", 404, "")]
    [TestCase("/files/read?path=/etc/passwd&offset=0", 404, "")]
    [TestCase("/files/read?path=/master/../etc/passwd&offset=0", 404, "")]
    [TestCase("/files/download?path=/etc/passwd", 404, "404 Not Found.")]
    [TestCase("/files/read?path=/master/log&offset=-2", 400, "Negative offset provided: -2.\n")]
    [TestCase("/files/read?path=/master/log&length=-5", 400, "Negative length provided: -5.\n")]
    [TestCase("/files/read?path=/master/log&offset=x", 400, "Failed to parse offset: Failed to convert 'x' to number.\n")]
    [TestCase("/files/read?path=/master&offset=0", 400, "Cannot read a directory.\n")]
    [TestCase("/files/download?path=/master", 400, "Cannot download a directory.\n")]
    public async Task File_AskedWrongly_IsRefused(string path, int status, string text)
    {
        var answer = await _master.Client.GetAsync(path);

        Assert.That(((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()), Is.EqualTo((status, text)));
    }

    [Test]
    public async Task Directory_Browsed_ListsTheLog()
    {
        var list = JArray.Parse(await _master.Client.GetStringAsync("/files/browse?path=/master"));

        Assert.That(((JObject)list.Single()).Properties().Select(member => member.Name),
            Is.EqualTo(new[] { "path", "nlink", "size", "mtime", "mode", "uid", "gid" }));
        Assert.That(((string?)list[0]["path"], (int)list[0]["size"]!, (string?)list[0]["mode"]),
            Is.EqualTo(("/master/log", 21, "-rw-------")));
        Assert.That(await _master.Client.GetStringAsync("/files/debug"), Does.Contain("/master/log").And.Contain(Path.GetFileName(_log)));
    }

    [Test]
    public async Task Log_Downloaded_IsWhole()
    {
        var answer = await _master.Client.GetAsync("/files/download?path=/master/log");

        Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.EqualTo(Encoding.UTF8.GetBytes(Log)));
        Assert.That(answer.Content.Headers.ContentDisposition!.ToString(), Is.EqualTo("attachment; filename=" + Path.GetFileName(_log)));
    }

    [TestCase(MessageFormat.Json)]
    [TestCase(MessageFormat.Protobuf)]
    public async Task Calls_ListAndRead(MessageFormat format)
    {
        var list = await CallAsync(new() { Type = OperatorCall.Types.Type.ListFiles, ListFiles = new() { Path = "/master/" } }, format);
        var read = await CallAsync(
            new() { Type = OperatorCall.Types.Type.ReadFile, ReadFile = new() { Path = "/master/log", Offset = 6, Length = 4 } }, format);
        var past = await CallAsync(
            new() { Type = OperatorCall.Types.Type.ReadFile, ReadFile = new() { Path = "/master/log", Offset = 600 } }, format);

        Assert.That(list.ListFiles.FileInfos.Single().Path, Is.EqualTo("/master/log"));
        Assert.That((read.ReadFile.Size, read.ReadFile.Data.ToStringUtf8()), Is.EqualTo((21UL, "line")));
        Assert.That((past.ReadFile.Size, past.ReadFile.Data.Length), Is.EqualTo((21UL, 0)));
    }

    // As recorded: err.op.list_files, err.op.read_file_missing.
    [TestCase("""{"type": "LIST_FILES", "list_files": {"path": ""}}""")]
    [TestCase("""{"type": "READ_FILE", "read_file": {"path": "/nope", "offset": 0}}""")]
    public async Task Calls_ForNoFile_AreNotFoundWithoutAWord(string call)
    {
        var answer = await _master.PostAsync("/api/v1", call);

        Assert.That(((int)answer.StatusCode, answer.Content.Headers.ContentLength), Is.EqualTo((404, 0L)));
    }

    [Test]
    public async Task Logging_SetForATime_TellsAndReverts()
    {
        var set = await _master.PostAsync("/api/v1",
            """{"type": "SET_LOGGING_LEVEL", "set_logging_level": {"level": 2, "duration": {"nanoseconds": 3600000000000}}}""");
        Assert.That(((int)set.StatusCode, set.Content.Headers.ContentLength), Is.EqualTo((200, 0L)));
        Assert.That(await _master.Client.GetStringAsync("/logging/toggle"), Is.EqualTo("2\n"));
        Assert.That((await CallAsync(new() { Type = OperatorCall.Types.Type.GetLoggingLevel }, MessageFormat.Json)).GetLoggingLevel.Level,
            Is.EqualTo(2));

        await _master.Client.GetStringAsync("/logging/toggle?level=1&duration=1ns");
        while (await _master.Client.GetStringAsync("/logging/toggle") != "0\n")
        {
            // Until the timer has run; the test's own limit ends it.
        }
    }

    [TestCase("?level=1", "Expecting 'duration=value' in query.\n")]
    [TestCase("?duration=1secs", "Expecting 'level=value' in query.\n")]
    [TestCase("?level=-1&duration=1secs", "Invalid level '-1'.\n")]
    [TestCase("?level=x&duration=1secs", "Failed to convert 'x' to number.\n")]
    [TestCase("?level=1&duration=soon", "Invalid duration 'soon'.\n")]
    public async Task Logging_ToggledWrongly_IsRefused(string query, string text)
    {
        var answer = await _master.Client.GetAsync("/logging/toggle" + query);

        Assert.That(((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()), Is.EqualTo((400, text)));
    }

    [Test]
    public async Task System_ShowsTheMachineAndHelpTheEndpoints()
    {
        var stats = JObject.Parse(await _master.Client.GetStringAsync("/system/stats.json"));
        Assert.That(stats.Properties().Select(member => member.Name),
            Is.EqualTo(new[] { "avg_load_15min", "avg_load_1min", "avg_load_5min", "cpus_total", "mem_free_bytes", "mem_total_bytes" }));
        Assert.That(await _master.Client.GetStringAsync("/help"), Does.Contain("  /api/v1/scheduler\n"));
    }

    private async Task<OperatorResponse> CallAsync(OperatorCall call, MessageFormat format)
    {
        var answer = await _master.PostAsync("/api/v1", call, format);
        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        return MessageCodec.Read<OperatorResponse>(await answer.Content.ReadAsByteArrayAsync(), format).Value!;
    }
}
