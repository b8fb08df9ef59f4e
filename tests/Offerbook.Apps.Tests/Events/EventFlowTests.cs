using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Tests.Rig;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Apps.Tests.Events;

/// <summary>The order of events in the flows that clients know, and that no flow has a name that they do not.</summary>
public sealed class EventFlowTests
{
    private const string Running = "instance_changed_event Scheduled,instance_changed_event Provisioned,status_update_event TASK_RUNNING,instance_changed_event Running";
    private const string Killed = "instance_changed_event Running,status_update_event TASK_KILLED,instance_changed_event Killed";

    private AppsRig _rig = null!;

    [SetUp]
    public void Start() => _rig = new AppsRig();

    [TearDown]
    public void NamesAreKnown_AndIdsAreDense()
    {
        Assert.That(_rig.EventTypes.Distinct(), Is.SubsetOf(EventNames.All));
        var ids = _rig.Events.Select(published => published.Id).ToList();
        Assert.That(ids, Is.EqualTo(Enumerable.Range(0, ids.Count).Select(i => ids[0] + i)));
    }

    [Test]
    public void ScaleUp() => Check(() => Create(), () => _rig.Update("/g/a", """{"instances":2}"""),
        $"deployment_info,instance_changed_event Scheduled,group_change_success,api_post_event,{Running["instance_changed_event Scheduled,".Length..]},"
        + "deployment_step_success,deployment_success");

    [Test]
    public void ScaleDown_RepeatsTheConditionWhenTheGoalChanges() =>
        Check(() => Create(2), () => _rig.Update("/g/a", """{"instances":1}"""),
        "deployment_info,instance_changed_event Running,group_change_success,api_post_event,status_update_event TASK_KILLED,instance_changed_event Killed,"
        + "deployment_step_success,deployment_success");

    [Test]
    public void RollingUpdate_IsOneStepOfNewAndOldOnes()
    {
        Create();
        var told = Told(() => _rig.Update("/g/a", """{"cmd":"sleep 10"}"""));
        Assert.Multiple(() =>
        {
            Assert.That(told[0], Is.EqualTo("deployment_info"));
            Assert.That(told, Has.One.EqualTo("deployment_step_success"));
            Assert.That(told[^2..], Is.EqualTo(new[] { "deployment_step_success", "deployment_success" }));
            Assert.That(string.Join(',', told.Where(text => text.StartsWith("instance_changed", StringComparison.Ordinal))),
                Is.EqualTo("instance_changed_event Scheduled,instance_changed_event Provisioned,instance_changed_event Running,"
                    + "instance_changed_event Running,instance_changed_event Killed"));
        });
    }

    [Test]
    [Category("case 193")]
    public void Delete_WithAHealthCheck() => Check(
        () => _rig.Create(
            """{"id":"/g/a","cmd":"sleep 9","cpus":0.1,"mem":16,"healthChecks":[{"protocol":"COMMAND","command":{"value":"true"}}]}"""),
        () => _rig.Call(new ApiCall.DeleteApp("/g/a", true)),
        "deployment_failed,deployment_info,remove_health_check_event,instance_changed_event Running,group_change_success,status_update_event TASK_KILLED,"
        + "instance_changed_event Killed,app_terminated_event,deployment_step_success,deployment_success");

    [Test]
    [Category("case 193")]
    public void Delete() => Check(() => Create(), () => _rig.Call(new ApiCall.DeleteApp("/g/a", false)),
        "deployment_info,instance_changed_event Running,group_change_success,status_update_event TASK_KILLED,"
        + "instance_changed_event Killed,app_terminated_event,deployment_step_success,deployment_success");

    [Test]
    public void Kill_WithoutScaling_HasNoDeployment() =>
        Check(() => Create(), () => _rig.Call(new ApiCall.KillAppTasks("/g/a", null, null, false, false, false)),
        "status_update_event TASK_KILLED,instance_changed_event Killed,instance_changed_event Provisioned,status_update_event TASK_RUNNING,instance_changed_event Running");

    [Test]
    public void Kill_WithScaling_ChangesTheRootGroup()
    {
        Create(2);
        var told = Told(() => _rig.Call(new ApiCall.KillAppTasks("/g/a", _rig.Of("/g/a")[0].Task.Value, null, true, false, false)));
        const string first = "instance_changed_event Running,";
        Assert.That(string.Join(',', told), Is.EqualTo(
            $"deployment_info,{Killed[..first.Length]}group_change_success,{Killed[first.Length..]},"
            + "deployment_step_success,deployment_success"));
        Assert.That((string)_rig.LastEvent("group_change_success")["groupId"]!, Is.EqualTo("/"));
    }

    [Test]
    public void HealthFailure_KillsWithTheFirstThatIsTooMany()
    {
        _rig.Create("""
            {"id":"/g/a","cmd":"sleep 9","cpus":0.1,"mem":16,"healthChecks":[{"protocol":"HTTP","path":"/","intervalSeconds":5,"gracePeriodSeconds":0,"maxConsecutiveFailures":2}]}
            """);
        _rig.Advance(TimeSpan.FromSeconds(6));
        var isWell = false;
        _rig.Probe = _ => isWell ? new ProbeResult.HttpAnswered(200, "OK") : new ProbeResult.HttpAnswered(500, "no");
        var told = Told(() => _rig.Advance(TimeSpan.FromSeconds(16)));
        Assert.That(string.Join(',', told.Take(9)),
            Is.EqualTo("failed_health_check_event,health_status_changed_event,instance_health_changed_event,"
            + "failed_health_check_event,failed_health_check_event,unhealthy_instance_kill_event,status_update_event TASK_KILLED,instance_changed_event Killed,"
            + "instance_changed_event Provisioned"));
        Assert.That((string)_rig.LastEvent("failed_health_check_event")["taskId"]!, Is.EqualTo(_rig.Of("/g/a")[0].Id.Value),
            "an instance's id, as clients expect");
    }

