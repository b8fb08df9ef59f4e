using Mesos.V1;
using Newtonsoft.Json.Linq;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Apps.Tests.Http;

/// <summary>What waits to be launched and what holds it back, over HTTP.</summary>
public sealed class RunningQueueTests : RunningFixture
{
    private const string Failing =
        """{"id":"/f","cmd":"bad","cpus":0.1,"mem":16,"backoffSeconds":100,"backoffFactor":2,"maxLaunchDelaySeconds":3600}""";

    [Test]
    [Property("case", 123)]
    [Property("case", 131)]
    public async Task Queue_EmptyThenPending_HasOneItemWithItsCount()
    {
        Assert.That((await GetAsync("/v2/queue")).Text, Is.EqualTo("""{"queue":[]}"""));
        Do(() => Rig.Master.Offers = false);
        await SendAsync("POST", "/v2/apps", """{"id":"/p","cmd":"sleep 1","instances":5}""");
        var item = (await GetAsync("/v2/queue")).Json["queue"]!.Single();
        Assert.That(((int)item["count"]!, (string)item["app"]!["id"]!, (bool)item["delay"]!["overdue"]!), Is.EqualTo((5, "/p", true)));
        var since = (string)item["since"]!;
        Do(() => Rig.Advance(TimeSpan.FromMinutes(1)));
        Assert.That((string)(await ItemAsync())!["since"]!, Is.EqualTo(since));
    }

    [Test]
    [Property("case", 124)]
    public async Task Delay_WhenTheConfigurationChanges_IsReset()
    {
        await FailAsync();
        var answer = await SendAsync("PUT", "/v2/apps/f?force=true", """{"cmd":"good"}""");
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        Assert.That(Rig.Running("/f"), Is.EqualTo(1));
        Assert.That(await ItemAsync(), Is.Null);
    }

    [Test]
    [Property("case", 125)]
    public async Task Delay_WhenScaled_IsKept()
    {
        await FailAsync();
        var left = (double)(await ItemAsync())!["delay"]!["timeLeftSeconds"]!;
        Assert.That(left, Is.Positive);
        Assert.That((await SendAsync("PUT", "/v2/apps/f?force=true", """{"instances":3}""")).Status, Is.EqualTo(200));
        var item = (await ItemAsync())!;
        Assert.That(((bool)item["delay"]!["overdue"]!, (int)item["count"]!), Is.EqualTo((false, 3)));
    }

    [Test]
    [Property("case", 126)]
    [Property("case", 129)]
    public async Task Delay_OfACrashLoop_CanBeResetAgainAndAgain()
    {
        await FailAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.That((bool)(await ItemAsync())!["delay"]!["overdue"]!, Is.False);
            var launched = Rig.Master.Tasks.Count;
            Assert.That((await SendAsync("DELETE", "/v2/queue/f/delay")).Status, Is.EqualTo(204));
            Assert.That(Rig.Master.Tasks, Has.Count.EqualTo(launched + 1));
        }
        Assert.That((await SendAsync("DELETE", "/v2/queue/none/delay")).Status, Is.EqualTo(404));
    }

    [Test]
    [Property("case", 127)]
    public async Task Restart_OfAnAppThatIsHeldBack_StartsAtOnce()
    {
        await FailAsync();
        Do(() => Rig.Master.OnLaunch = _ => TaskState.TaskRunning);
        Assert.That((await SendAsync("POST", "/v2/apps/f/restart?force=true")).Status, Is.EqualTo(200));
        Assert.That(Rig.Running("/f"), Is.EqualTo(1));
        Assert.That(await ItemAsync(), Is.Null);
    }

    [Test]
    [Property("case", 130)]
    [Property("case", 132)]
    public async Task Reasons_OfAConstraintThatNobodyMeets_AreCounted()
    {
        await SendAsync("POST", "/v2/apps", """{"id":"/f","cmd":"good","cpus":0.1,"mem":16,"constraints":[["nowhere","CLUSTER","x"]]}""");
        var summary = (await ItemAsync())!["processedOffersSummary"]!;
        Assert.That(((int)summary["processedOffersCount"]!, (int)summary["unusedOffersCount"]!), Is.EqualTo((2, 2)));
        var row = summary["rejectSummaryLastOffers"]!.Single(row => (string)row["reason"]! == "UnfulfilledConstraint");
        Assert.That(((int)row["declined"]!, (int)row["processed"]!), Is.EqualTo((2, 2)));
        await SendAsync("PUT", "/v2/apps/f?force=true", """{"constraints":[]}""");
        Assert.That(await ItemAsync(), Is.Null, "it is forgotten when the launch ends");
    }

    private async Task FailAsync()
    {
        Do(() => Rig.Master.OnLaunch = task => task.Info.Command.Value == "good" ? TaskState.TaskRunning : TaskState.TaskFailed);
        Assert.That((await SendAsync("POST", "/v2/apps", Failing)).Status, Is.EqualTo(201));
    }

    private async Task<JToken?> ItemAsync() => (await GetAsync("/v2/queue")).Json["queue"]!.SingleOrDefault();
}
