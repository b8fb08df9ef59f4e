using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Batch.Core;
using Offerbook.Batch.Tests.World;

namespace Offerbook.Batch.Tests.Core;

[TestFixture]
internal sealed class JobLifeTests
{
    private BatchWorld _world = null!;

    [SetUp]
    public void SetUp()
    {
        _world = new BatchWorld();
        _world.Deliver();
    }

    [Test]
    public void Job_OfSeveralRuns_IsPackedOntoOneAccept_AndRunsToItsEnd()
    {
        var added = _world.Submit("j", count: 3);
        Assert.That((string?)added["state"], Is.EqualTo("pending"));

        _world.Offer();
        var accept = Calls(Call.Types.Type.Accept).Single().Accept;
        var tasks = accept.Operations.Single().Launch.TaskInfos;
        Assert.That(tasks.Select(t => t.TaskId.Value), Is.EqualTo(new[] { "j.1-0-1", "j.1-1-1", "j.1-2-1" }));
        Assert.That(tasks.Select(t => t.AgentId.Value), Is.All.EqualTo("a1"));
        Assert.That(_world.State("j"), Is.EqualTo("running"));

        for (var run = 0; run < 3; run++)
        {
            _world.Report($"j.1-{run}-1", TaskState.TaskRunning);
        }
        Assert.That((int)_world.Job("j")["running"]!, Is.EqualTo(3));
        for (var run = 0; run < 3; run++)
        {
            _world.Report($"j.1-{run}-1", TaskState.TaskFinished);
        }
        var job = _world.Job("j");
        Assert.That(((string?)job["state"], (int)job["finished"]!, (int)job["failed"]!), Is.EqualTo(("finished", 3, 0)));
        Assert.That(_world.Cluster.Tasks.Select(t => t.Unacknowledged.Count), Is.All.Zero);
        Assert.That((string?)job["runs"]![2]!["host"], Is.EqualTo("a1.example"));
    }

    [Test]
    public void Offers_AreSuppressedWithNothingToRun_RevivedWithAJob_AndSuppressedAgain()
    {
        Assert.That(_world.Cluster.IsSuppressed, Is.True);
        _world.Submit("j");
        Assert.That(_world.Cluster.IsSuppressed, Is.False);
        _world.Offer();
        Assert.That(_world.Cluster.IsSuppressed, Is.True);
        _world.Report("j.1-0-1", TaskState.TaskFailed);
        Assert.That(_world.Cluster.IsSuppressed, Is.True);
        Assert.That(_world.State("j"), Is.EqualTo("failed"));
    }

    [Test]
    public void Job_TooBigForAnyOffer_DoesNotHoldUpASmallerOne()
    {
        _world.Submit("big", cpus: 100);
        _world.Offer();
        Assert.That(Calls(Call.Types.Type.Decline), Is.Not.Empty);

        _world.Cluster.Calls.Clear();
        _world.Submit("small");
        Assert.That(Calls(Call.Types.Type.Revive), Has.Count.EqualTo(1));
        _world.Offer();
        Assert.That(_world.Cluster.Tasks.Single().Id, Is.EqualTo("small.2-0-1"));
    }

