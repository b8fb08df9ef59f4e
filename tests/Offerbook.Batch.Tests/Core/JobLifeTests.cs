using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Batch.Core;
using Offerbook.Batch.Tests.World;

namespace Offerbook.Batch.Tests.Core;

/// <summary>
/// From a job that is posted to the end of its runs, when nothing goes wrong: which offers are wished for and what is launched on them.
/// </summary>
[TestFixture]
internal sealed class JobLifeTests : BatchTests
{
    [Test]
    public void Job_OfSeveralRuns_IsPackedOntoOneAccept_AndRunsToItsEnd()
    {
        var added = World.Submit("j", count: 3);
        Assert.That((string?)added["state"], Is.EqualTo("pending"));

        World.Offer();
        var accept = Calls(Call.Types.Type.Accept).Single().Accept;
        var tasks = accept.Operations.Single().Launch.TaskInfos;
        Assert.That(tasks.Select(t => t.TaskId.Value), Is.EqualTo(new[] { "j.1-0-1", "j.1-1-1", "j.1-2-1" }));
        Assert.That(tasks.Select(t => t.AgentId.Value), Is.All.EqualTo("a1"));
        Assert.That(World.State("j"), Is.EqualTo("running"));

        for (var run = 0; run < 3; run++)
        {
            World.Report($"j.1-{run}-1", TaskState.TaskRunning);
        }
        Assert.That((int)World.Job("j")["running"]!, Is.EqualTo(3));
        for (var run = 0; run < 3; run++)
        {
            World.Report($"j.1-{run}-1", TaskState.TaskFinished);
        }
        var job = World.Job("j");
        Assert.That(((string?)job["state"], (int)job["finished"]!, (int)job["failed"]!), Is.EqualTo(("finished", 3, 0)));
        Assert.That(World.Cluster.Tasks.Select(t => t.Unacknowledged.Count), Is.All.Zero);
        Assert.That((string?)job["runs"]![2]!["host"], Is.EqualTo("a1.example"));
    }

    [Test]
    public void Offers_AreSuppressedWithNothingToRun_RevivedWithAJob_AndSuppressedAgain()
    {
        Assert.That(World.Cluster.IsSuppressed, Is.True);
        World.Submit("j");
        Assert.That(World.Cluster.IsSuppressed, Is.False);
        World.Offer();
        Assert.That(World.Cluster.IsSuppressed, Is.True);
        World.Report("j.1-0-1", TaskState.TaskFailed);
        Assert.That(World.Cluster.IsSuppressed, Is.True);
        Assert.That(World.State("j"), Is.EqualTo("failed"));
    }

    [Test]
    public void Job_TooBigForAnyOffer_DoesNotHoldUpASmallerOne()
    {
        World.Submit("big", cpus: 100);
        World.Offer();
        Assert.That(Calls(Call.Types.Type.Decline), Is.Not.Empty);

        World.Cluster.Calls.Clear();
        World.Submit("small");
        Assert.That(Calls(Call.Types.Type.Revive), Has.Count.EqualTo(1));
        World.Offer();
        Assert.That(World.Cluster.Tasks.Single().Id, Is.EqualTo("small.2-0-1"));
    }

    [Test]
    public void Launch_OnAnOfferThatIsGone_IsRepeated()
    {
        World.Submit("j");
        World.Deliver();
        var stale = new Event { Type = Event.Types.Type.Offers,
            Offers = new Event.Types.Offers { Offers_ = { World.Cluster.MakeOffer("a1", 4, 4_096) } } };
        World.Post(new BatchMessage.MasterSignalled(new Client.Scheduling.SchedulerSignal.EventReceived(1, stale)));
        World.Deliver();
        Assert.That(World.Cluster.Tasks, Is.Empty);
        World.Advance(TimeSpan.FromSeconds(1));
        World.Offer();
        Assert.That(World.Cluster.Tasks.Single().Id, Is.EqualTo("j.1-0-2"));
    }

    [Test]
    public void Launches_InFlight_AreBounded()
    {
        World = new BatchWorld(BatchSettings.Default with { MaxTasksPerOffer = 3, MaxLaunchesInFlight = 5 });
        World.Submit("j", count: 20, cpus: 0.1);
        for (var i = 0; i < 5; i++)
        {
            World.Offer();
        }
        Assert.That(World.Cluster.Tasks, Has.Count.EqualTo(5));
        Assert.That(Calls(Call.Types.Type.Accept).Select(c => c.Accept.Operations[0].Launch.TaskInfos.Count), Is.EqualTo(new[] { 3, 2 }));
        Assert.That(Calls(Call.Types.Type.Decline)[0].Decline.Filters.RefuseSeconds, Is.EqualTo(1));

        World.Report("j.1-0-1", TaskState.TaskRunning);
        World.Offer();
        Assert.That(World.Cluster.Tasks, Has.Count.EqualTo(6));
    }
}
