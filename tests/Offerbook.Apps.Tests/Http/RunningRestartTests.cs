using Mesos.V1;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Apps.Tests.Http;

/// <summary>What clients see of a framework that was started again on its journal.</summary>
public sealed class RunningRestartTests : RunningFixture
{
    /// <summary>One app that runs, one whose task ended while nobody watched, one with a volume.</summary>
    [Test]
    [Property("case", 211)]
    public async Task Framework_StartedAgain_KeepsTasksAndLaunchesWhatHadEnded()
    {
        await SendAsync("POST", "/v2/apps", """{"id":"/runs","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":2}""");
        await SendAsync("POST", "/v2/apps", """{"id":"/fails","cmd":"sleep 1","cpus":0.1,"mem":16}""");
        await SendAsync("POST", "/v2/apps", """
            {"id":"/shop/db","role":"shop","cmd":"sleep 1","cpus":0.1,"mem":16,
             "container":{"type":"MESOS","volumes":[{"containerPath":"data","mode":"RW","persistent":{"size":10}}]}}
            """);
        var (running, failing, resident) = (await TasksAsync("runs"), await TasksAsync("fails"), await TasksAsync("shop/db"));
        var volume = await VolumeAsync();
        Do(() =>
        {
            Rig.Master.Tasks[failing.Single()].State = TaskState.TaskFailed;
            Rig.Boot();
        });
        Do(() => Rig.Advance(TimeSpan.FromSeconds(30)));
        Assert.That(await TasksAsync("runs"), Is.EqualTo(running));
        Assert.That(await TasksAsync("shop/db"), Is.EqualTo(resident));
        Assert.That((await TasksAsync("fails")).Single(), Is.Not.EqualTo(failing.Single()));
        Assert.That((string)(await GetAsync("/v2/apps/fails")).Json["app"]!["lastTaskFailure"]!["taskId"]!, Is.EqualTo(failing.Single()));
        // The one with a volume is replaced after the restart as well as before.
        Assert.That((await SendAsync("POST", "/v2/apps/shop/db/restart")).Status, Is.EqualTo(200));
        Do(() => Rig.Advance(TimeSpan.FromSeconds(10)));
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
        Assert.That((await TasksAsync("shop/db")).Single(), Is.Not.EqualTo(resident.Single()));
        Assert.That(await VolumeAsync(), Is.EqualTo(volume));
    }

    [Test]
    [Property("case", 160)]
    public async Task HealthByTheAgent_AfterARestart_IsWhatItLastSaid()
    {
        await SendAsync("POST", "/v2/apps",
            """{"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":2,"healthChecks":[{"protocol":"COMMAND","command":{"value":"true"}}]}""");
        var tasks = Rig.Master.Live.ToList();
        Do(() => Rig.Master.Update(tasks[0].Id, TaskState.TaskRunning, healthy: true));
        Do(() => Rig.Master.Update(tasks[1].Id, TaskState.TaskRunning, healthy: false));
        Do(Rig.Boot);
        var app = (await GetAsync("/v2/apps/a")).Json["app"]!;
        Assert.That(((int)app["tasksHealthy"]!, (int)app["tasksUnhealthy"]!), Is.EqualTo((1, 1)));
        Assert.That(
            app["tasks"]!.Single(task => (string)task["id"]! == tasks[0].Id)["healthCheckResults"]!.Select(result =>
                (bool)result["alive"]!), Is.EqualTo(new[] { true }));
    }

    private async Task<List<string>> TasksAsync(string app) =>
        (await GetAsync($"/v2/apps/{app}/tasks")).Json["tasks"]!.Select(task => (string)task["id"]!).ToList();

    private async Task<string> VolumeAsync() =>
        (string)(await GetAsync("/v2/apps/shop/db/tasks")).Json["tasks"]![0]!["localVolumes"]![0]!["persistenceId"]!;
}
