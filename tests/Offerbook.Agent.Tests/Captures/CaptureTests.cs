using System.Text.Json;
using Offerbook.Agent.Hosting.Flags;
using Offerbook.Wire.Flags;

namespace Offerbook.Agent.Tests.Captures;

/// <summary>
/// Every recorded exchange with the original's agent, sent to ours in the same situation. Exporters stop at the first metric that is
/// missing.
/// </summary>
internal sealed class CaptureTests
{
    private const int Recorded = 60;

    /// <summary>What ours answers otherwise, and why.</summary>
    private static readonly (string Why, string[] Differences)[] s_exceptions =
    [
        ("there are no resource providers, and no capability RESOURCE_PROVIDER", [".capabilities: 8 elements were recorded, not 7"]),
        ("that an agent checkpoints is said, though all do",
            [".get_agent.agent_info: members hostname port resources id were recorded, not hostname port resources id checkpoint"]),
        ("a command task has no executor process, and so none with a command and resources",
        [
            ".get_executors.executors[0].executor_info: members executor_id framework_id command resources name source were recorded, not executor_id framework_id name source",
            ".get_state.get_executors.executors[0].executor_info: members executor_id framework_id command resources name source were recorded, not executor_id framework_id name source",
        ]),
        ("no process is there yet when a command task is starting",
        [
            ".get_tasks.launched_tasks[0].statuses[0].container_status: members container_id network_infos executor_pid were recorded, not container_id network_infos",
            ".get_state.get_tasks.launched_tasks[0].statuses[0].container_status: members container_id network_infos executor_pid were recorded, not container_id network_infos",
        ]),
    ];

    private static readonly HashSet<string> s_excepted = [.. s_exceptions.SelectMany(exception => exception.Differences)];

    /// <summary>Flags that are shown only when they are given: what holds without them is found out.</summary>
    private static readonly string[] s_unsetFlags = ["fetcher_cache_dir", "frameworks_home", "isolation"];

    /// <summary>Flags that are taken without an effect, or refused, are not shown as if they were in effect.</summary>
    private static readonly HashSet<string> s_absentFlags =
        [.. AgentFlags.Set.All.Where(flag => flag.Support != FlagSupport.Supported).Select(flag => flag.Name)];

    private static readonly string s_work = Directory.CreateTempSubdirectory("offerbook-captures-").FullName;

    private static IReadOnlyDictionary<string, Replayed> s_answers = new Dictionary<string, Replayed>();

    private static IEnumerable<TestCaseData> Exchanges => CapturedExchange.All.Keys.Select(name => new TestCaseData(name));

    [OneTimeSetUp]
    public async Task PlayTheSession() => s_answers = await new CaptureSession(s_work).RunAsync();

    [OneTimeTearDown]
    public void CleanUp() => Directory.Delete(s_work, recursive: true);

    [TestCaseSource(nameof(Exchanges))]
    public void Answer_IsLikeTheRecordedOne(string name)
    {
        var recorded = CapturedExchange.All[name];
        var answer = s_answers[name];
        Assert.That((answer.Status, answer.ContentType, answer.Allow), Is.EqualTo((recorded.Status, recorded.Answers, recorded.Allow)),
            answer.Body);
        if (recorded.Names is { } names)
        {
            using var document = JsonDocument.Parse(answer.Body);
            Assert.That(names.Except(Names(document.RootElement)).Except(s_absentFlags).Except(s_unsetFlags), Is.Empty,
                "names that are missing");
        }
        else if (recorded.Json is { } json)
        {
            using var document = JsonDocument.Parse(answer.Body);
            Assert.That(new Likeness(s_work).Differences(json, document.RootElement).Except(s_excepted), Is.Empty, answer.Body);
        }
        else
        {
            Assert.That(answer.Body, Is.EqualTo(recorded.Text));
        }
    }

    [Test]
    public void Recording_IsCoveredWhole()
    {
        Assert.That(CapturedExchange.All, Has.Count.EqualTo(Recorded));
        Assert.That(Differences().Distinct(), Is.SupersetOf(s_excepted), "exceptions are still needed");
        Assert.That(s_answers.Keys, Is.EquivalentTo(CapturedExchange.All.Keys), "every exchange was played");
    }

    private static IEnumerable<string> Differences()
    {
        foreach (var exchange in CapturedExchange.All.Values.Where(exchange => exchange.Json is not null))
        {
            using var document = JsonDocument.Parse(s_answers[exchange.Name].Body);
            foreach (var difference in new Likeness(s_work).Differences(exchange.Json!.Value, document.RootElement))
            {
                yield return difference;
            }
        }
    }

    private static IEnumerable<string> Names(JsonElement root)
    {
        if (root.TryGetProperty("get_metrics", out var metrics))
        {
            return metrics.GetProperty("metrics").EnumerateArray().Select(metric => metric.GetProperty("name").GetString()!);
        }
        if (root.TryGetProperty("get_flags", out var flags))
        {
            return flags.GetProperty("flags").EnumerateArray().Select(flag => flag.GetProperty("name").GetString()!);
        }
        return (root.TryGetProperty("flags", out var plain) ? plain : root).EnumerateObject().Select(member => member.Name);
    }
}
