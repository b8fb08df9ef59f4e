using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Tests.Pods;
using Task = System.Threading.Tasks.Task;

namespace Offerbook.Apps.Tests.Http;

/// <summary>The status of pods and their events, over HTTP.</summary>
public sealed class RunningPodsTests : RunningFixture
{
    [Test]
    [Property("case", 188)]
    public async Task Status_OfAPod_FollowsItsContainers()
    {
        Do(() => Rig.Master.OnLaunch = _ => null);
        var pod = JObject.Parse(PodLifeTests.Web);
        pod["scheduling"] = JObject.Parse("""{"unreachableStrategy":{"inactiveAfterSeconds":300,"expungeAfterSeconds":600}}""");
        Assert.That((await SendAsync("POST", "/v2/pods", pod.ToString())).Status, Is.EqualTo(201));
        await ExpectAsync("DEGRADED", "PENDING");
        Update(TaskState.TaskStarting);
        await ExpectAsync("DEGRADED", "STAGING");
        Update(TaskState.TaskRunning);
        await ExpectAsync("DEGRADED", "DEGRADED", "at least one container is not healthy");
        Update(TaskState.TaskRunning, healthy: true);
        await ExpectAsync("STABLE", "STABLE");
        var container = (await StatusAsync())["instances"]![0]!["containers"]![0]!;
        Assert.That((string)container["status"]!, Is.EqualTo("TASK_RUNNING"));
        Assert.That(container["conditions"]!.Select(condition => ((string)condition["name"]!, (string)condition["value"]!)),
            Is.EqualTo(new[] { ("healthy", "true") }));
        Update(TaskState.TaskRunning, healthy: false);
        await ExpectAsync("DEGRADED", "DEGRADED", "at least one container is not healthy");
        Update(TaskState.TaskRunning, healthy: true);
        Update(TaskState.TaskUnreachable);
        await ExpectAsync("DEGRADED", "DEGRADED", "pod instance has become unreachable");
        Update(TaskState.TaskRunning, healthy: true);
        await ExpectAsync("STABLE", "STABLE");
        Do(() => Rig.Master.KillsAtOnce = false);
        Assert.That((await SendAsync("DELETE", "/v2/pods/shop/web")).Status, Is.EqualTo(202));
        Update(TaskState.TaskKilling);
        await ExpectAsync("TERMINAL", "TERMINAL");
        Update(TaskState.TaskKilled);
        Assert.That((await GetAsync("/v2/pods/shop/web::status")).Status, Is.EqualTo(404));
    }

    [Test]
    [Property("case", 191)]
    public async Task Events_OfAPod_AreOnTheStream()
    {
        using var events = await FollowAsync("");
        await SendAsync("POST", "/v2/pods", PodLifeTests.Web);
        Update(TaskState.TaskRunning, healthy: true);
        var created = await events.UntilAsync("deployment_success");
        Assert.That(created.Select(read => read.Type),
            Does.Contain("pod_created_event").And.Contain("deployment_info").And.Contain("instance_changed_event")
            .And.Contain("deployment_step_success"));
        var replaced = await SendAsync("PUT", "/v2/pods/shop/web", PodLifeTests.Web.Replace("\"serve\"", "\"serve more\""));
        Assert.That(replaced.Status, Is.EqualTo(200), replaced.Text);
        Do(() => Rig.Advance(TimeSpan.FromSeconds(1)));
        Assert.That((await events.UntilAsync("pod_updated_event"))[^1].Data, Does.Contain("/v2/pods/shop/web"));
        await SendAsync("DELETE", "/v2/pods/shop/web?force=true");
        Assert.That((await events.UntilAsync("pod_deleted_event"))[^1].Data, Does.Contain("/v2/pods/shop/web"));
    }

    [Test]
    [Property("case", 189)]
    public async Task Pod_PinnedToAHostOnANetwork_IsLaunchedThereAndTellsItsAddress()
    {
        var pod = JObject.Parse(PodLifeTests.Web);
        pod["networks"] = JArray.Parse("""[{"mode":"container","name":"blue"}]""");
        pod["scheduling"] =
            JObject.Parse("""{"placement":{"constraints":[{"fieldName":"hostname","operator":"LIKE","value":"host-b"}]}}""");
        pod["containers"]![0]!["endpoints"]![0]!["containerPort"] = 8080;
        var created = await SendAsync("POST", "/v2/pods", pod.ToString());
        Assert.That(created.Status, Is.EqualTo(201), created.Text);
        Assert.That(Rig.Master.Live.Select(task => task.Host), Is.EqualTo(Enumerable.Repeat("host-b", 4)));
        Assert.That(Rig.Master.Pods.Select(group => group.Executor.Container.NetworkInfos.Single().Name), Is.All.EqualTo("blue"));
        Do(() =>
        {
            foreach (var task in Rig.Master.Live.ToList())
            {
                var status = task.Status(TaskState.TaskRunning, true, "", uuid: true);
                var address = new NetworkInfo.Types.IPAddress { IpAddress = "10.9.8.7" };
                status.ContainerStatus = new ContainerStatus { NetworkInfos = { new NetworkInfo { IpAddresses = { address } } } };
                Rig.Master.Send(status);
            }
        });
        var network = (await StatusAsync())["instances"]![0]!["networks"]!.Single();
        Assert.That(((string)network["name"]!, (string)network["addresses"]!.Single()!), Is.EqualTo(("blue", "10.9.8.7")));
    }

