using Mesos.V1;
using Newtonsoft.Json;
using Offerbook.Actors;
using Offerbook.Batch.Core;
using Offerbook.Batch.Events;
using Offerbook.Batch.Jobs;
using Offerbook.Batch.Tests.World;

namespace Offerbook.Batch.Tests.Core;

/// <summary>Whatever instant the process dies at: nothing is launched twice, nothing is lost, and every job comes to its end.</summary>
[TestFixture]
internal sealed class RestartTests
{
    [Test]
    public void Process_KilledAtEveryPointOfTheJournal_CarriesEveryRunToItsEndOnce()
    {
        var length = Run(killAfter: int.MaxValue, lastEffectsLeave: true);
        Assert.That(length, Is.GreaterThan(15));
        for (var point = 0; point <= length; point++)
        {
            Run(point, lastEffectsLeave: true);
            Run(point, lastEffectsLeave: false);
        }
    }

    /// <summary>Random steps with a slow disk, deaths, broken connections, failing and repeated updates.</summary>
    [Test]
    public void RandomLife_WithDeathsAndBrokenConnections_EndsEveryJob([Range(1, 60)] int seed)
    {
        var random = new SeededRandom((ulong)seed);
        var world = new BatchWorld(BatchSettings.Default with { EventsPerSnapshot = 7, MaxTasksPerOffer = 3 }) { FlushesAtOnce = false };
        for (var step = 0; step < 600; step++)
        {
            Step(world, random, step);
        }
        world.FlushesAtOnce = true;
        world.Flush();
        Converge(world);

        Assert.That(world.Core.State.Active, Is.Empty);
        foreach (var job in world.Core.State.Jobs.Values)
        {
            for (var run = 0; run < job.Spec.Count; run++)
            {
                var finished = world.Cluster.Tasks.Count(t => t.State == TaskState.TaskFinished
                    && TaskName.TryParse(t.Id, out var name) && (name.Serial, name.Run) == (job.Serial, run));
                Assert.That(finished, Is.LessThanOrEqualTo(1), $"{job.Spec.Id} run {run} was carried out twice");
                Assert.That(finished == 1, Is.EqualTo(job.Find(run)?.State == RunState.Finished), $"{job.Spec.Id} run {run}");
            }
        }
        Assert.That(Text(world.Core.State), Is.EqualTo(Text(world.Folded())), "state equals the fold of the journal");
    }

    [Test]
    public void Snapshot_AtAnyPoint_RestoresTheSameState([Range(1, 10)] int seed)
    {
        var random = new SeededRandom((ulong)seed);
        var world = new BatchWorld();
        for (var step = 0; step < 120; step++)
        {
            Step(world, random, step);
            var record = BatchJournal.Write(world.Core.State.ToSnapshot());
            var restored = BatchState.FromSnapshot(BatchJournal.ReadSnapshot(record));
            Assert.That(Text(restored), Is.EqualTo(Text(world.Core.State)));
            Assert.That((restored.WaitingRuns, restored.ActiveJobsRuns, restored.Active.Count, restored.WithWaiting.Count),
                Is.EqualTo((world.Core.State.WaitingRuns, world.Core.State.ActiveJobsRuns, world.Core.State.Active.Count,
                    world.Core.State.WithWaiting.Count)));
        }
    }

    [Test]
    public void SameMessages_GiveTheSameJournal([Range(1, 5)] int seed)
    {
        string Journal()
        {
            var random = new SeededRandom((ulong)seed);
            var world = new BatchWorld { FlushesAtOnce = false };
            for (var step = 0; step < 300; step++)
            {
                Step(world, random, step);
            }
            return string.Join('\n', world.Journal.Select(r => r.Manifest + System.Text.Encoding.UTF8.GetString(r.Payload.Span)));
        }
        var first = Journal();
        Assert.That(first, Is.Not.Empty);
        Assert.That(Journal(), Is.EqualTo(first));
    }

