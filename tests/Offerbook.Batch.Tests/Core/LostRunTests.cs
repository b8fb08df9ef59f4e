using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Batch.Core;
using Offerbook.Batch.Tests.World;

namespace Offerbook.Batch.Tests.Core;

/// <summary>Runs that fail, are lost, or are out of reach: which of them are launched again, when, and how often.</summary>
[TestFixture]
internal sealed class LostRunTests : BatchTests
{
    [Test]
    public void Run_ThatFails_IsRetriedAsOftenAsAllowed()
    {
        World.Submit("j", retries: 2);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            World.Offer();
            World.Report($"j.1-0-{attempt}", TaskState.TaskFailed, "Command exited with status 1");
        }
        var row = World.Job("j")["runs"]![0]!;
        Assert.That(((string?)row["state"], (int)row["attempt"]!, (int)row["failures"]!), Is.EqualTo(("failed", 3, 3)));
        Assert.That((string?)row["cause"], Is.EqualTo("TASK_FAILED: Command exited with status 1"));
        World.Offer();
        Assert.That(World.Cluster.Tasks, Has.Count.EqualTo(3));
    }

    [Test]
    public void Run_WhoseTaskIsWrong_IsNotRetried()
    {
        World.Submit("j", retries: 5);
        World.Offer();
        World.Report("j.1-0-1", TaskState.TaskError, "Task uses invalid resources");
        Assert.That(World.State("j"), Is.EqualTo("failed"));
    }

    [TestCase(TaskState.TaskLost)]
    [TestCase(TaskState.TaskDropped)]
    [TestCase(TaskState.TaskGone)]
    [TestCase(TaskState.TaskGoneByOperator)]
    [TestCase(TaskState.TaskUnknown)]
    public void Run_ThatIsLost_IsLaunchedAgainWithoutUsingUpARetry(TaskState lost)
    {
        World.Submit("j");
        World.Offer();
        World.Report("j.1-0-1", lost);
        World.Advance(TimeSpan.FromMilliseconds(100));
        World.Offer();
        World.Report("j.1-0-2", TaskState.TaskFinished);
        Assert.That(World.State("j"), Is.EqualTo("finished"));
    }

    [Test]
    public void Job_WhoseTasksKeepGettingLost_WaitsLongerEachTime_UpToTheBound()
    {
        World.Submit("j");
        double[] waits = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30];
        for (var i = 0; i < waits.Length; i++)
        {
            World.Offer();
            Assert.That(World.Cluster.Tasks, Has.Count.EqualTo(i + 1));
            World.Report($"j.1-0-{i + 1}", TaskState.TaskDropped);
            Assert.That(World.Cluster.IsSuppressed, Is.True);
            World.Advance(TimeSpan.FromSeconds(waits[i] - 0.01));
            World.Offer();
            Assert.That(World.Cluster.Tasks, Has.Count.EqualTo(i + 1));
            World.Advance(TimeSpan.FromSeconds(0.01));
        }
    }

    [Test]
    public void Run_OnAnUnreachableAgent_IsAwaitedAndThenReplaced_AndTheOldTaskKilledShouldItReturn()
    {
        var old = RunOutOfReach();
        Assert.That((int)World.Job("j")["unreachable"]!, Is.EqualTo(1));

        World.Advance(TimeSpan.FromMinutes(14));
        Assert.That(World.Cluster.IsSuppressed, Is.True);
        World.Advance(TimeSpan.FromMinutes(2));
        old.Assume(TaskState.TaskGone);
        World.Offer();
        Assert.That(World.Cluster.Tasks[^1].Id, Is.EqualTo("j.1-0-2"));

        old.Assume(TaskState.TaskRunning);
        World.Cluster.SendUpdate(old.Status());
        World.Deliver();
        Assert.That(old.State, Is.EqualTo(TaskState.TaskKilled));
        World.Report("j.1-0-2", TaskState.TaskFinished);
        Assert.That(World.State("j"), Is.EqualTo("finished"));
    }

    /// <summary>In one sweep the run is given up, with which the job has ended, and the job's next kill is due.</summary>
    [Test]
    public void JobThatStops_WhoseRunIsOutOfReachForTooLong_IsStoppedWhenItsKillIsDue()
    {
        RunOutOfReach();
        Assert.That(World.Call(new ApiCall.StopJob("j")).Status, Is.EqualTo(202));

        World.Advance(TimeSpan.FromMinutes(16));

        Assert.That(World.State("j"), Is.EqualTo("stopped"));
        World.Cluster.Calls.Clear();
        World.Submit("next");
        World.Advance(TimeSpan.FromMinutes(1));
        Assert.That(Calls(Call.Types.Type.Kill), Is.Empty);
    }

    [Test]
    public void Run_OnAnAgentThatReturnsInTime_GoesOn()
    {
        var task = RunOutOfReach();
        World.Advance(TimeSpan.FromMinutes(5));
        task.Assume(TaskState.TaskRunning);
        World.Cluster.SendUpdate(task.Status());
        World.Deliver();
        World.Advance(TimeSpan.FromMinutes(60));
        Assert.That((int)World.Job("j")["running"]!, Is.EqualTo(1));
        Assert.That(World.Cluster.Tasks, Has.Count.EqualTo(1));
    }

    [Test]
    public void Framework_ThatWasRemoved_StartsAnewAndRunsItsJobsAgain()
    {
        World.Submit("j");
        World.Offer();
        World.Report("j.1-0-1", TaskState.TaskRunning);
        World.Cluster.RemoveFramework();
        World.Deliver();
        World.Advance(TimeSpan.FromSeconds(10));
        Assert.That(World.Core.State.FrameworkId, Is.EqualTo("f-2"));
        World.Offer();
        World.Report("j.1-0-2", TaskState.TaskFinished);
        Assert.That(World.State("j"), Is.EqualTo("finished"));
    }

    [Test]
    public void Task_OfWhichNothingIsHeard_IsAskedAbout_WithGrowingPauses()
    {
        World.Submit("j");
        World.Offer();
        // The task vanishes and the master stays silent.
        World.Cluster.Tasks.Clear();
        World.Cluster.Calls.Clear();
        World.Advance(TimeSpan.FromSeconds(5));
        Assert.That(Calls(Call.Types.Type.Reconcile).Single().Reconcile.Tasks.Single().TaskId.Value, Is.EqualTo("j.1-0-1"));
        // It says GONE: the run is launched again.
        World.Advance(TimeSpan.FromSeconds(1));
        World.Offer();
        Assert.That(World.Cluster.Tasks.Single().Id, Is.EqualTo("j.1-0-2"));
    }

    [Test]
    public void Restart_AsksAboutEveryActiveTaskAtOnce_AndAboutNoOther()
    {
        World.Submit("j", count: 3);
        World.Offer();
        World.Report("j.1-0-1", TaskState.TaskRunning);
        World.Report("j.1-1-1", TaskState.TaskFinished);
        World.Cluster.Calls.Clear();
        World.Restart();
        World.Deliver();
        var asked = Calls(Call.Types.Type.Reconcile).Single().Reconcile.Tasks;
        Assert.That(asked.Select(t => (t.TaskId.Value, t.AgentId.Value)), Is.EqualTo(new[] { ("j.1-0-1", "a1"), ("j.1-2-1", "a1") }));
        Assert.That(World.Cluster.FrameworkId, Is.EqualTo("f-1"));
    }

    /// <summary>Job "j", whose one task ran and then went out of reach with its agent.</summary>
    private FakeTask RunOutOfReach()
    {
        World.Submit("j");
        World.Offer();
        World.Report("j.1-0-1", TaskState.TaskRunning);
        var task = World.Cluster.Task("j.1-0-1");
        task.Assume(TaskState.TaskUnreachable);
        World.Cluster.SendUpdate(task.Status());
        World.Deliver();
        return task;
    }
}