    /// <summary>One more failure than the pod allows, and what it was comes back by itself.</summary>
    [Test]
    public async Task Deployment_OfAPodThatFails_IsRolledBackByItself()
    {
        await SendAsync("POST", "/v2/pods", PodLifeTests.Web);
        Update(TaskState.TaskRunning, healthy: true);
        var broken = JObject.Parse(PodLifeTests.Web.Replace("\"serve\"", "\"broken\""));
        broken["deployment"] = JObject.Parse("""{"maxFailures":1,"onFailure":"rollback"}""");
        broken["scheduling"] = JObject.Parse("""{"backoff":{"backoff":0.1}}""");
        var put = await SendAsync("PUT", "/v2/pods/shop/web", broken.ToString());
        for (var failures = 0; failures < 2; failures++)
        {
            Do(() => Rig.Master.Update(Rig.Master.Live.First(task => task.Info.Command.Value == "broken").Id, TaskState.TaskFailed));
            Do(() => Rig.Advance(TimeSpan.FromSeconds(10)));
        }
        Update(TaskState.TaskRunning, healthy: true);
        var outcome = (await GetAsync("/offerbook/v1/deployments/" + put.Headers["Marathon-Deployment-Id"])).Json;
        Assert.That(((string)outcome["state"]!, outcome["rolledBackBy"] is not null), Is.EqualTo(("failed", true)), outcome.ToString());
        Assert.That((string)(await GetAsync("/v2/pods/shop/web")).Json.SelectToken("containers[0].exec.command.shell")!,
            Is.EqualTo("serve"));
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
    }

    [Test]
    public async Task Deployment_OfAPodWithAPausePoint_WaitsToBePromoted()
    {
        await SendAsync("POST", "/v2/pods", PodLifeTests.Web);
        Update(TaskState.TaskRunning, healthy: true);
        var canary = JObject.Parse(PodLifeTests.Web.Replace("\"serve\"", "\"serve better\""));
        canary["deployment"] = JObject.Parse("""{"pauseAfter":[1]}""");
        var id = (await SendAsync("PUT", "/v2/pods/shop/web", canary.ToString())).Headers["Marathon-Deployment-Id"];
        Update(TaskState.TaskRunning, healthy: true);
        Assert.That((string)(await GetAsync("/offerbook/v1/deployments/" + id)).Json["state"]!, Is.EqualTo("paused"));
        Assert.That(Rig.Master.Live.Count(task => task.Info.Command.Value == "serve better"), Is.EqualTo(1));
        Assert.That((await SendAsync("POST", $"/offerbook/v1/deployments/{id}/promote")).Status, Is.EqualTo(200));
        Update(TaskState.TaskRunning, healthy: true);
        Update(TaskState.TaskRunning, healthy: true);
        Assert.That((await GetAsync("/v2/deployments")).Text, Is.EqualTo("[]"));
    }

    [Test]
    public async Task Wipe_OfInstances_AnswersWhenTheyHaveEnded()
    {
        await SendAsync("POST", "/v2/pods", PodLifeTests.Web);
        var ids = Rig.Of("/shop/web").Select(instance => instance.Id.Value).ToList();
        Do(() => Rig.Master.KillsAtOnce = false);
        var one = SendAsync("DELETE", $"/v2/pods/shop/web::instances/{ids[0]}?wipe=true");
        var many = SendAsync("DELETE", "/v2/pods/shop/web::instances?wipe=true", new JArray(ids[1]).ToString());
        int Sentenced() => Rig.State.Instances.All.Count(instance => instance.Goal == Apps.Instances.Goal.Decommissioned);
        // Other requests are answered meanwhile; these two when it is done.
        while (Sentenced() < 2)
        {
            Assert.That((await GetAsync("/v2/pods/shop/web")).Status, Is.EqualTo(200));
        }
        Assert.That((one.IsCompleted, many.IsCompleted), Is.EqualTo((false, false)));
        Do(() => Rig.Master.Live.Where(task => ids.Exists(id => task.Id.StartsWith(id, StringComparison.Ordinal))).Select(task =>
            task.Id).ToList().ForEach(task =>
        {
            if (!Rig.Master.Tasks[task].HasEnded)
            {
                Rig.Master.Update(task, TaskState.TaskKilled);
            }
        }));
        Assert.That(((await one).Status, (await many).Status), Is.EqualTo((200, 200)));
        Assert.That(Rig.Of("/shop/web").Select(instance => instance.Id.Value), Has.No.Member(ids[0]).And.No.Member(ids[1]));
    }

    private void Update(TaskState state, bool? healthy = null) =>
        Do(() => Rig.Master.Live.ToList().ForEach(task => Rig.Master.Update(task.Id, state, healthy)));

    private async Task ExpectAsync(string pod, string instance, string? message = null)
    {
        var status = await StatusAsync();
        Assert.That((string)status["status"]!, Is.EqualTo(pod));
        Assert.That(status["instances"]!.Select(shown => ((string)shown["status"]!, (string?)shown["message"])),
            Is.EqualTo(Enumerable.Repeat((instance, message), 2)));
    }

    private async Task<JToken> StatusAsync() => (await GetAsync("/v2/pods/shop/web::status")).Json;
}
