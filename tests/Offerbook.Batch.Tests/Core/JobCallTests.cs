using Mesos.V1;
using Offerbook.Batch.Core;

namespace Offerbook.Batch.Tests.Core;

/// <summary>What clients ask of jobs: stopping them, waiting for their end, listing them, and what is refused.</summary>
[TestFixture]
internal sealed class JobCallTests : BatchTests
{
    [Test]
    public void Stop_KillsWhatRuns_DropsWhatWaits_AndEnds()
    {
        World.Submit("j", count: 10);
        World.Cluster.AgentCpus.Remove("a2");
        World.Offer();
        Assert.That((int)World.Job("j")["launching"]!, Is.EqualTo(4));
        World.Report("j.1-0-1", TaskState.TaskFinished);

        var stopping = World.Call(new ApiCall.StopJob("j"));
        Assert.That((stopping.Status, (string?)stopping.Body["state"]), Is.EqualTo((202, "stopping")));
        World.Deliver();
        var job = World.Job("j");
        Assert.That(((string?)job["state"], (int)job["stopped"]!, (int)job["finished"]!), Is.EqualTo(("stopped", 9, 1)));
        Assert.That(job["runs"]!.Select(run => (int)run["failures"]!), Is.All.Zero);
        Assert.That(World.Call(new ApiCall.StopJob("j")).Status, Is.EqualTo(200));
        Assert.That(World.Cluster.Tasks.Any(t => t.IsAlive), Is.False);
    }

    [Test]
    public void Stop_WhileDisconnected_KillsAfterTheNextSubscription_AndRepeatsUntilItIsDone()
    {
        World.Submit("j");
        World.Offer();
        World.Report("j.1-0-1", TaskState.TaskRunning);
        World.Cluster.IsUp = false;
        World.Cluster.Disconnect();
        World.Deliver();
        World.Call(new ApiCall.StopJob("j"));
        Assert.That(World.Cluster.Tasks.Single().IsAlive, Is.True);

        World.Cluster.IsUp = true;
        World.Advance(TimeSpan.FromSeconds(6));
        Assert.That(World.State("j"), Is.EqualTo("stopped"));
    }

    [Test]
    public void Stop_OfAJobThatHasLaunchedNothing_EndsAtOnce()
    {
        World.Submit("j", count: 5);
        Assert.That(World.Call(new ApiCall.StopJob("j")).Status, Is.EqualTo(200));
        Assert.That(World.State("j"), Is.EqualTo("stopped"));
        Assert.That(World.Cluster.IsSuppressed, Is.True);
    }

    [Test]
    public void Waiter_IsAnsweredWhenTheJobEnds_OrWhenItsTimeIsUp_AndNotWhenItHasLeft()
    {
        World.Submit("j");
        var patient = World.CallLater(new ApiCall.GetJob("j", Page.Default, TimeSpan.FromSeconds(60)));
        var hasty = World.CallLater(new ApiCall.GetJob("j", Page.Default, TimeSpan.FromSeconds(1)));
        var leaving = World.CallLater(new ApiCall.GetJob("j", Page.Default, TimeSpan.FromSeconds(60)));
        Assert.That(World.Replies, Has.Count.EqualTo(1));
        World.Post(new BatchMessage.ConnectionClosed(new Wire.Identity.ConnectionId(leaving)));

        World.Advance(TimeSpan.FromSeconds(1));
        Assert.That((World.Replies[^1].Connection.Value, (string?)World.Replies[^1].Body["state"]), Is.EqualTo((hasty, "pending")));
        World.Offer();
        World.Report("j.1-0-1", TaskState.TaskFinished);
        Assert.That((World.Replies[^1].Connection.Value, (string?)World.Replies[^1].Body["state"]), Is.EqualTo((patient, "finished")));
        World.Advance(TimeSpan.FromSeconds(100));
        Assert.That(World.Replies, Has.Count.EqualTo(3));
    }

    [Test]
    public void Job_WithAnIdThatIsTaken_IsRefused()
    {
        World.Submit("j");
        var spec = World.Core.State.Find("j")!.Spec;
        Assert.That(World.Call(new ApiCall.AddJob(spec)).Status, Is.EqualTo(409));
        World.Offer();
        World.Report("j.1-0-1", TaskState.TaskFinished);
        var refused = World.Call(new ApiCall.AddJob(spec));
        Assert.That(((string?)refused.Body["message"])!, Does.Contain("has run before"));
    }

    [Test]
    public void List_IsPagedAndFiltered_TheNewestFirst()
    {
        for (var i = 0; i < 5; i++)
        {
            World.Submit("j" + i);
        }
        World.Call(new ApiCall.StopJob("j1"));
        var page = World.Call(new ApiCall.ListJobs(new Page(1, 2), null)).Body;
        Assert.That(page["jobs"]!.Select(j => (string?)j["id"]), Is.EqualTo(new[] { "j3", "j2" }));
        Assert.That((int)page["total"]!, Is.EqualTo(5));
        var stopped = World.Call(new ApiCall.ListJobs(Page.Default, Batch.Jobs.JobState.Stopped)).Body;
        Assert.That(stopped["jobs"]!.Select(j => (string?)j["id"]), Is.EqualTo(new[] { "j1" }));
    }

    [Test]
    public void EndedJobs_AreForgottenBeyondTheBound_TheOldestFirst()
    {
        for (var i = 0; i < 1_005; i++)
        {
            World.Submit("j" + i);
            World.Call(new ApiCall.StopJob("j" + i));
        }
        Assert.That(World.Core.State.Jobs, Has.Count.EqualTo(1_000));
        Assert.That(World.Call(new ApiCall.GetJob("j4", Page.Default, null)).Status, Is.EqualTo(404));
        Assert.That(World.Call(new ApiCall.GetJob("j5", Page.Default, null)).Status, Is.EqualTo(200));
        Assert.That((string?)World.Submit("j4")["state"], Is.EqualTo("pending"));
    }

    [Test]
    public void TooManyRuns_AreRefusedUntilSomeHaveEnded()
    {
        for (var i = 0; i < 5; i++)
        {
            World.Submit("j" + i, count: 100_000);
        }
        var spec = World.Core.State.Find("j0")!.Spec with { Id = "more", Count = 1 };
        Assert.That(World.Call(new ApiCall.AddJob(spec)).Status, Is.EqualTo(503));
        World.Call(new ApiCall.StopJob("j0"));
        Assert.That(World.Call(new ApiCall.AddJob(spec)).Status, Is.EqualTo(201));
    }
}
