using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Pods.Http;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Pods;

/// <summary>Pods from the request to the end of their tasks, against a scripted master.</summary>
public sealed class PodLifeTests
{
    public const string Web = """
        {"id":"/shop/web","scaling":{"kind":"fixed","instances":2},"environment":{"MODE":"fast","HOST":"mine"},"labels":{"team":"blue"},
         "containers":[
          {"name":"server","exec":{"command":{"shell":"serve"}},"resources":{"cpus":0.5,"mem":64},
           "endpoints":[{"name":"http","hostPort":0,"protocol":["tcp"]}],"volumeMounts":[{"name":"logs","mountPath":"logs"}],
           "healthCheck":{"http":{"endpoint":"http","path":"/ok"}}},
          {"name":"shipper","exec":{"command":{"argv":["/bin/ship","logs"]}},"resources":{"cpus":0.1,"mem":32},
           "volumeMounts":[{"name":"logs","mountPath":"logs","readOnly":true}],"lifecycle":{"killGracePeriodSeconds":2.5}}],
         "volumes":[{"name":"logs"}]}
        """;

    [Test]
    [Property("case", 181)]
    public void Pod_Created_IsLaunchedAsTaskGroupsAndBecomesStable()
    {
        var rig = new AppsRig();
        var reply = rig.CreatePod(Web);

        Assert.That(reply.Status, Is.EqualTo(201), reply.Body?.ToString());
        Assert.That(rig.Running("/shop/web"), Is.EqualTo(2));
        Assert.That(rig.Master.Pods, Has.Count.EqualTo(2));
        Assert.That((string?)Status(rig)["status"], Is.EqualTo("DEGRADED"), "no health has been reported yet");
        MakeHealthy(rig);
        Assert.That((string?)Status(rig)["status"], Is.EqualTo("STABLE"));
        Assert.That(rig.State.Deployments, Is.Empty);
        // Case 191.
        Assert.That(rig.EventTypes,
            Does.Contain("pod_created_event").And.Contain("deployment_step_success").And.Contain("deployment_success"));
        Assert.That((string?)rig.LastEvent("deployment_success").SelectToken("plan.steps[0].actions[0].action"), Is.EqualTo("StartPod"));
        Assert.That((string?)rig.LastEvent("deployment_success").SelectToken("plan.steps[1].actions[0].pod"), Is.EqualTo("/shop/web"));
    }

    [Test]
    public void Pod_Launched_TellsTheAgentWhatItNeeds()
    {
        var rig = new AppsRig();
        rig.CreatePod(Web);
        var group = rig.Master.Pods[0];
        var instance = rig.Of("/shop/web").Single(candidate => candidate.Id.Executor.Value == group.Executor.ExecutorId.Value);
        var (server, shipper) = (group.TaskGroup.Tasks[0], group.TaskGroup.Tasks[1]);

        Assert.That(group.Executor.ExecutorId.Value, Does.Match("^instance-shop_web\\.[-0-9a-f]+$"));
        Assert.That(group.Executor.Type, Is.EqualTo(ExecutorInfo.Types.Type.Default));
        Assert.That(Amount(group.Executor.Resources, "cpus"), Is.EqualTo(0.1));
        Assert.That(Amount(group.Executor.Resources, "mem"), Is.EqualTo(32));
        Assert.That(server.TaskId.Value, Is.EqualTo(instance.Id.Value + ".server.1"));
        Assert.That((server.Command.Shell, server.Command.Value), Is.EqualTo((true, "serve")));
        Assert.That((shipper.Command.Shell, shipper.Command.Value), Is.EqualTo((false, "/bin/ship")));
        Assert.That(shipper.KillPolicy.GracePeriod.Nanoseconds, Is.EqualTo(2_500_000_000));
        Assert.That(server.HealthCheck.Http.Port, Is.EqualTo((uint)instance.Placement!.HostPorts[0]!.Value));
        Assert.That(server.Container.Volumes.Single().Source.SandboxPath.Path, Is.EqualTo("logs"));
        Assert.That(shipper.Container.Volumes.Single().Mode, Is.EqualTo(Mesos.V1.Volume.Types.Mode.Ro));
        var variables = shipper.Command.Environment.Variables.ToDictionary(variable => variable.Name, variable => variable.Value);
        Assert.That(variables["MODE"], Is.EqualTo("fast"));
        Assert.That(variables["HOST"], Is.EqualTo(instance.Placement.Host), "what is generated wins");
        Assert.That(variables["MARATHON_CONTAINER_ID"], Is.EqualTo("shipper"));
        Assert.That(variables["EP_HOST_HTTP"], Is.EqualTo(variables["ENDPOINT_HTTP"]));
        Assert.That(variables["MARATHON_APP_LABEL_TEAM"], Is.EqualTo("blue"));
        Assert.That(variables["MESOS_EXECUTOR_ID"], Is.EqualTo(group.Executor.ExecutorId.Value));
    }

