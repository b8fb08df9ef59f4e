using System.Diagnostics;
using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Takeover;

namespace Offerbook.Cluster.Tests.Upgrades;

/// <summary>
/// docs/operating/upgrading.md with real processes of two builds: the last one of the minor version before, made from this clone's
/// history, and the present one. What runs is told by process ids.
/// </summary>
[TestFixture]
internal sealed class RollingUpgradeTests
{
    private const int Apart = 3;

    private Builds _builds = null!;
    private TwoVersions _cluster = null!;

    [OneTimeSetUp]
    public async Task SetUpAsync()
    {
        _builds = await Builds.MakeAsync();
        _cluster = await TwoVersions.StartAsync(_builds.Previous);
    }

    [OneTimeTearDown]
    public async Task TearDownAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    [Test]
    public async Task Cluster_ReplacedThereAndBackAndFinished_LosesNothing_AndKeepsOldProgramsOut()
    {
        var since = Stopwatch.StartNew();
        await using var reader = new ResumingReader([.. _cluster.Apps.Select(member => member.Url)]);
        await using var client = new SteadyClient(_cluster);
        await DeployAsync();
        var tasks = _cluster.Sleepers();
        Assert.That(tasks, Has.Count.EqualTo(Apart + Apart), _cluster.Describe());
        await _cluster.AreKnownAsync(tasks);
        Assert.That(await LevelsAsync(_builds.Previous), Is.EqualTo(new[] { 1, 1, 1 }));

        // A new agent with old masters, the same agent back, and forward again.
        foreach (var program in new[] { _builds.Present, _builds.Previous, _builds.Present })
        {
            await _cluster.Agents[0].ReplaceAsync(program);
            await UndisturbedAsync(tasks);
        }
        // The other agent is still old while new masters lead.
        await MastersThereAndBackAsync(tasks);
        await Task.WhenAll(FrameworkThereAndBackAsync(_cluster.Apps, BetweenAppAsync),
            FrameworkThereAndBackAsync(_cluster.Batches, BetweenJobAsync));
        await OldAgentHoldsTheFinishUpAsync();
        await _cluster.Agents[1].ReplaceAsync(_builds.Present);
        await UndisturbedAsync(tasks);
        TestContext.Out.WriteLine($"there and back: {since.Elapsed.TotalSeconds:0} s");

        Assert.That(await LevelsAsync(_builds.Present), Is.EqualTo(new[] { 1, 1, 1 }), "nobody has raised anything");
        Assert.That(await LevelsAsync(_builds.Present, "--finish"), Is.EqualTo(new[] { 2, 2, 2 }));
        await OldMasterStaysOutAsync();
        await UndisturbedAsync(tasks);
        await Task.WhenAll(OldFrameworkStaysOutAsync(_cluster.Apps, "Apps"), OldFrameworkStaysOutAsync(_cluster.Batches, "Batch"),
            OldAgentStaysOutAsync());
        await UndisturbedAsync(tasks);
        TestContext.Out.WriteLine($"finished, and old programs kept out: {since.Elapsed.TotalSeconds:0} s");

        var (acknowledged, shown) = (client.Acknowledged, await client.StopAsync());
        Assert.That(client.Surprise, Is.Null);
        Assert.That(shown, Is.InRange(acknowledged, client.Acknowledged + 1), "the last change that was acknowledged is there");
        TestContext.Out.WriteLine($"{client.Acknowledged} changes acknowledged, the slowest after {client.Longest.TotalSeconds:0.0} s");
        var ids = reader.Read.Select(read => read.Id).ToList();
        Assert.That(ids, Is.EqualTo(Enumerable.Range(0, ids.Count).Select(i => ids[0] + i)), "every event once, in order");
        Assert.That(reader.Streams, Is.GreaterThan(3));
        await VerifyShowsWhoLedAsync();
    }

