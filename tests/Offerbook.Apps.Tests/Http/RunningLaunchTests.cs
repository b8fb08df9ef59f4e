using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Apps.Tests.Rig;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Apps.Tests.Http;

/// <summary>When offers are wanted, what becomes of launches of which nothing is heard, and where instances are launched anew.</summary>
public sealed class RunningLaunchTests : RunningFixture
{
    [Test]
    [Property("case", 133)]
    public async Task Offers_AreWantedWhileSomethingWaits()
    {
        Assert.That(Rig.Master.IsSuppressed, Is.True);
        Do(() => Rig.Master.Offers = false);
        for (var i = 0; i < 10; i++)
        {
            await SendAsync("POST", "/v2/apps", $$"""{"id":"/a{{i}}","cmd":"sleep 1","cpus":0.1,"mem":16}""");
        }
        Assert.That(Rig.Master.IsSuppressed, Is.False);
        Do(() => Rig.Master.Offers = true);
        Assert.That((await GetAsync("/v2/queue")).Text, Is.EqualTo("""{"queue":[]}"""));
        Assert.That(Rig.Master.IsSuppressed, Is.True);
        Assert.That(Calls(Call.Types.Type.Suppress), Is.InRange(1, 3));
    }

    [Test]
    [Property("case", 134)]
    public async Task Task_OutOfReach_IsReplacedWhenItIsInactiveAndNotBefore()
    {
        await SendAsync("POST", "/v2/apps",
            """{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"unreachableStrategy":{"inactiveAfterSeconds":60,"expungeAfterSeconds":600}}""");
        var lost = Rig.Master.Live.Single().Id;
        Do(() => Rig.Master.Update(lost, TaskState.TaskUnreachable));
        Do(() => Rig.Advance(TimeSpan.FromSeconds(50)));
        Assert.That(await TasksAsync(), Is.EqualTo(new[] { (lost, "TASK_UNREACHABLE") }));
        Assert.That((await GetAsync("/v2/queue")).Text, Is.EqualTo("""{"queue":[]}"""));
        Do(() => Rig.Advance(TimeSpan.FromSeconds(20)));
        Assert.That((await TasksAsync()).Select(task => task.State), Is.EquivalentTo(new[] { "TASK_UNREACHABLE", "TASK_RUNNING" }));
    }

