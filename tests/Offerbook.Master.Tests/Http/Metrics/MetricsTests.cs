using System.Globalization;
using System.Text.RegularExpressions;
using Mesos.V1;
using Mesos.V1.Scheduler;
using Newtonsoft.Json.Linq;
using Offerbook.Wire;
using OperatorCall = Mesos.V1.Master.Call;
using OperatorResponse = Mesos.V1.Master.Response;

namespace Offerbook.Master.Tests.Http.Metrics;

/// <summary>The metrics of a running master with one framework whose name needs escaping everywhere.</summary>
[CancelAfter(60_000)]
public sealed partial class MetricsTests
{
    private const string Name = "we\"ird/na\\me\nof it";

    private MasterFixture _master = null!;
    private EventReader<Event> _stream = null!;
    private string _id = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _master = await MasterFixture.StartAsync();
        var subscribe = new Call
        {
            Type = Call.Types.Type.Subscribe,
            Subscribe = new() { FrameworkInfo = new FrameworkInfo { User = "u", Name = Name, Role = "a/b" } },
        };
        _stream = await _master.SubscribeAsync<Event>("/api/v1/scheduler", subscribe, MessageFormat.Protobuf);
        _id = (await _stream.NextAsync(next => next.Type == Event.Types.Type.Subscribed)).Subscribed.FrameworkId.Value;
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _stream.Dispose();
        await _master.DisposeAsync();
    }

    // Clients stop at the first name missing (what real clients do, 11).
    [Test]
    public async Task Snapshot_HasEveryNameOfTheOriginal()
    {
        var metrics = await SnapshotAsync("");
        using var reader = new StreamReader(typeof(MetricsTests).Assembly.GetManifestResourceStream("original-names.txt")!);
        var expected = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            // What there is of these depends on roles and agents, and this cluster has others or none.
            .Where(name => !name.Contains("/*/", StringComparison.Ordinal)
                && !name.StartsWith("allocator/mesos/resources/", StringComparison.Ordinal)
                && !name.Contains("roles/capture-role", StringComparison.Ordinal)
                && !name.Contains("allocation_run", StringComparison.Ordinal))
            .Select(name => name.Replace("NAME/ID", $"{Uri.EscapeDataString(Name)}/{_id}", StringComparison.Ordinal));

        Assert.That(expected.Except(metrics.Select(metric => metric.Key)), Is.Empty);
        Assert.That(metrics.Select(metric => metric.Key), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal).And.Unique);
        Assert.That(metrics,
            Has.Member(KeyValuePair.Create($"master/frameworks/{Uri.EscapeDataString(Name)}/{_id}/roles/a/b/suppressed", 0.0)));
        Assert.That(metrics, Has.Member(KeyValuePair.Create("master/frameworks_active", 1.0)));
    }

    /// <summary>
    /// The original's names are explained by the original; ours stand in docs/operating/metrics.md, by themselves or by what they lie
    /// below.
    /// </summary>
    [Test]
    public async Task Snapshot_NamesOfOurOwn_AreInTheGuideForOperators()
    {
        var guide = await File.ReadAllTextAsync(GuideOfMetrics());
        using var reader = new StreamReader(typeof(MetricsTests).Assembly.GetManifestResourceStream("original-names.txt")!);
        var original = (await reader.ReadToEndAsync()).Split('\n').ToHashSet();
        var own = (await SnapshotAsync("")).Select(metric => metric.Key)
            .Where(name => !original.Contains(name) && !name.StartsWith("master/frameworks/", StringComparison.Ordinal)
                && !name.StartsWith("frameworks/", StringComparison.Ordinal)
                && !name.StartsWith("allocator/mesos/", StringComparison.Ordinal)).ToList();

        Assert.That(own, Has.Count.GreaterThan(20));
        Assert.That(own.Where(name => !IsExplained(name)), Is.Empty);

        bool IsExplained(string name)
        {
            var steps = name.Split('/');
            return guide.Contains('`' + steps[^1], StringComparison.Ordinal)
                || Enumerable.Range(2, steps.Length - 1)
                    .Any(length => guide.Contains(string.Join('/', steps.Take(length)), StringComparison.Ordinal));
        }
    }

    private static string GuideOfMetrics()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Offerbook.sln")))
        {
            folder = folder.Parent!;
        }
        return Path.Combine(folder.FullName, "docs/operating/metrics.md");
    }

    [TestCase("?timeout=10secs")]
    [TestCase("?timeout=0ns")]
    [TestCase("?timeout=-1secs")]
    [TestCase("?timeout=500weeks")]
    public async Task Snapshot_WithATimeout_AlwaysHasWhatTheShellKnows(string query)
    {
        Assert.That((await SnapshotAsync(query)).Select(metric => metric.Key),
            Has.Member("system/cpus_total").And.Member("registrar/registry_size_bytes"));
    }

    [TestCase("10", "Invalid timeout '10': Invalid duration '10'.\n")]
    [TestCase("secs", "Invalid timeout 'secs': Invalid duration 'secs'.\n")]
    [TestCase("1e999secs", "Invalid timeout '1e999secs': Invalid duration '1e999secs'.\n")]
    [TestCase("3parsecs", "Invalid timeout '3parsecs': Unknown duration unit 'parsecs': choose from ns, us, ms, secs, mins, hrs, days, weeks.\n")]
    public async Task Snapshot_WithATimeoutThatIsNone_IsRefused(string timeout, string text)
    {
        var answer = await _master.Client.GetAsync("/metrics/snapshot?timeout=" + timeout);

        Assert.That(((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()), Is.EqualTo((400, text)));
    }

    // Case 172.
    [TestCase(MessageFormat.Json)]
    [TestCase(MessageFormat.Protobuf)]
    public async Task GetMetrics_ShowsTheSameNames(MessageFormat format)
    {
        var call = new OperatorCall { Type = OperatorCall.Types.Type.GetMetrics,
            GetMetrics = new() { Timeout = new() { Nanoseconds = 5_000_000_000 } } };
        var answer = await _master.PostAsync("/api/v1", call, format);
        var response = MessageCodec.Read<OperatorResponse>(await answer.Content.ReadAsByteArrayAsync(), format).Value!;

        Assert.That(response.Type, Is.EqualTo(OperatorResponse.Types.Type.GetMetrics));
        Assert.That(response.GetMetrics.Metrics.Select(metric => metric.Name),
            Is.SupersetOf(new[] { "master/uptime_secs", "system/load_1min", "registrar/queued_operations" }));
    }

    /// <summary>
    /// Reads every line as Prometheus does: a type before the samples of a family, all of them together, labels unescaped.
    /// </summary>
    [Test]
    public async Task Prometheus_Text_CanBeRead()
    {
        var answer = await _master.Client.GetAsync("/metrics");
        var types = new Dictionary<string, string>();
        var samples = new Dictionary<string, double>();
        var family = "";
        foreach (var line in (await answer.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ');
                family = parts[2];
                Assert.That(parts[3], Is.AnyOf("gauge", "counter", "summary", "histogram"));
                Assert.That(types.TryAdd(family, parts[3]), "each family once: " + family);
                continue;
            }
            var match = Sample().Match(line);
            Assert.That(match.Success, line);
            var sample = match.Groups["name"].Value;
            var suffix = sample.StartsWith(family, StringComparison.Ordinal) ? sample[family.Length..] : "?";
            Assert.That(suffix, types[family] switch
            {
                "summary" => Is.AnyOf("", "_sum", "_count"),
                "histogram" => Is.AnyOf("_bucket", "_sum", "_count"),
                _ => Is.EqualTo(""),
            }, line);
            Assert.That(types[family] == "counter", Is.EqualTo(family.EndsWith("_total", StringComparison.Ordinal)), family);
            var labels = Label().Matches(match.Groups["labels"].Value)
                .Select(label => label.Groups[1].Value + "="
                    + Regex.Replace(label.Groups[2].Value, @"\\(.)", found => found.Value == @"\n" ? "\n" : found.Groups[1].Value));
            var value = match.Groups["value"].Value == "+Inf"
                ? double.PositiveInfinity : double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture);
            Assert.That(samples.TryAdd($"{sample} {string.Join(' ', labels)}", value), "each sample once: " + line);
        }

        Assert.That(answer.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        Assert.That(samples[$"offerbook_framework_calls_total framework={Name} framework_id={_id} type=subscribe"], Is.EqualTo(1));
        Assert.That(samples[$"offerbook_framework_role_suppressed framework={Name} framework_id={_id} role=a/b"], Is.EqualTo(0));
        Assert.That(samples["offerbook_turn_seconds_count message=scheduler_call_received"],
            Is.EqualTo(samples["offerbook_turn_seconds_bucket message=scheduler_call_received le=+Inf"]).And.AtLeast(1));
        Assert.That(samples["offerbook_master_elected "], Is.EqualTo(1));
        Assert.That(samples["offerbook_master_cpus_capacity "], Is.EqualTo(0));
        Assert.That(types["offerbook_journal_append_ms"], Is.EqualTo("summary"));
    }

    [Test]
    public async Task Frameworks_NotPublished_HaveNoMetrics()
    {
        await using var master =
            await MasterFixture.StartAsync(settings: MasterSettings.Default with { PublishPerFrameworkMetrics = false });
        var subscribe = new Call { Type = Call.Types.Type.Subscribe,
            Subscribe = new() { FrameworkInfo = new FrameworkInfo { User = "u", Name = "n" } } };
        using var stream = await master.SubscribeAsync<Event>("/api/v1/scheduler", subscribe, MessageFormat.Json);
        await stream.NextAsync(next => next.Type == Event.Types.Type.Subscribed);

        Assert.That(await master.Client.GetStringAsync("/metrics/snapshot"),
            Does.Contain("master/frameworks_active\":1.0").And.Not.Contain("master/frameworks/"));
    }

    [Test]
    public async Task Framework_WithAVeryLongName_IsShownByItsBeginning()
    {
        await using var master = await MasterFixture.StartAsync();
        var subscribe = new Call { Type = Call.Types.Type.Subscribe,
            Subscribe = new() { FrameworkInfo = new FrameworkInfo { User = "u", Name = new string('n', 70_000) } } };
        using var stream = await master.SubscribeAsync<Event>("/api/v1/scheduler", subscribe, MessageFormat.Json);
        await stream.NextAsync(next => next.Type == Event.Types.Type.Subscribed);

        Assert.That(await master.Client.GetStringAsync("/metrics/snapshot"),
            Does.Contain($"master/frameworks/{new string('n', 128)}/").And.Length.LessThan(100_000));
        Assert.That(await master.Client.GetStringAsync("/metrics"),
            Does.Contain($"framework=\"{new string('n', 128)}\"").And.Length.LessThan(200_000));
    }

    private async Task<List<KeyValuePair<string, double>>> SnapshotAsync(string query) =>
        [.. JObject.Parse(await _master.Client.GetStringAsync("/metrics/snapshot" + query)).Properties().Select(metric =>
            KeyValuePair.Create(metric.Name, (double)metric.Value))];

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([a-z_]+="([^"\\]|\\.)*",?)+)\})? (?<value>\+Inf|-?[0-9.eE+-]+)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""([a-z_]+)="(([^"\\]|\\.)*)"(?:,|$)""")]
    private static partial Regex Label();
}