    [Test]
    [Property("case", 190)]
    public void Container_ThatFails_TakesItsPodWithItAndBothComeBack()
    {
        var rig = new AppsRig();
        rig.CreatePod(Web);
        MakeHealthy(rig);
        var instance = rig.Of("/shop/web")[0];

        rig.Master.Update(instance.Id.Task(1, "shipper").Value, TaskState.TaskFailed, message: "exited with status 3");
        rig.Run();
        Assert.That(rig.Of("/shop/web")[0].Condition, Is.EqualTo(Condition.Scheduled), "a failure is held back");
        Assert.That((string?)Status(rig).SelectToken("terminationHistory[0].containers[0].lastKnownState"), Is.EqualTo("TASK_FAILED"));
        rig.Advance(TimeSpan.FromSeconds(2));

        var again = rig.Of("/shop/web").Single(candidate => candidate.Id == instance.Id);
        Assert.That((again.Condition, again.Incarnation), Is.EqualTo((Condition.Running, 2)));
        Assert.That(rig.Master.Live.Select(task => task.Id).Where(id => id.StartsWith(instance.Id.Value, StringComparison.Ordinal)),
            Is.EquivalentTo(new[] { again.Id.Task(2, "server").Value, again.Id.Task(2, "shipper").Value }));
    }

    [Test]
    public void Container_ThatFinishes_LeavesTheOthersRunning()
    {
        var rig = new AppsRig();
        rig.CreatePod(Web);
        var instance = rig.Of("/shop/web")[0];
        rig.Master.Update(instance.Id.Task(1, "shipper").Value, TaskState.TaskFinished);
        rig.Run();
        Assert.That(rig.Of("/shop/web")[0].Condition, Is.EqualTo(Condition.Running));
        Assert.That(rig.Master.Live.Count(), Is.EqualTo(3));
    }

    [Test]
    [Property("case", 183)]
    public void Instances_Killed_AreReplacedByTheirNextIncarnation()
    {
        var rig = new AppsRig();
        rig.CreatePod(Web);
        var ids = rig.Of("/shop/web").Select(instance => instance.Id.Value).ToList();

        var many = rig.Call(new ApiCall.KillPodInstances("/shop/web", null, new JArray(ids), Wipe: false));
        Assert.That((many.Status, ((JArray)many.Body!).Count), Is.EqualTo((200, 2)));
        Assert.That(rig.Of("/shop/web").Select(instance => instance.Incarnation), Is.All.EqualTo(2));
        var one = rig.Call(new ApiCall.KillPodInstances("/shop/web", ids[0], null, Wipe: false));
        Assert.That((string?)one.Body!["instanceId"], Is.EqualTo(ids[0]));
        Assert.That(rig.Running("/shop/web"), Is.EqualTo(2));
    }

    [Test]
    [Property("case", 186)]
    public void Instances_KilledByWrongIds_AreRefused()
    {
        var rig = new AppsRig();
        rig.CreatePod(Web);
        Assert.That(rig.Call(new ApiCall.KillPodInstances("/shop/web", "nonsense", null, false)).Status, Is.EqualTo(422));
        Assert.That(rig.Call(new ApiCall.KillPodInstances("/shop/web", "shop_web.instance-1", null, false)).Status, Is.EqualTo(404));
        Assert.That(rig.Call(new ApiCall.KillPodInstances("/other", "shop_web.instance-1", null, false)).Status, Is.EqualTo(404));
        Assert.That(rig.Call(new ApiCall.KillPodInstances("/shop/web", null, new JArray("shop_web.instance-1"), false)).Body!.Count(),
            Is.Zero);
    }