    private async Task DeployAsync()
    {
        var app = new JObject { ["id"] = "/sleeper", ["cmd"] = "exec sleep 10000", ["instances"] = Apart, ["cpus"] = 0.1, ["mem"] = 32 };
        var (status, answer) = await _cluster.SendAsync(HttpMethod.Post, (await _cluster.LeaderAsync(_cluster.Apps)).Url + "/v2/apps", app);
        Assert.That(status, Is.EqualTo(201), answer.ToString());
        // Apps names a task in its environment; Batch leaves that to the job.
        var named = "export MESOS_TASK_ID=sleeper.1-$BATCH_RUN-$BATCH_ATTEMPT; exec sleep 10000";
        var job = new JObject { ["id"] = "sleeper", ["command"] = named, ["count"] = Apart, ["cpus"] = 0.1, ["mem"] = 32 };
        (status, answer) = await _cluster.SendAsync(HttpMethod.Post, (await _cluster.LeaderAsync(_cluster.Batches)).Url + "/v1/jobs", job);
        Assert.That(status, Is.EqualTo(201), answer.ToString());
        await _cluster.HoldsAsync(() => Task.FromResult(_cluster.Sleepers().Count == Apart + Apart), "app and job run");
    }

    private async Task MastersThereAndBackAsync(IReadOnlyDictionary<string, int> tasks)
    {
        var old = await _cluster.LeaderAsync(_cluster.Masters);
        var (one, other) = _cluster.Masters.Where(master => master != old).ToArray() is [var first, var second] ? (first, second) : default;
        await one.ReplaceAsync(_builds.Present);
        await other.ReplaceAsync(_builds.Present);
        await old.StopAsync();
        var leader = await _cluster.LeaderAsync(_cluster.Masters);
        var weights = new JArray(new JObject { ["role"] = "between", ["weight"] = 2.5 });
        Assert.That((await _cluster.SendAsync(HttpMethod.Put, leader.Url + "/weights", weights)).Status, Is.EqualTo(200));
        await UndisturbedAsync(tasks);

        // An old one stands by a new leader, and takes over from it.
        await old.StartAsync(_builds.Previous);
        await Task.WhenAll(one.StopAsync(), other.StopAsync());
        Assert.That(await _cluster.LeaderAsync(_cluster.Masters), Is.EqualTo(old));
        Assert.That((await _cluster.SendAsync(HttpMethod.Get, old.Url + "/weights")).Body,
            Is.EqualTo(weights).Using<JToken>(JToken.DeepEquals), "it knows what the new one wrote");
        await UndisturbedAsync(tasks);

        await Task.WhenAll(one.StartAsync(_builds.Present), other.StartAsync(_builds.Present));
        await old.ReplaceAsync(_builds.Present);
        await UndisturbedAsync(tasks);
    }

    /// <param name="write">Asks a member for something, and returns what tells whether another knows of it.</param>
    private async Task FrameworkThereAndBackAsync(IReadOnlyList<Member> members, Func<Member, Task<Func<Member, Task<bool>>>> write)
    {
        var old = await _cluster.LeaderAsync(members);
        var other = members.Single(member => member != old);
        await other.ReplaceAsync(_builds.Present);
        await old.StopAsync();
        Assert.That(await _cluster.LeaderAsync(members), Is.EqualTo(other));

        await old.StartAsync(_builds.Previous);
        // By way of the old standby, which hands it on to the new leader.
        var isKnown = await write(old);
        await other.StopAsync();
        Assert.That(await _cluster.LeaderAsync(members), Is.EqualTo(old));
        Assert.That(await isKnown(old), $"the old {old.Verb} knows what the new one wrote");

        await other.StartAsync(_builds.Present);
        await old.StopAsync();
        Assert.That(await _cluster.LeaderAsync(members), Is.EqualTo(other));
        Assert.That(await isKnown(other));
        await old.StartAsync(_builds.Present);
    }

    private async Task<Func<Member, Task<bool>>> BetweenAppAsync(Member apps)
    {
        var app = new JObject { ["id"] = "/between", ["cmd"] = "true", ["instances"] = 0 };
        await _cluster.HoldsAsync(async () => (await _cluster.SendAsync(HttpMethod.Post, apps.Url + "/v2/apps", app)).Status is 201 or 409,
            "the app is taken");
        return async member => (await _cluster.SendAsync(HttpMethod.Get, member.Url + "/v2/apps/between")).Status == 200;
    }

