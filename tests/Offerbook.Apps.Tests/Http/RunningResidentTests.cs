using Mesos.V1;
using Mesos.V1.Scheduler;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Health;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Apps.Tests.Http;

/// <summary>Apps with volumes as clients see them.</summary>
public sealed class RunningResidentTests : RunningFixture
{
    private const string Volume = """ "role":"shop","cpus":0.1,"mem":16,"container":{"type":"MESOS","volumes":[{"containerPath":"data","mode":"RW","persistent":{"size":10}}]}""";

    /// <summary>
    /// Two agents reserve for an instance each; whether one of them reserves for a third before anything runs depends on the constraint
    /// alone.
    /// </summary>
    [TestCase("""["hostname","UNIQUE"]""", 2)]
    [TestCase("", 3)]
    [Property("case", 142)]
    public async Task Reservation_OfAnInstanceThatDoesNotRunYet_CountsForConstraintsOnly(string constraint, int reserved)
    {
        Do(() => Rig.Master.Offers = false);
        await DeployAsync("POST", "/v2/apps",
            $$"""{"id":"/shop/db","cmd":"old","instances":3,"constraints":[{{constraint}}],{{Volume}} }""");
        Do(() =>
        {
            Rig.Master.Offers = true;
            Rig.Master.MakeOffers();
            Rig.Master.Offers = false;
        });
        Assert.That((Rig.Master.Live.Count(), Reserved()), Is.EqualTo((0, reserved)), "nothing runs yet");
        Do(() => Rig.Master.Offers = true);
        Do(() => Rig.Advance(TimeSpan.FromSeconds(1)));
        var tasks = (await GetAsync("/v2/apps/shop/db/tasks")).Json["tasks"]!;
        Assert.That(tasks.Select(task => task["localVolumes"]!.Count()), Is.EqualTo(Enumerable.Repeat(1, reserved)));
        if (reserved < 3)
        {
            Assert.That(tasks.Select(task => (string)task["host"]!), Is.Unique);
            var summary = (await GetAsync("/v2/queue")).Json["queue"]!.Single()["processedOffersSummary"]!["rejectSummaryLastOffers"]!;
            Assert.That((int)summary.Single(row => (string)row["reason"]! == "UnfulfilledConstraint")["declined"]!, Is.Positive);
        }
    }

    [Test]
    [Property("case", 166)]
    public async Task HealthCheck_OfAResidentTask_HoldsTheDeploymentAndBringsTheTaskBackToItsVolume()
    {
        var passes = false;
        Do(() => Rig.Probe = _ => passes ? new ProbeResult.HttpAnswered(200, "OK") : new ProbeResult.HttpAnswered(500, "no"));
        await DeployAsync("POST", "/v2/apps", $$"""
            {"id":"/shop/db","cmd":"old","healthChecks":[{"protocol":"HTTP","path":"/","intervalSeconds":2,"gracePeriodSeconds":5,"maxConsecutiveFailures":2}],{{Volume}} }
            """);
        Assert.That((await GetAsync("/v2/deployments")).Json.Count(), Is.EqualTo(1), "running is not enough");
        var before = await TaskAsync();
        Do(() => Rig.Advance(TimeSpan.FromSeconds(30)));
        Assert.That(Rig.Events.First(published => published.Type == "unhealthy_instance_kill_event").Json,
            Does.Contain((string)before["id"]!));
        passes = true;
        Do(() => Rig.Advance(TimeSpan.FromSeconds(30)));
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
        var after = await TaskAsync();
        Assert.That((string)after["id"]!, Is.Not.EqualTo((string)before["id"]!));
        Assert.That(((string)after["localVolumes"]![0]!["persistenceId"]!, (string)after["host"]!),
            Is.EqualTo(((string)before["localVolumes"]![0]!["persistenceId"]!, (string)before["host"]!)));
        Assert.That((int)(await GetAsync("/v2/apps/shop/db")).Json["app"]!["tasksHealthy"]!, Is.EqualTo(1));
    }

