using System.Text;
using Mesos.V1;
using Offerbook.Simulator.Adapters;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Network;
using Offerbook.Simulator.Workload.Readers;
using SchedulerCall = Mesos.V1.Scheduler.Call;

namespace Offerbook.Simulator.Scenarios;

/// <summary>Clients that ask for too much, too deep or too often, or do not read what they asked for.</summary>
internal static class CrowdScenarios
{
    /// <summary>Row 32.</summary>
    public static void ReaderStalls(Scenario story)
    {
        var readers = new[] { "quick reader", "stalled reader", "other reader" }
            .Select(name => new EventFollower(story.Cluster, name).Start()).ToList();
        story.Seconds(3);
        story.PutApp("/web", instances: 1);
        story.UntilConverged();
        story.Seconds(1);
        var (apps, ends) = (story.Cluster.AppsPort, readers.Sum(reader => reader.Ends));
        story.Cluster.Network.Link(SimCluster.AppsName, "stalled reader").Cut(TimeSpan.FromHours(2));
        var began = readers[0].Last!.Value;
        for (var i = 0; readers[0].Last < began + 2_000; i++)
        {
            story.Require(i < 100, "a hundred changes of an app make two thousand events");
            story.PutApp("/web", instances: i % 2 == 0 ? 20 : 1);
            story.UntilConverged();
        }
        var (stalled, missed) = (readers[1], readers[1].Events);
        story.Require(readers[0].Last > stalled.Last + 1_500, "it has stalled");
        story.Seconds(1);
        story.Require(readers.Sum(reader => reader.Ends) == ends && readers[0].Last == readers[2].Last,
            "the others are not disturbed, and have all events");
        story.Cluster.Network.Link(SimCluster.AppsName, "stalled reader").Mend();
        story.Until("it has been cut, has come back, and has all events", () => apps.ReadersCut == 1 && stalled.Last == readers[0].Last,
            60);
        story.Require(readers.Sum(reader => reader.Ends) == ends + 1, "nobody else was cut");
        story.Require(stalled.Events - missed > 1_500, "it got all that it had missed");
        story.PutApp("/web", instances: 3);
        story.UntilConverged();
        story.Until("all follow", () => readers.TrueForAll(reader => reader.Last == readers[0].Last), 10);
    }

    /// <summary>Rows 1 and 32: streams are cut with their leader, and readers go on at the next.</summary>
    public static void ReadersFollowTheLeader(Scenario story)
    {
        ElectedStory.Begin(story);
        var readers = new[] { "one reader", "another reader" }.Select(name => new EventFollower(story.Cluster, name).Start()).ToList();
        story.Seconds(5);
        story.PutApp("/more", instances: 1);
        story.UntilConverged();
        for (var i = 0; i < 4; i++)
        {
            story.Until("both hear events", () => readers.TrueForAll(reader => reader.Last is not null), 30);
            var old = story.Cluster.AppsRole.LeadingProcess;
            _ = story.TryPutApp("/more", instances: 2 + i);
            story.Seconds(0.2 * i);
            old.Crash("kill -9");
            story.Cluster.StartLater(old, TimeSpan.FromSeconds(20));
            story.UntilLed();
            story.Seconds(30);
            story.PutApp("/web", instances: 2 + i);
            story.UntilConverged();
        }
        story.Until("both have all", () => readers.TrueForAll(reader => reader.Last == story.Cluster.AppsCore!.State.LastEventId), 30);
        story.Require(readers.TrueForAll(reader => reader.Ends >= 4), "each was cut with each leader");
    }

    /// <summary>Row 33: what is too long or too deep is refused before the core hears of it.</summary>
    public static void TooLongAndTooDeep(Scenario story)
    {
        story.PutApp("/web", instances: 3);
        story.UntilConverged();
        var (before, turns) = (story.Running("/web"), story.Cluster.Apps.Turns);
        var answers = new SortedDictionary<int, int>();
        var bodies = new (byte[] Body, int Status)[]
        {
            (new byte[16 * 1024 * 1024 + 1], 413),
            (Encoding.UTF8.GetBytes(new string('[', 100_000)), 400),
            (Encoding.UTF8.GetBytes($$"""{"id":"/deep","labels":{{new string('[', 65)}}{{new string(']', 65)}}}"""), 400),
            (Encoding.UTF8.GetBytes("""{"id":"/broken","cmd":"""), 400),
            ([0xC3, 0x28], 400),
        };
        foreach (var (body, status) in bodies)
        {
            var answer = Ask(story, SimCluster.AppsName, new SimFrame("POST /v2/apps", body) { Path = "POST /v2/apps" });
            story.Until("it is refused", () => answer() is not null, 20);
            story.Require(answer() == status, $"{body.Length} bytes are answered {answer()} instead of {status}");
            answers[status] = answers.GetValueOrDefault(status) + 1;
        }
        story.Require(story.Cluster.AppsCore!.HealthyCounts().Count() == 1, "nothing of it was taken");
        story.PutApp("/more", instances: 2);
        story.UntilConverged();
        story.Require(before.SequenceEqual(story.Running("/web")) && answers.Count == 2 && story.Cluster.Apps.Turns > turns,
            "all else goes on");
    }

    /// <summary>Row 33: more than a mailbox holds comes while the master stands still for a moment.</summary>
    public static void Flood(Scenario story)
    {
        const int Calls = 20_000;
        story.PutApp("/web", instances: 3);
        story.UntilConverged();
        var (before, master) = (story.Running("/web"), story.Cluster.Master);
        var answers = new SortedDictionary<int, int>();
        var unanswered = 0;
        story.Cluster.Network.AddHost("crowd");
        var frame = new SimFrame("REVIVE", Google.Protobuf.MessageExtensions.ToByteArray(new SchedulerCall
        {
            Type = SchedulerCall.Types.Type.Revive, FrameworkId = new FrameworkID { Value = "nobody" },
        })) { Path = MasterPort.SchedulerPath, StreamId = "none" };
        story.MaxConnections = Calls + 5_000;
        master.Pause(TimeSpan.FromSeconds(3));
        for (var i = 0; i < Calls; i++)
        {
            int? status = null;
            story.Cluster.Network.Send("crowd", SimCluster.MasterName, frame, answer => status = answer.Status, _ =>
            {
                unanswered += status is null ? 1 : 0;
                answers[status ?? 0] = answers.GetValueOrDefault(status ?? 0) + 1;
            }, TimeSpan.FromSeconds(30));
        }
        story.PutApp("/more", instances: 2);
        story.Until("everybody has an answer", () => answers.Values.Sum() == Calls, 60);
        var refused = answers.GetValueOrDefault(503);
        story.Require(unanswered == 0 && refused >= Calls - master.MailboxCapacity && refused < Calls / 2,
            $"what finds no room is refused at once, and the rest is answered: {string.Join(", ", answers)}");
        story.Until("its apps run", () => story.Running("/more").Count == 2, 60);
        story.UntilConverged();
        story.Require(before.SequenceEqual(story.Running("/web")) && master.Life == 1, "nobody else is harmed");
    }

    private static Func<int?> Ask(Scenario story, string to, SimFrame frame)
    {
        int? status = null;
        story.Cluster.Network.Send(SimCluster.ClientName, to, frame, answer => status = answer.Status, _ => status ??= 0,
            TimeSpan.FromSeconds(15));
        return () => status;
    }
}