    private async Task<Func<Member, Task<bool>>> BetweenJobAsync(Member batch)
    {
        var job = new JObject { ["id"] = "between", ["command"] = "true", ["count"] = 2, ["cpus"] = 0.1, ["mem"] = 32 };
        await _cluster.HoldsAsync(async () =>
            (await _cluster.SendAsync(HttpMethod.Post, batch.Url + "/v1/jobs", job)).Status is 201 or 409, "the job is taken");
        return async member =>
        {
            await _cluster.HoldsAsync(async () =>
                (string?)(await _cluster.SendAsync(HttpMethod.Get, member.Url + "/v1/jobs/between")).Body["state"] == "finished",
                "the job ends");
            return true;
        };
    }

    private async Task OldAgentHoldsTheFinishUpAsync()
    {
        var (status, output) = await _cluster.UpgradeVerbAsync(_builds.Present, "--finish");
        Assert.That(status, Is.EqualTo(5), output);
        Assert.That(output, Does.Contain("nothing was raised: of 2 agents 1 are not known to run version 0.2: ")
            .And.Contain($":{_cluster.Agents[1].Port}, ").And.Contain("): older than 0.2")
            .And.Not.Contain($":{_cluster.Agents[0].Port}, "));
    }

    private async Task OldMasterStaysOutAsync()
    {
        await Task.WhenAll(_cluster.Masters.Select(master => master.StopAsync()));
        var (old, others) = (_cluster.Masters[0], _cluster.Masters.Skip(1));
        await old.StartAsync(_builds.Previous);
        Assert.That(await old.SaysAsync("The journal of the master is at format level 2"), Does.Contain("it cannot lead"));
        await Task.WhenAll(others.Select(master => master.StartAsync(_builds.Present)));
        Assert.That(await _cluster.LeaderAsync(_cluster.Masters), Is.Not.EqualTo(old));
        Assert.That(old.Process.HasExited, Is.False, "it stays a standby");
        await old.ReplaceAsync(_builds.Present);
    }

    private async Task OldFrameworkStaysOutAsync(IReadOnlyList<Member> members, string name)
    {
        var leader = await _cluster.LeaderAsync(members);
        var old = members.Single(member => member != leader);
        await old.ReplaceAsync(_builds.Previous);
        await leader.StopAsync();
        Assert.That(await old.SaysAsync($"The journal of {name} is at format level 2"), Does.Contain("it cannot lead"));
        await leader.StartAsync(_builds.Present);
        Assert.That(await _cluster.LeaderAsync(members), Is.EqualTo(leader));
        Assert.That(old.Process.HasExited, Is.False, "it stays a standby");
        await old.ReplaceAsync(_builds.Present);
    }

    /// <summary>Its level has followed the masters' when it registered with the last of them.</summary>
    private async Task OldAgentStaysOutAsync()
    {
        var agent = _cluster.Agents[0];
        await agent.StopAsync();
        agent.Launch(_builds.Previous);
        Assert.That(await agent.Process.WaitForExitAsync(TimeSpan.FromSeconds(60)), Is.EqualTo(3));
        Assert.That(agent.Process.Output,
            Does.Contain("The journal of the agent is at format level 2").And.Contain("Start the newer version"));
        await agent.StartAsync(_builds.Present);
    }

    private async Task VerifyShowsWhoLedAsync()
    {
        using var verify = Harness.OfferbookProcess.Start(["verify", "file:" + _cluster.StoreFile], program: _builds.Present);
        Assert.That(await verify.WaitForExitAsync(TimeSpan.FromSeconds(60)), Is.Zero, verify.Output);
        foreach (var log in new[] { "apps", "batch", "master" })
        {
            Assert.That(verify.Output,
                Does.Match($"(?s)\n?{log}: events .* format level 2.*raised to format level 2 by version .*led by version "));
        }
    }

    private async Task UndisturbedAsync(IReadOnlyDictionary<string, int> tasks)
    {
        await _cluster.AreKnownAsync(tasks);
        Assert.That(_cluster.Sleepers(), Is.EqualTo(tasks), "nothing was killed, nothing launched twice");
    }

    /// <summary>Of master, Apps and Batch.</summary>
    private async Task<int[]> LevelsAsync(string program, params string[] arguments)
    {
        var (status, output) = await _cluster.UpgradeVerbAsync(program, ["--json", .. arguments]);
        Assert.That(status, Is.Zero, output);
        var parts = JObject.Parse(output);
        return [.. new[] { "master", "apps", "batch" }.Select(part => (int)parts[part]!["level"]!)];
    }
}