    /// <summary>The rows of residents: so many old ones are killed at once, and none beyond the number wanted is ever started.</summary>
    [TestCase(1, 1, 0.5, 1, Category = "case 82")]
    [TestCase(5, 5, 0.5, 2, Category = "case 83")]
    [TestCase(7, 5, 1, 3, Category = "case 84")]
    [TestCase(5, 5, 1, 1, Category = "case 84")]
    [TestCase(3, 5, 1, 0, Category = "case 84")]
    [Property("case", 82)]
    [Property("case", 83)]
    [Property("case", 84)]
    public async Task Replacement_OfResidents_DipsRatherThanExceeds(int old, int wanted, double minimum, int killed)
    {
        var strategy =
            FormattableString.Invariant($"\"upgradeStrategy\":{{\"minimumHealthCapacity\":{minimum},\"maximumOverCapacity\":0}}");
        await DeployAsync("POST", "/v2/apps", $$"""{"id":"/shop/db","cmd":"old","instances":{{old}},{{strategy}},{{Volume}} }""");
        Assert.That(Rig.Running("/shop/db"), Is.EqualTo(old));
        var most = old;
        Do(() =>
        {
            Rig.TurnEnded = () => most = Math.Max(most, Rig.Master.Live.Count());
            Rig.Master.OnLaunch = _ => TaskState.TaskStarting;
            Rig.Master.KillsAtOnce = false;
            Rig.Master.Calls.Clear();
        });
        var id = await DeployAsync("PUT", "/v2/apps/shop/db", $$"""{"cmd":"new","instances":{{wanted}} }""");
        var sentenced = Rig.Master.Calls.Where(call => call.Type == Call.Types.Type.Kill).Select(call => call.Kill.TaskId.Value).Distinct()
            .ToList();
        Assert.That(sentenced, Has.Count.EqualTo(killed));
        Do(() =>
        {
            Rig.Master.KillsAtOnce = true;
            Rig.Master.OnLaunch = _ => TaskState.TaskRunning;
            sentenced.ForEach(task => Rig.Master.Update(task, TaskState.TaskKilled));
            Rig.Master.Live.Where(task => task.State == TaskState.TaskStarting).ToList()
                .ForEach(task => Rig.Master.Update(task.Id, TaskState.TaskRunning));
        });
        Assert.That((string)Rig.LastEvent("deployment_success")["id"]!, Is.EqualTo(id));
        Assert.That(Rig.Master.Live.Select(task => task.Info.Command.Value), Is.EqualTo(Enumerable.Repeat("new", wanted)));
        Assert.That(most, Is.EqualTo(Math.Max(old, wanted)));
    }

    /// <summary>A reservation that does not come back is given up after its time.</summary>
    [Test]
    [Property("case", 135)]
    public async Task Reservation_ThatDoesNotComeBack_IsTriedAnew()
    {
        Do(() => Rig.Master.Offers = false);
        await DeployAsync("POST", "/v2/apps", $$"""{"id":"/shop/db","cmd":"old",{{Volume}} }""");
        Do(() =>
        {
            Rig.Master.Offers = true;
            Rig.Master.MakeOffers();
            Rig.Master.Offers = false;
        });
        var first = Rig.Of("/shop/db").Single().Id;
        Do(() => Rig.Advance(TimeSpan.FromSeconds(25)));
        Assert.That(Rig.Of("/shop/db").Single().Id, Is.Not.EqualTo(first));
        Assert.That((int)(await GetAsync("/v2/queue")).Json["queue"]!.Single()["count"]!, Is.EqualTo(1));
        Do(() => Rig.Master.Offers = true);
        Assert.That((await TaskAsync())["localVolumes"]!.Count(), Is.EqualTo(1));
        Assert.That(Reserved(), Is.EqualTo(1), "what was reserved for nobody is given back");
    }

    private int Reserved() => new[] { "host-a", "host-b" }.SelectMany(host => Rig.Master.Agent(host).Total)
        .Count(entry => entry.Kind.Disk?.PersistenceId is not null);

    private async Task<JToken> TaskAsync() => (await GetAsync("/v2/apps/shop/db/tasks")).Json["tasks"]!.Single();

    private async Task<string> DeployAsync(string method, string path, string body)
    {
        var answer = await SendAsync(method, path, body);
        Assert.That(answer.Status, Is.InRange(200, 201), answer.Text);
        return (string?)answer.Json["deploymentId"] ?? answer.Headers["Marathon-Deployment-Id"];
    }
}