    /// <summary>A fixed story, with the process dying once the journal has so many durable events.</summary>
    /// <param name="lastEffectsLeave">Whether what waited for the last durable event still leaves before the death.</param>
    /// <returns>The journal's length.</returns>
    private static int Run(int killAfter, bool lastEffectsLeave)
    {
        var world = new BatchWorld { FlushesAtOnce = false };
        var killed = false;

        void Flush()
        {
            if (killed || world.Journal.Count <= killAfter)
            {
                world.Flush();
                return;
            }
            killed = true;
            var durable = killAfter - world.Durable;
            if (lastEffectsLeave)
            {
                world.Flush(durable);
            }
            else
            {
                world.MakeDurable(durable);
            }
            world.Restart();
            world.Flush();
        }

        void Settle()
        {
            for (var i = 0; i < 5; i++)
            {
                world.Deliver();
                Flush();
            }
        }

        Settle();
        foreach (var (id, count, retries) in new[] { ("first", 3, 1), ("second", 2, 0) })
        {
            if (world.Core.State.Find(id) is null)
            {
                world.CallLater(
                    new ApiCall.AddJob(new JobSpec(id, "true", [], new Demand(new(1_000), new(64_000), default), count, retries, [])));
            }
            Settle();
            world.Cluster.MakeOffers();
            Settle();
        }
        // The first attempt of the first job's first run fails; everything else finishes.
        for (var round = 0; round < 40; round++)
        {
            foreach (var task in world.Cluster.Tasks.Where(t => t.State == TaskState.TaskStaging).ToList())
            {
                task.Enter(TaskState.TaskRunning);
            }
            world.Cluster.SendUpdates();
            Settle();
            foreach (var task in world.Cluster.Tasks.Where(t => t.State == TaskState.TaskRunning).Take(2).ToList())
            {
                task.Enter(task.Id == "first.1-0-1" ? TaskState.TaskFailed : TaskState.TaskFinished);
            }
            world.Cluster.SendUpdates();
            Settle();
            world.Cluster.MakeOffers();
            Settle();
            world.FireNext();
            Settle();
        }
        foreach (var id in new[] { "first", "second" })
        {
            // A job whose submission was not durable was never acknowledged; nobody was promised anything.
            if (world.Core.State.Find(id) is { } job)
            {
                Assert.That(job.State, Is.EqualTo(JobState.Finished), $"{id}, killed after {killAfter}");
                var finished = world.Cluster.Tasks.Count(t => t.State == TaskState.TaskFinished
                    && t.Id.StartsWith(id + ".", StringComparison.Ordinal));
                Assert.That(finished, Is.EqualTo(job.Spec.Count), $"{id}, killed after {killAfter}");
            }
            else
            {
                Assert.That(world.Replies.Any(r => r.Status == 201 && (string?)r.Body["id"] == id), Is.False,
                    $"{id} was acknowledged and is lost");
            }
        }
        Assert.That(Text(world.Core.State), Is.EqualTo(Text(world.Folded())));
        return world.Journal.Count;
    }

    private static void Step(BatchWorld world, SeededRandom random, int step)
    {
        var alive = world.Cluster.Tasks.Where(t => t.State is TaskState.TaskStaging or TaskState.TaskRunning).ToList();
        switch (random.Next(20))
        {
            case 0 when world.Core.State.Active.Count < 4:
                world.CallLater(new ApiCall.AddJob(new JobSpec($"j{step}", "true", [],
                    new Demand(new(200 + random.Next(1_500)), new(64_000), default), 1 + random.Next(6), random.Next(3), [])));
                break;
            case 1 when world.Core.State.Active.Count > 0 && random.Chance(0.3):
                world.CallLater(new ApiCall.StopJob(world.Core.State.Active.Values.First().Spec.Id));
                break;
            case 2 or 3 or 4:
                world.Cluster.MakeOffers();
                break;
            case 5 or 6 or 7 or 8 when alive.Count > 0:
                var task = alive[random.Next(alive.Count)];
                task.Enter(task.State == TaskState.TaskStaging ? TaskState.TaskRunning : random.Chance(0.2)
                    ? TaskState.TaskFailed : TaskState.TaskFinished);
                break;
            case 9 or 10:
                world.Cluster.SendUpdates();
                break;
            case 11 or 12:
                world.Flush(1 + random.Next(5));
                break;
            case 13:
                world.FireNext();
                break;
            case 14 when random.Chance(0.3):
                world.Cluster.Disconnect();
                break;
            case 15 when random.Chance(0.3):
                world.Restart();
                break;
            default:
                if (world.Cluster.HasSignal)
                {
                    world.Post(new BatchMessage.MasterSignalled(world.Cluster.TakeSignal()));
                }
                break;
        }
    }

    /// <summary>No more faults: everything runs to its end.</summary>
    private static void Converge(BatchWorld world)
    {
        for (var round = 0; round < 400 && world.Core.State.Active.Count > 0; round++)
        {
            world.Deliver();
            world.Cluster.MakeOffers();
            world.Deliver();
            foreach (var task in world.Cluster.Tasks.Where(t => t.State is TaskState.TaskStaging or TaskState.TaskRunning).ToList())
            {
                task.Enter(task.State == TaskState.TaskStaging ? TaskState.TaskRunning : TaskState.TaskFinished);
            }
            world.Cluster.SendUpdates();
            world.Deliver();
            world.FireNext();
        }
        world.Deliver();
    }

    private static string Text(BatchState state) => JsonConvert.SerializeObject(state.ToSnapshot());
}