    [Test]
    [Property("case", 189)]
    public void Pod_Replaced_RollsAndScalesAndGoes()
    {
        var rig = new AppsRig();
        rig.CreatePod(Web.Replace("\"healthCheck\"", "\"ignored\""));
        var update = rig.UpdatePod("/shop/web", Web.Replace("\"healthCheck\"", "\"ignored\"").Replace("fast", "slow"));
        Assert.That(update.Status, Is.EqualTo(200), update.Body?.ToString());
        Assert.That(rig.LastEvent("deployment_success").SelectToken("plan.steps[0].actions[0].action")!.ToString(),
            Is.EqualTo("RestartPod"));
        Assert.That(rig.Running("/shop/web"), Is.EqualTo(2));
        Assert.That(rig.Of("/shop/web").Select(instance => instance.Version).Distinct().Single(),
            Is.EqualTo(rig.State.Root.FindPod(PathId.Parse("/shop/web"))!.Version));

        rig.UpdatePod("/shop/web",
            Web.Replace("\"healthCheck\"", "\"ignored\"").Replace("fast", "slow").Replace("\"instances\":2", "\"instances\":3"));
        Assert.That(rig.LastEvent("deployment_success").SelectToken("plan.steps[0].actions[0].action")!.ToString(), Is.EqualTo("ScalePod"));
        Assert.That(rig.Running("/shop/web"), Is.EqualTo(3));
        Assert.That(rig.State.Versions[PathId.Parse("/shop/web")], Has.Count.EqualTo(3), "case 182");

        var gone = rig.Call(new ApiCall.DeletePod("/shop/web", false));
        Assert.That((gone.Status, gone.Body), Is.EqualTo((202, (JToken?)null)));
        Assert.That(rig.Master.Live, Is.Empty);
        Assert.That(rig.EventTypes, Does.Contain("pod_updated_event").And.Contain("pod_deleted_event").And.Contain("app_terminated_event"));
    }

    [Test]
    [Property("case", 184)]
    public void Pod_ScaledBeyondItsConstraint_WaitsAndTheQueueSaysWhy()
    {
        var rig = new AppsRig();
        rig.CreatePod("""
            {"id":"/lonely","scaling":{"kind":"fixed","instances":3},"containers":[{"name":"a","exec":{"command":{"shell":"sleep 9"}},"resources":{"cpus":0.1,"mem":32}}],
             "scheduling":{"placement":{"constraints":[{"fieldName":"@hostname","operator":"UNIQUE"}]}}}
            """);
        Assert.That(rig.Running("/lonely"), Is.EqualTo(2));
        Assert.That(rig.View.Queue[PathId.Parse("/lonely")].FirstReasons["UnfulfilledConstraint"], Is.GreaterThan(0));
    }

    [Test]
    public void Agent_OutOfReach_DegradesThePodUntilItIsBack()
    {
        var rig = new AppsRig();
        rig.CreatePod(Web.Replace("\"volumes\":[{\"name\":\"logs\"}]",
            "\"volumes\":[{\"name\":\"logs\"}],\"scheduling\":{\"unreachableStrategy\":{\"inactiveAfterSeconds\":60,\"expungeAfterSeconds\":120}}"));
        MakeHealthy(rig);
        var instance = rig.Of("/shop/web")[0];
        foreach (var container in new[] { "server", "shipper" })
        {
            rig.Master.Update(instance.Id.Task(1, container).Value, TaskState.TaskUnreachable);
        }
        rig.Run();
        Assert.That((string?)Status(rig).SelectToken("instances[0].message"), Is.EqualTo("pod instance has become unreachable"));
        foreach (var container in new[] { "server", "shipper" })
        {
            rig.Master.Update(instance.Id.Task(1, container).Value, TaskState.TaskRunning, healthy: true);
        }
        rig.Run();
        Assert.That((string?)Status(rig)["status"], Is.EqualTo("STABLE"));
    }

    [Test]
    public void History_WithPods_IsTheFoldOfItsJournalAndOfItsSnapshot()
    {
        var rig = new AppsRig(AppsSettings.Default with { EventsPerSnapshot = 5, MinReviveInterval = TimeSpan.Zero });
        rig.CreatePod(Web);
        MakeHealthy(rig);
        rig.UpdatePod("/shop/web", Web.Replace("fast", "slow"));
        rig.Create("""{"id":"/shop/app","cmd":"sleep 1"}""");
        var before = rig.Core.CaptureState();
        rig.Boot();
        Assert.That(rig.Core.CaptureState(), Is.EqualTo(before));
        rig.Run();
        Assert.That(rig.Master.Live.Count(task => task.App == "shop_web"), Is.GreaterThanOrEqualTo(4));
    }

    public static JObject Status(AppsRig rig, string id = "/shop/web") =>
        PodStatusWriter.Write(rig.View, rig.State.Root.FindPod(PathId.Parse(id)) ?? throw new AssertionException("no pod " + id));

    private static void MakeHealthy(AppsRig rig)
    {
        foreach (var task in rig.Master.Live.Where(task => task.Info.HealthCheck is not null).ToList())
        {
            rig.Master.Update(task.Id, TaskState.TaskRunning, healthy: true);
        }
        rig.Run();
    }

    private static double Amount(IEnumerable<Resource> resources, string name) =>
        resources.Where(resource => resource.Name == name).Sum(resource => resource.Scalar.Value);
}