    [Test]
    [Property("case", 134)]
    public async Task Launch_OfWhichNobodyHears_IsTriedAgain()
    {
        Do(() => Rig.Master.OnLaunch = _ => null);
        await SendAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16}""");
        Assert.That((int)(await GetAsync("/v2/queue")).Json["queue"]!.Single()["count"]!, Is.EqualTo(1), "launched, and not confirmed");
        var first = Rig.Master.Live.Single().Id;
        Do(() => Rig.Master.OnLaunch = _ => TaskState.TaskRunning);
        Do(() => Rig.Advance(TimeSpan.FromSeconds(620)));
        var task = (await TasksAsync()).Single();
        Assert.That((task.State, task.Id == first), Is.EqualTo(("TASK_RUNNING", false)));
        Assert.That(Rig.Master.Tasks[first].HasEnded, Is.True);
    }

    [Test]
    [Property("case", 134)]
    public async Task Task_ThatEnds_MakesRoomForOneThatItsConstraintKeptAway()
    {
        await SendAsync("POST", "/v2/apps",
            """{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":3,"backoffSeconds":1000,"constraints":[["hostname","UNIQUE"]]}""");
        Assert.That((await TasksAsync()).Count, Is.EqualTo(2));
        var ended = (await TasksAsync())[0].Id;
        await SendAsync("DELETE", $"/v2/apps/a/tasks/{ended}");
        Do(() => Rig.Advance(TimeSpan.FromSeconds(10)));
        Assert.That((await TasksAsync()).Count(task => task.State == "TASK_RUNNING"), Is.EqualTo(2));
        Assert.That((await TasksAsync()).Select(task => task.Id), Has.No.Member(ended));
    }

    [Test]
    [Property("case", 135)]
    public async Task Task_ThatStaysStaged_IsKilledAndLaunchedAgain()
    {
        Do(() => Rig.Master.OnLaunch = _ => TaskState.TaskStaging);
        await SendAsync("POST", "/v2/apps", """{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16}""");
        var first = Rig.Master.Live.Single().Id;
        Do(() => Rig.Advance(TimeSpan.FromSeconds(290)));
        Assert.That(await TasksAsync(), Is.EqualTo(new[] { (first, "TASK_STAGING") }));
        Do(() => Rig.Master.OnLaunch = _ => TaskState.TaskRunning);
        Do(() => Rig.Advance(TimeSpan.FromSeconds(30)));
        Assert.That(Rig.Master.Tasks[first].State, Is.EqualTo(TaskState.TaskKilled));
        Assert.That((await TasksAsync()).Single().State, Is.EqualTo("TASK_RUNNING"));
    }

    [Test]
    [Property("case", 153)]
    public async Task App_PinnedToAHost_StaysThereScalesThereAndComesBackThere()
    {
        const string App =
            """{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":INSTANCES,"constraints":[["hostname","LIKE","HOST"]]}""";
        await SendAsync("POST", "/v2/apps", App.Replace("INSTANCES", "2").Replace("HOST", "host-b"));
        await SendAsync("PUT", "/v2/apps/a", """{"instances":5}""");
        Assert.That(Rig.Master.Live.Select(task => task.Host), Is.EqualTo(Enumerable.Repeat("host-b", 5)));
        Do(() => Rig.Master.Update(Rig.Master.Live.First().Id, TaskState.TaskFailed));
        Do(() => Rig.Advance(TimeSpan.FromSeconds(10)));
        Assert.That(Rig.Master.Live.Select(task => task.Host), Is.EqualTo(Enumerable.Repeat("host-b", 5)));
        await SendAsync("POST", "/v2/apps", App.Replace("/a", "/b").Replace("INSTANCES", "1").Replace("HOST", "host-z"));
        Do(() => Rig.Advance(TimeSpan.FromMinutes(10)));
        Assert.That((await GetAsync("/v2/apps/b")).Json["app"]!["tasks"]!, Is.Empty);
    }

    /// <summary>Four instances in two zones of a region, spread evenly; one is lost, and its successor restores the spread.</summary>
    [Test]
    [Property("case", 154)]
    public async Task Instance_OutOfReachInARegion_IsReplacedInItAndTheSpreadIsKept()
    {
        Do(() =>
        {
            Rig.Master.AddAgent(
                new FakeAgent("agent-r1", "r1", 1, 1024, 10) { Region = "far",
                    Attributes = new Dictionary<string, string> { ["rack"] = "one" } });
            Rig.Master.AddAgent(
                new FakeAgent("agent-r2", "r2", 1, 1024, 10) { Region = "far",
                    Attributes = new Dictionary<string, string> { ["rack"] = "two" } });
            Rig.Master.AddAgent(
                new FakeAgent("agent-r3", "r3", 1, 1024, 10) { Region = "far",
                    Attributes = new Dictionary<string, string> { ["rack"] = "two" } });
        });
        await SendAsync("POST", "/v2/apps", """
            {"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":4,"constraints":[["@region","CLUSTER","far"],["rack","GROUP_BY","2"]],
             "unreachableStrategy":{"inactiveAfterSeconds":10,"expungeAfterSeconds":600}}
            """);
        Assert.That(Racks(), Is.EqualTo(new[] { "one", "one", "two", "two" }));
        var lost = Rig.Master.Live.First(task => task.Host != "r1");
        Do(() => Rig.Master.Update(lost.Id, TaskState.TaskUnreachable));
        Do(() => Rig.Advance(TimeSpan.FromSeconds(30)));
        Assert.That(Racks(), Is.EqualTo(new[] { "one", "one", "two", "two" }));
        Assert.That((await GetAsync("/v2/apps/a/tasks")).Json["tasks"]!.Select(task => (string?)task["region"]), Is.All.EqualTo("far"));
    }

    private IEnumerable<string> Racks() =>
        Rig.Master.Live.Where(task => task.State == TaskState.TaskRunning).Select(task => task.Host == "r1" ? "one" : "two")
            .Order(StringComparer.Ordinal);

    private int Calls(Call.Types.Type type) => Rig.Master.Calls.Count(call => call.Type == type);

    private async Task<List<(string Id, string State)>> TasksAsync() =>
        (await GetAsync("/v2/apps/a/tasks")).Json["tasks"]!.Select(task => ((string)task["id"]!, (string)task["state"]!)).ToList();
}
