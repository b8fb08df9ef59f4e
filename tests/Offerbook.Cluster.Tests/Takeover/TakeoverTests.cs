using System.Diagnostics;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests.Takeover;

/// <summary>A framework's leader dies, with real processes, a real election and a real database.</summary>
[TestFixture]
internal sealed class TakeoverTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private SeveralFrameworks _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await SeveralFrameworks.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task Apps_KilledInARollingUpdate_GoOnElsewhereWithoutStartingAnythingTwice()
    {
        var starts = Path.Combine(_cluster.DataDirectory, "starts");
        var leader = await _cluster.LeaderAsync(_cluster.Apps);
        var other = _cluster.Apps.Single(port => port != leader);
        await using var reader = new ResumingReader([.. _cluster.Apps.Select(_cluster.Url)]);
        await Eventually.HoldsAsync(() => Task.FromResult(reader.Streams > 0), "events are followed", Patience);
        await DeployAsync(other, App("1", starts));
        await SettledAsync(other);
        Assert.That(Starts(starts, "1"), Has.Count.EqualTo(6));
        var framework = await FrameworkAsync(other);
        var before = await TasksAsync(other);

        var document = Path.Combine(_cluster.DataDirectory, "roll.json");
        await File.WriteAllTextAsync(document, App("2", starts).ToString());
        using var deploy = OfferbookProcess.Start(["deploy", document, "--apps-url", _cluster.Url(other)]);
        await Eventually.HoldsAsync(() => Task.FromResult(Starts(starts, "2").Count > 1), "the update is under way", Patience,
            DescribeAsync);
        var (status, deployments) = await _cluster.SendAsync(HttpMethod.Get, _cluster.Url(other) + "/v2/deployments");
        Assert.That((status, deployments.Count()), Is.EqualTo((200, 1)), "and not yet done");
        var since = Stopwatch.StartNew();
        await _cluster.Process(leader).KillAsync();
        var first = await FirstAnswerAsync(other);
        TestContext.Out.WriteLine(
            $"kill -9 with a session of {SeveralFrameworks.SessionMs} ms: the next leader answered after {since.ElapsedMilliseconds} ms");

        Assert.That((string)first[0]!["id"]!, Is.EqualTo((string)deployments[0]!["id"]!), "the same deployment goes on");
        await SettledAsync(other);
        Assert.That(await deploy.WaitForExitAsync(Patience), Is.Zero,
            "who waits at an instance that lives hears the end from the next leader: " + deploy.Output);
        Assert.That(deploy.Output, Does.Match("deployment .* succeeded"));
        Assert.Multiple(() =>
        {
            Assert.That(Starts(starts, "2"), Has.Count.EqualTo(6).And.Unique, "every instance of the update was started once");
            Assert.That(Starts(starts, "1"), Has.Count.EqualTo(6).And.Unique);
        });
        Assert.That(await FrameworkAsync(other), Is.EqualTo(framework), "it is the same framework to the master");
        Assert.That(await TasksAsync(other), Has.Count.EqualTo(6).And.Not.SubsetOf(before));

        // The one that died comes back as a standby; clients of others work at both, and with either gone.
        await _cluster.StartFrameworkAsync(leader);
        Assert.That(await _cluster.LeaderAsync(_cluster.Apps), Is.EqualTo(other));
        await RunPythonAsync();
        await HandOverAsync(other, leader);
        await RunPythonAsync();

        var ids = reader.Read.Select(read => read.Id).ToList();
        Assert.That(ids, Is.EqualTo(Enumerable.Range(0, ids.Count).Select(i => ids[0] + i)),
            "every event once, in order, over three leaders");
        Assert.That(reader.Read.Select(read => read.Type), Does.Contain("deployment_success"));
        Assert.That(reader.Streams, Is.GreaterThan(2));
        await _cluster.StartFrameworkAsync(other);
    }

    [Test]
    public async Task Batch_KilledInAJob_CarriesEveryRunToItsEndOnce()
    {
        var runs = Path.Combine(_cluster.DataDirectory, "runs");
        var leader = await _cluster.LeaderAsync(_cluster.Batches);
        var other = _cluster.Batches.Single(port => port != leader);
        var job = new JObject { ["id"] = "j", ["command"] = $"echo \"$BATCH_RUN\" >> {runs}; sleep 3", ["count"] = 60, ["cpus"] = 0.5,
            ["mem"] = 32 };
        Assert.That((await _cluster.SendAsync(HttpMethod.Post, _cluster.Url(other) + "/v1/jobs", job.ToString(Formatting.None))).Status,
            Is.EqualTo(201));
        await Eventually.HoldsAsync(() => Task.FromResult(Lines(runs).Count > 5), "the job is under way", Patience, DescribeAsync);

        await _cluster.Process(leader).KillAsync();

        await Eventually.HoldsAsync(async () =>
            (string?)(await _cluster.SendAsync(HttpMethod.Get, _cluster.Url(other) + "/v1/jobs/j")).Body["state"] == "finished",
            "the job ends at the next leader", Patience, DescribeAsync);
        Assert.That(Lines(runs), Is.EquivalentTo(Enumerable.Range(0, 60).Select(run => $"{run}")), "each run once");
        await _cluster.StartFrameworkAsync(leader);
    }

    private async Task HandOverAsync(int from, int to)
    {
        using var gaps = new CancellationTokenSource();
        var longest = Task.Run(() => LongestGapAsync(to, gaps.Token));
        _cluster.Process(from).Signal(Signals.Terminate);
        Assert.That(await _cluster.Process(from).WaitForExitAsync(Patience), Is.Zero);
        Assert.That(await _cluster.LeaderAsync(_cluster.Apps), Is.EqualTo(to));
        await gaps.CancelAsync();
        TestContext.Out.WriteLine($"SIGTERM: {await longest} ms from the last answer of the one to the first of the other");
    }

    private async Task<long> LongestGapAsync(int port, CancellationToken until)
    {
        var (longest, since) = (0L, Stopwatch.StartNew());
        while (!until.IsCancellationRequested)
        {
            if ((await _cluster.SendAsync(HttpMethod.Get, _cluster.Url(port) + "/v2/leader")).Status == 200)
            {
                longest = Math.Max(longest, since.ElapsedMilliseconds);
                since.Restart();
            }
        }
        return longest;
    }

    private async Task<JToken> FirstAnswerAsync(int port)
    {
        JToken body = JValue.CreateNull();
        await Eventually.HoldsAsync(async () =>
        {
            (var status, body) = await _cluster.SendAsync(HttpMethod.Get, _cluster.Url(port) + "/v2/deployments");
            return status == 200;
        }, "somebody leads", Patience, DescribeAsync);
        return body;
    }

    private async Task DeployAsync(int port, JObject app)
    {
        var (status, body) = await _cluster.SendAsync(HttpMethod.Put, _cluster.Url(port) + "/v2/apps" + app["id"],
            app.ToString(Formatting.None));
        Assert.That(status, Is.EqualTo(200).Or.EqualTo(201), body.ToString());
    }

    private Task SettledAsync(int port) => Eventually.HoldsAsync(async () =>
        (await _cluster.SendAsync(HttpMethod.Get, _cluster.Url(port) + "/v2/deployments")) is (200, JArray { Count: 0 })
        && (await TasksAsync(port)).Count == 6, "the deployment ends", Patience, DescribeAsync);

    private async Task<List<string>> TasksAsync(int port) =>
        [.. (await _cluster.SendAsync(HttpMethod.Get, _cluster.Url(port) + "/v2/apps/roll/tasks")).Body["tasks"]!.Where(task =>
            (string?)task["state"] == "TASK_RUNNING").Select(task => (string)task["id"]!)];

    private async Task<string?> FrameworkAsync(int port) =>
        (string?)(await _cluster.SendAsync(HttpMethod.Get, _cluster.Url(port) + "/v2/info")).Body["frameworkId"];

    /// <summary>Debian's python3-marathon with both instances to choose from.</summary>
    private async Task RunPythonAsync()
    {
        var script = Path.Combine(Harness.Cluster.RepositoryRoot, "tests/Offerbook.Cluster.Tests/Takeover/marathon_servers.py");
        using var python = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", [script, .. _cluster.Apps.Select(_cluster.Url)]) { RedirectStandardOutput = true,
                RedirectStandardError = true })!;
        using var limit = new CancellationTokenSource(Patience);
        var output = python.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = python.StandardError.ReadToEndAsync(limit.Token);
        await python.WaitForExitAsync(limit.Token);
        Assert.That(python.ExitCode, Is.Zero, await output + await errors);
    }

    private Task<string> DescribeAsync() => Task.FromResult(_cluster.Describe());

    private static List<string> Starts(string file, string release) =>
        [.. Lines(file).Where(line => line.StartsWith(release + " ", StringComparison.Ordinal))];

    private static List<string> Lines(string file) => File.Exists(file) ? [.. File.ReadAllLines(file)] : [];

    /// <summary>Healthy two seconds after its start, so that an update takes its time.</summary>
    private static JObject App(string release, string starts) => new()
    {
        ["id"] = "/roll",
        ["cmd"] = "echo \"$RELEASE $MESOS_TASK_ID\" >> \"$STARTS\"; sleep 2; touch ready; exec sleep 1000",
        ["env"] = new JObject { ["RELEASE"] = release, ["STARTS"] = starts },
        ["instances"] = 6,
        ["cpus"] = 0.1,
        ["mem"] = 32,
        ["healthChecks"] = new JArray(new JObject
        {
            ["protocol"] = "COMMAND", ["command"] = new JObject { ["value"] = "test -e \"$MESOS_SANDBOX/ready\"" },
            ["intervalSeconds"] = 1, ["timeoutSeconds"] = 5, ["gracePeriodSeconds"] = 60,
        }),
        ["upgradeStrategy"] = new JObject { ["minimumHealthCapacity"] = 0.5, ["maximumOverCapacity"] = 0 },
        ["taskKillGracePeriodSeconds"] = 2,
    };
}