    [Test]
    public void Run_ThatFails_IsRetriedAsOftenAsAllowed()
    {
        _world.Submit("j", retries: 2);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            _world.Offer();
            _world.Report($"j.1-0-{attempt}", TaskState.TaskFailed, "Command exited with status 1");
        }
        var row = _world.Job("j")["runs"]![0]!;
        Assert.That(((string?)row["state"], (int)row["attempt"]!, (int)row["failures"]!), Is.EqualTo(("failed", 3, 3)));
        Assert.That((string?)row["cause"], Is.EqualTo("TASK_FAILED: Command exited with status 1"));
        _world.Offer();
        Assert.That(_world.Cluster.Tasks, Has.Count.EqualTo(3));
    }

    [Test]
    public void Run_WhoseTaskIsWrong_IsNotRetried()
    {
        _world.Submit("j", retries: 5);
        _world.Offer();
        _world.Report("j.1-0-1", TaskState.TaskError, "Task uses invalid resources");
        Assert.That(_world.State("j"), Is.EqualTo("failed"));
    }

    [TestCase(TaskState.TaskLost)]
    [TestCase(TaskState.TaskDropped)]
    [TestCase(TaskState.TaskGone)]
    [TestCase(TaskState.TaskGoneByOperator)]
    [TestCase(TaskState.TaskUnknown)]
    public void Run_ThatIsLost_IsLaunchedAgainWithoutUsingUpARetry(TaskState lost)
    {
        _world.Submit("j");
        _world.Offer();
        _world.Report("j.1-0-1", lost);
        _world.Advance(TimeSpan.FromMilliseconds(100));
        _world.Offer();
        _world.Report("j.1-0-2", TaskState.TaskFinished);
        Assert.That(_world.State("j"), Is.EqualTo("finished"));
    }

    [Test]
    public void Job_WhoseTasksKeepGettingLost_WaitsLongerEachTime_UpToTheBound()
    {
        _world.Submit("j");
        double[] waits = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30];
        for (var i = 0; i < waits.Length; i++)
        {
            _world.Offer();
            Assert.That(_world.Cluster.Tasks, Has.Count.EqualTo(i + 1));
            _world.Report($"j.1-0-{i + 1}", TaskState.TaskDropped);
            Assert.That(_world.Cluster.IsSuppressed, Is.True);
            _world.Advance(TimeSpan.FromSeconds(waits[i] - 0.01));
            _world.Offer();
            Assert.That(_world.Cluster.Tasks, Has.Count.EqualTo(i + 1));
            _world.Advance(TimeSpan.FromSeconds(0.01));
        }
    }

    [Test]
    public void Run_OnAnUnreachableAgent_IsAwaitedAndThenReplaced_AndTheOldTaskKilledShouldItReturn()
    {
        _world.Submit("j");
        _world.Offer();
        _world.Report("j.1-0-1", TaskState.TaskRunning);
        var old = _world.Cluster.Task("j.1-0-1");
        old.Assume(TaskState.TaskUnreachable);
        _world.Cluster.SendUpdate(old.Status());
        _world.Deliver();
        Assert.That((int)_world.Job("j")["unreachable"]!, Is.EqualTo(1));

        _world.Advance(TimeSpan.FromMinutes(14));
        Assert.That(_world.Cluster.IsSuppressed, Is.True);
        _world.Advance(TimeSpan.FromMinutes(2));
        old.Assume(TaskState.TaskGone);
        _world.Offer();
        Assert.That(_world.Cluster.Tasks[^1].Id, Is.EqualTo("j.1-0-2"));

        old.Assume(TaskState.TaskRunning);
        _world.Cluster.SendUpdate(old.Status());
        _world.Deliver();
        Assert.That(old.State, Is.EqualTo(TaskState.TaskKilled));
        _world.Report("j.1-0-2", TaskState.TaskFinished);
        Assert.That(_world.State("j"), Is.EqualTo("finished"));
    }

    [Test]
    public void Run_OnAnAgentThatReturnsInTime_GoesOn()
    {
        _world.Submit("j");
        _world.Offer();
        _world.Report("j.1-0-1", TaskState.TaskRunning);
        var task = _world.Cluster.Task("j.1-0-1");
        task.Assume(TaskState.TaskUnreachable);
        _world.Cluster.SendUpdate(task.Status());
        _world.Deliver();
        _world.Advance(TimeSpan.FromMinutes(5));
        task.Assume(TaskState.TaskRunning);
        _world.Cluster.SendUpdate(task.Status());
        _world.Deliver();
        _world.Advance(TimeSpan.FromMinutes(60));
        Assert.That((int)_world.Job("j")["running"]!, Is.EqualTo(1));
        Assert.That(_world.Cluster.Tasks, Has.Count.EqualTo(1));
    }

    [Test]
    public void Stop_KillsWhatRuns_DropsWhatWaits_AndEnds()
    {
        _world.Submit("j", count: 10);
        _world.Cluster.AgentCpus.Remove("a2");
        _world.Offer();
        Assert.That((int)_world.Job("j")["launching"]!, Is.EqualTo(4));
        _world.Report("j.1-0-1", TaskState.TaskFinished);

        var stopping = _world.Call(new ApiCall.StopJob("j"));
        Assert.That((stopping.Status, (string?)stopping.Body["state"]), Is.EqualTo((202, "stopping")));
        _world.Deliver();
        var job = _world.Job("j");
        Assert.That(((string?)job["state"], (int)job["stopped"]!, (int)job["finished"]!), Is.EqualTo(("stopped", 9, 1)));
        Assert.That(job["runs"]!.Select(run => (int)run["failures"]!), Is.All.Zero);
        Assert.That(_world.Call(new ApiCall.StopJob("j")).Status, Is.EqualTo(200));
        Assert.That(_world.Cluster.Tasks.Any(t => t.IsAlive), Is.False);
    }

    [Test]
    public void Stop_WhileDisconnected_KillsAfterTheNextSubscription_AndRepeatsUntilItIsDone()
    {
        _world.Submit("j");
        _world.Offer();
        _world.Report("j.1-0-1", TaskState.TaskRunning);
        _world.Cluster.IsUp = false;
        _world.Cluster.Disconnect();
        _world.Deliver();
        _world.Call(new ApiCall.StopJob("j"));
        Assert.That(_world.Cluster.Tasks.Single().IsAlive, Is.True);

        _world.Cluster.IsUp = true;
        _world.Advance(TimeSpan.FromSeconds(6));
        Assert.That(_world.State("j"), Is.EqualTo("stopped"));
    }

    [Test]
    public void Stop_OfAJobThatHasLaunchedNothing_EndsAtOnce()
    {
        _world.Submit("j", count: 5);
        Assert.That(_world.Call(new ApiCall.StopJob("j")).Status, Is.EqualTo(200));
        Assert.That(_world.State("j"), Is.EqualTo("stopped"));
        Assert.That(_world.Cluster.IsSuppressed, Is.True);
    }

    [Test]
    public void Launch_OnAnOfferThatIsGone_IsRepeated()
    {
        _world.Submit("j");
        _world.Deliver();
        var stale = new Event { Type = Event.Types.Type.Offers, Offers = new Event.Types.Offers { Offers_ = { _world.Cluster.MakeOffer("a1", 4, 4_096) } } };
        _world.Post(new BatchMessage.MasterSignalled(new Client.Scheduling.SchedulerSignal.EventReceived(1, stale)));
        _world.Deliver();
        Assert.That(_world.Cluster.Tasks, Is.Empty);
        _world.Advance(TimeSpan.FromSeconds(1));
        _world.Offer();
        Assert.That(_world.Cluster.Tasks.Single().Id, Is.EqualTo("j.1-0-2"));
    }

    [Test]
    public void Launches_InFlight_AreBounded()
    {
        _world = new BatchWorld(BatchSettings.Default with { MaxTasksPerOffer = 3, MaxLaunchesInFlight = 5 });
        _world.Submit("j", count: 20, cpus: 0.1);
        for (var i = 0; i < 5; i++)
        {
            _world.Offer();
        }
        Assert.That(_world.Cluster.Tasks, Has.Count.EqualTo(5));
        Assert.That(Calls(Call.Types.Type.Accept).Select(c => c.Accept.Operations[0].Launch.TaskInfos.Count), Is.EqualTo(new[] { 3, 2 }));
        Assert.That(Calls(Call.Types.Type.Decline)[0].Decline.Filters.RefuseSeconds, Is.EqualTo(1));

        _world.Report("j.1-0-1", TaskState.TaskRunning);
        _world.Offer();
        Assert.That(_world.Cluster.Tasks, Has.Count.EqualTo(6));
    }

    [Test]
    public void Framework_ThatWasRemoved_StartsAnewAndRunsItsJobsAgain()
    {
        _world.Submit("j");
        _world.Offer();
        _world.Report("j.1-0-1", TaskState.TaskRunning);
        _world.Cluster.RemoveFramework();
        _world.Deliver();
        _world.Advance(TimeSpan.FromSeconds(10));
        Assert.That(_world.Core.State.FrameworkId, Is.EqualTo("f-2"));
        _world.Offer();
        _world.Report("j.1-0-2", TaskState.TaskFinished);
        Assert.That(_world.State("j"), Is.EqualTo("finished"));
    }

    [Test]
    public void Task_OfWhichNothingIsHeard_IsAskedAbout_WithGrowingPauses()
    {
        _world.Submit("j");
        _world.Offer();
        // The task vanishes and the master stays silent.
        _world.Cluster.Tasks.Clear();
        _world.Cluster.Calls.Clear();
        _world.Advance(TimeSpan.FromSeconds(5));
        Assert.That(Calls(Call.Types.Type.Reconcile).Single().Reconcile.Tasks.Single().TaskId.Value, Is.EqualTo("j.1-0-1"));
        // It says GONE: the run is launched again.
        _world.Advance(TimeSpan.FromSeconds(1));
        _world.Offer();
        Assert.That(_world.Cluster.Tasks.Single().Id, Is.EqualTo("j.1-0-2"));
    }

    [Test]
    public void Restart_AsksAboutEveryActiveTaskAtOnce_AndAboutNoOther()
    {
        _world.Submit("j", count: 3);
        _world.Offer();
        _world.Report("j.1-0-1", TaskState.TaskRunning);
        _world.Report("j.1-1-1", TaskState.TaskFinished);
        _world.Cluster.Calls.Clear();
        _world.Restart();
        _world.Deliver();
        var asked = Calls(Call.Types.Type.Reconcile).Single().Reconcile.Tasks;
        Assert.That(asked.Select(t => (t.TaskId.Value, t.AgentId.Value)), Is.EqualTo(new[] { ("j.1-0-1", "a1"), ("j.1-2-1", "a1") }));
        Assert.That(_world.Cluster.FrameworkId, Is.EqualTo("f-1"));
    }

    [Test]
    public void Waiter_IsAnsweredWhenTheJobEnds_OrWhenItsTimeIsUp_AndNotWhenItHasLeft()
    {
        _world.Submit("j");
        var patient = _world.CallLater(new ApiCall.GetJob("j", Page.Default, TimeSpan.FromSeconds(60)));
        var hasty = _world.CallLater(new ApiCall.GetJob("j", Page.Default, TimeSpan.FromSeconds(1)));
        var leaving = _world.CallLater(new ApiCall.GetJob("j", Page.Default, TimeSpan.FromSeconds(60)));
        Assert.That(_world.Replies, Has.Count.EqualTo(1));
        _world.Post(new BatchMessage.ConnectionClosed(new Wire.Identity.ConnectionId(leaving)));

        _world.Advance(TimeSpan.FromSeconds(1));
        Assert.That((_world.Replies[^1].Connection.Value, (string?)_world.Replies[^1].Body["state"]), Is.EqualTo((hasty, "pending")));
        _world.Offer();
        _world.Report("j.1-0-1", TaskState.TaskFinished);
        Assert.That((_world.Replies[^1].Connection.Value, (string?)_world.Replies[^1].Body["state"]), Is.EqualTo((patient, "finished")));
        _world.Advance(TimeSpan.FromSeconds(100));
        Assert.That(_world.Replies, Has.Count.EqualTo(3));
    }

    [Test]
    public void Job_WithAnIdThatIsTaken_IsRefused()
    {
        _world.Submit("j");
        var spec = _world.Core.State.Find("j")!.Spec;
        Assert.That(_world.Call(new ApiCall.AddJob(spec)).Status, Is.EqualTo(409));
        _world.Offer();
        _world.Report("j.1-0-1", TaskState.TaskFinished);
        var refused = _world.Call(new ApiCall.AddJob(spec));
        Assert.That(((string?)refused.Body["message"])!, Does.Contain("has run before"));
    }

    [Test]
    public void List_IsPagedAndFiltered_TheNewestFirst()
    {
        for (var i = 0; i < 5; i++)
        {
            _world.Submit("j" + i);
        }
        _world.Call(new ApiCall.StopJob("j1"));
        var page = _world.Call(new ApiCall.ListJobs(new Page(1, 2), null)).Body;
        Assert.That(page["jobs"]!.Select(j => (string?)j["id"]), Is.EqualTo(new[] { "j3", "j2" }));
        Assert.That((int)page["total"]!, Is.EqualTo(5));
        var stopped = _world.Call(new ApiCall.ListJobs(Page.Default, Batch.Jobs.JobState.Stopped)).Body;
        Assert.That(stopped["jobs"]!.Select(j => (string?)j["id"]), Is.EqualTo(new[] { "j1" }));
    }

    [Test]
    public void EndedJobs_AreForgottenBeyondTheBound_TheOldestFirst()
    {
        for (var i = 0; i < 1_005; i++)
        {
            _world.Submit("j" + i);
            _world.Call(new ApiCall.StopJob("j" + i));
        }
        Assert.That(_world.Core.State.Jobs, Has.Count.EqualTo(1_000));
        Assert.That(_world.Call(new ApiCall.GetJob("j4", Page.Default, null)).Status, Is.EqualTo(404));
        Assert.That(_world.Call(new ApiCall.GetJob("j5", Page.Default, null)).Status, Is.EqualTo(200));
        Assert.That((string?)_world.Submit("j4")["state"], Is.EqualTo("pending"));
    }

    [Test]
    public void TooManyRuns_AreRefusedUntilSomeHaveEnded()
    {
        for (var i = 0; i < 5; i++)
        {
            _world.Submit("j" + i, count: 100_000);
        }
        var spec = _world.Core.State.Find("j0")!.Spec with { Id = "more", Count = 1 };
        Assert.That(_world.Call(new ApiCall.AddJob(spec)).Status, Is.EqualTo(503));
        _world.Call(new ApiCall.StopJob("j0"));
        Assert.That(_world.Call(new ApiCall.AddJob(spec)).Status, Is.EqualTo(201));
    }

    private List<Call> Calls(Call.Types.Type type) => _world.Cluster.Calls.Where(c => c.Type == type).ToList();
}
