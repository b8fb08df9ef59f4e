using System.Text.Json;
using Offerbook.Master.Hosting.Flags;
using Offerbook.Master.Tests.Http;

namespace Offerbook.Master.Tests.Captures;

/// <summary>
/// Every recorded exchange with the original's master, sent to ours in the same situation: status, headers that matter, members and
/// their order at all depths, and texts.
/// </summary>
internal sealed class CaptureTests
{
    private const int Recorded = 283;

    /// <summary>Exchanges of the recording that no master answers; they are not in the data.</summary>
    private static readonly (string Prefix, int Count, string Why)[] s_elsewhere =
    [
        ("*.agent.*", 60, "the agent's own endpoints"),
        ("nonleader.*", 25, "a master that does not lead; ours runs alone and leads"),
    ];

    /// <summary>Exchanges in which ours answers otherwise.</summary>
    private static readonly (string Why, string[] Names)[] s_exceptions =
    [
        ("parameters of a content type pass here, which harms no client", ["err.sched.json_charset"]),
        ("a quota that is reset is forgotten here; the original goes on listing it, empty", ["end.master.GET_quota"]),
    ];

    /// <summary>Flags that are taken without an effect, or refused, are not shown as if they were in effect.</summary>
    private static readonly HashSet<string> s_absentFlags =
        [.. MasterFlags.All.Where(flag => flag.Support != FlagSupport.Supported).Select(flag => flag.Name), "help"];

    private static readonly HashSet<string> s_excepted = [.. s_exceptions.SelectMany(exception => exception.Names)];

    private static IReadOnlyDictionary<string, Replayed> s_answers = new Dictionary<string, Replayed>();

    private static IEnumerable<TestCaseData> Exchanges => CapturedExchange.All.Values.Where(exchange => !s_excepted.Contains(exchange.Name))
        .Select(exchange => new TestCaseData(exchange.Name));

    [OneTimeSetUp]
    public async Task PlayTheSession()
    {
        await using var master = await MasterFixture.StartAsync();
        using var about =
            JsonDocument.Parse(await (await master.PostAsync("/api/v1", """{"type":"GET_MASTER"}""")).Content.ReadAsStringAsync());
        var id = about.RootElement.GetProperty("get_master").GetProperty("master_info").GetProperty("id").GetString()!;
        s_answers = await new CaptureSession(master, id).RunAsync();
    }

    [TestCaseSource(nameof(Exchanges))]
    public void Answer_IsLikeTheRecordedOne(string name)
    {
        var recorded = CapturedExchange.All[name];
        var answer = s_answers[name];
        Assert.That((answer.Status, answer.ContentType, answer.Location, answer.Allow),
            Is.EqualTo((recorded.Status, recorded.Answers, recorded.Location, recorded.Allow)), answer.Body);
        if (recorded.Names is { } names)
        {
            Assert.That(names.Except(answer.Body.Split('\n')).Except(s_absentFlags), Is.Empty, "names that are missing");
        }
        else if (recorded.Events is { } events)
        {
            Assert.That(answer.Events.Select(CaptureReplay.Text), Is.EqualTo(events.Select(e => Plain(e))));
        }
        else
        {
            Assert.That(answer.Body, Is.EqualTo(recorded.Json is { } json ? Plain(json) : recorded.Bytes ?? recorded.Text));
        }
    }

    [Test]
    public void Recording_IsCoveredWhole()
    {
        Assert.That(CapturedExchange.All.Count + s_elsewhere.Sum(part => part.Count), Is.EqualTo(Recorded));
        Assert.That(s_answers.Keys, Is.EquivalentTo(CapturedExchange.All.Keys), "every exchange was played");
        Assert.That(s_excepted.Except(CapturedExchange.All.Keys), Is.Empty, "exceptions are about recorded exchanges");
    }

    private static string Plain(JsonElement json) => CaptureReplay.Text(System.Text.Json.Nodes.JsonNode.Parse(json.GetRawText()));
}