    [Test]
    public void AgentLost_AndBack()
    {
        _rig.Create(
            """{"id":"/g/a","cmd":"sleep 9","cpus":0.1,"mem":16,"unreachableStrategy":{"inactiveAfterSeconds":10,"expungeAfterSeconds":600}}""");
        var lost = _rig.Of("/g/a")[0];
        var told = Told(() =>
        {
            _rig.Master.Update(lost.Task.Value, TaskState.TaskUnreachable);
            _rig.Run();
            _rig.Advance(TimeSpan.FromSeconds(16));
        });
        Assert.That(told, Is.EqualTo(new[]
        {
            "status_update_event TASK_UNREACHABLE", "instance_changed_event Unreachable", "instance_changed_event UnreachableInactive",
            "instance_changed_event Scheduled", "instance_changed_event Provisioned", "status_update_event TASK_RUNNING",
            "instance_changed_event Running",
        }));
        told = Told(() =>
        {
            _rig.Master.Update(lost.Task.Value, TaskState.TaskRunning);
            _rig.Run();
        });
        Assert.That(told.Take(2), Is.EqualTo(new[] { "status_update_event TASK_RUNNING", "instance_changed_event Running" }));
        Assert.That(told, Does.Contain("instance_changed_event Killed"), "one of the two is too many");
    }

    [Test]
    public void ForcedOverride_EndsTheOldDeploymentFirst()
    {
        _rig.Create("""{"id":"/g/a","cmd":"sleep 9","cpus":1000}""");
        var told = Told(() => _rig.Update("/g/a", """{"instances":0}""", force: true));
        Assert.That(told[..2], Is.EqualTo(new[] { "deployment_failed", "deployment_info" }));
        Assert.That((string)_rig.LastEvent("deployment_failed")["reason"]!, Is.EqualTo("The upgrade has been cancelled"));
    }

    [Test]
    public void Conflict_FailsTheDeploymentThatNeverWas()
    {
        _rig.Create("""{"id":"/g/a","cmd":"sleep 9","cpus":1000}""");
        var told = Told(() => _rig.Update("/g/a", """{"instances":2}"""));
        Assert.That(told, Is.EqualTo(new[] { "deployment_failed", "group_change_failed" }));
        Assert.That((string)_rig.LastEvent("deployment_failed")["id"]!, Is.Not.EqualTo(_rig.State.Deployments[0].Id));
    }

    [Test]
    public void Rollback_IsAForcedOverrideWithTheInversePlan()
    {
        Create();
        _rig.Update("/g/a", """{"cpus":1000}""");
        var told = Told(() => _rig.Call(new ApiCall.CancelDeployment(_rig.State.Deployments[0].Id, false)));
        Assert.That(told[..2], Is.EqualTo(new[] { "deployment_failed", "deployment_info" }));
        Assert.That(told, Does.Contain("deployment_success"));
        Assert.That((string)_rig.LastEvent("group_change_success")["groupId"]!, Is.EqualTo("/"));
    }

    [Test]
    public void TerminalUpdateOfAnUnknownInstance_IsTold()
    {
        var told = Told(() =>
        {
            _rig.Master.Send(new TaskStatus
            {
                TaskId = new TaskID { Value = "a.instance-6a204bd5-9d0f-11ef-8c5c-3f6a3b7c1e11._app.1" },
                AgentId = new AgentID { Value = "x" },
                State = TaskState.TaskFailed,
            });
            _rig.Run();
        });
        Assert.That(told, Is.EqualTo(new[] { "unknown_instance_terminated_event Failed" }));
    }

    [Test]
    public void Master_LostAndBack()
    {
        var told = Told(() =>
        {
            _rig.Master.Disconnect();
            _rig.Run();
            _rig.Advance(TimeSpan.FromMinutes(2));
        });
        Assert.That(told, Is.EqualTo(new[] { "scheduler_disconnected_event", "scheduler_reregistered_event" }));
    }

    [Test]
    public void FrameworkMessage_IsAListOfSignedBytes()
    {
        _rig.Master.Send(new Mesos.V1.Scheduler.Event
        {
            Type = Mesos.V1.Scheduler.Event.Types.Type.Message,
            Message = new Mesos.V1.Scheduler.Event.Types.Message
            {
                AgentId = new AgentID { Value = "agent" },
                ExecutorId = new ExecutorID { Value = "executor" },
                Data = Google.Protobuf.ByteString.CopyFrom(65, 255),
            },
        });
        _rig.Run();
        Assert.That(_rig.LastEvent("framework_message_event")["message"]!.ToString(Newtonsoft.Json.Formatting.None), Is.EqualTo("[65,-1]"));
    }

    private void Create(int instances = 1) =>
        _rig.Create($$"""{"id":"/g/a","cmd":"sleep 9","cpus":0.1,"mem":16,"instances":{{instances}}}""");

    private void Check(Action before, Action change, string expected)
    {
        before();
        Assert.That(string.Join(',', Told(change)), Is.EqualTo(expected));
    }

    /// <summary>Types of the events that a change leads to, with the condition or state that they tell.</summary>
    private List<string> Told(Action change)
    {
        var from = _rig.Events.Count;
        change();
        return _rig.Events.Skip(from).Select(published =>
        {
            var payload = JObject.Parse(published.Json);
            return $"{published.Type} {(string?)(payload["condition"] ?? payload["taskStatus"])}".TrimEnd();
        }).ToList();
    }
}
