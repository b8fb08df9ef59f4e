using Offerbook.Apps.Core;
using Offerbook.Batch.Core;
using Offerbook.Master;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Seats;
using Offerbook.Simulator.Storage;
using Offerbook.Storage.Formats;
using Offerbook.Wire.Identity;
using static Offerbook.Simulator.Scenarios.ElectedStory;

namespace Offerbook.Simulator.Scenarios;

/// <summary>
/// Row 34: two builds side by side, told as <see cref="LeaderScenarios"/> are. The new one differs in what it knows of formats, which is
/// all that builds one minor apart may differ in before the upgrade is finished.
/// </summary>
internal static class UpgradeScenarios
{
    private static readonly FormatSupport Old = new(LogFormat.First, "0.1.0");
    private static readonly FormatSupport New = new(LogFormat.First + 1, "0.2.0");

    /// <summary>Of the one who asks, whom nobody answers over the network.</summary>
    private static readonly ConnectionId Asker = new(1_000_000);

    public static void ThereAndBack(Scenario story)
    {
        Begin(story);
        var (before, lives) = (story.Running("/web"), story.Cluster.Processes.Sum(process => process.Life));
        foreach (var build in new[] { New, Old, New })
        {
            Replace(story, build, story.Cluster.Processes);
        }
        story.Require(story.Cluster.Processes.Sum(process => process.Life) == lives + 3 * story.Cluster.Processes.Count,
            "every process was replaced three times");
        SameTasks(story, before);
        story.Require(Finish(story) == (200, 200, 200), "then the upgrade is finished");
        story.PutApp("/more", instances: 2);
        Replace(story, New, story.Cluster.Processes);
        story.UntilConverged();
        story.Require(before.All(story.Running("/web").Contains), "and the new program reads what it wrote");
    }

    public static void OldOneDoesNotLead(Scenario story)
    {
        Begin(story);
        var before = story.Running("/web");
        Replace(story, Old, story.Cluster.Processes);
        // One of each part is forgotten.
        Replace(story, New,
            [.. story.Cluster.Machines.Select(machine => machine.Agent),
                .. story.Cluster.Seats.Where(seat => !seat.Leads).Cast<SimProcess>()]);
        story.Require(Finish(story) == (409, 409, 409), "a leader of the old build raises nothing");
        var old = story.Cluster.Seats.Where(seat => seat.Leads).ToList();
        foreach (var seat in old)
        {
            seat.StepDown();
            story.UntilLed();
        }
        story.Require(old.TrueForAll(seat => !seat.Leads), "new ones lead");
        story.Require(Finish(story) == (200, 200, 200), "the upgrade is finished");
        foreach (var seat in old)
        {
            // Its turn comes when all others are gone; then when they are back.
            var others = Others(story, seat);
            others.ForEach(process => process.Crash("kill -9"));
            var log = story.Store.Log(LogOf(seat));
            story.Until("its turn has come", () => Node(story, seat.Name).Lost == StoreLoss.TooNew, 60);
            var last = log.Last;
            story.Seconds(30);
            story.Require(log.Last == last && !Node(story, seat.Name).IsServing && seat.IsUp,
                "it writes nothing, serves nobody, and lives");
            story.Require(
                Node(story, seat.Name).Refusal?.Contains("which reads levels up to 1: it cannot lead", StringComparison.Ordinal) == true,
                "it says why");
            others.ForEach(process => process.Start());
            story.UntilLed(120);
        }
        story.Require(old.TrueForAll(seat => !seat.Leads), "new ones lead");
        story.UntilConverged();
        story.Require(before.All(story.Running("/web").Contains), "what ran runs on");
        Replace(story, New, old.Cast<SimProcess>());
        story.UntilConverged();
    }

    /// <summary>As an operator does it: the agents, then standbys, then leaders; each in good order.</summary>
    private static void Replace(Scenario story, FormatSupport build, IEnumerable<SimProcess> processes)
    {
        foreach (var process in processes.OrderBy(process => process is ISeat { Leads: true } ? 2 : process is ISeat ? 1 : 0).ToList())
        {
            if (process is ISeat seat)
            {
                seat.Terminate();
                story.Until($"{process.Name} has ended", () => !process.IsUp, 10);
            }
            else
            {
                process.Crash("it is replaced");
            }
            story.Cluster.Builds[process.Name] = build;
            process.Start();
            story.UntilLed();
        }
        story.UntilConverged();
    }

    private static (int Master, int Apps, int Batch) Finish(Scenario story)
    {
        int? master = null, apps = null, batch = null;
        story.Cluster.Master.Left += effect =>
            master ??= effect is MasterEffect.Answer answer && answer.Connection == Asker ? answer.Status : null;
        story.Cluster.Apps.Left += effect => apps ??= effect is Apps.Core.Reply reply && reply.Connection == Asker ? reply.Status : null;
        story.Cluster.Batch.Left += effect => batch ??= effect is Batch.Core.Reply reply && reply.Connection == Asker ? reply.Status : null;
        story.Cluster.Master.TryPost(new MasterMessage.FormatAsked(Asker, New.Newest));
        story.Cluster.Apps.TryPost(
            new AppsMessage.ApiCalled(Asker, new Apps.Core.ApiCall.RaiseFormat(New.Newest), new ApiCaller("10.0.0.9", FormatAnswer.Path)));
        story.Cluster.Batch.TryPost(new BatchMessage.ApiCalled(Asker, new Batch.Core.ApiCall.AskFormat(New.Newest)));
        story.Until("all have answered", () => master is not null && apps is not null && batch is not null, 10);
        return (master ?? 0, apps ?? 0, batch ?? 0);
    }

    private static List<SimProcess> Others(Scenario story, ISeat seat) =>
        story.Cluster.Seats.Where(other => other != seat && other.ElectionPath == seat.ElectionPath).Cast<SimProcess>().ToList();

    private static string LogOf(ISeat seat) => seat.Name.Split('-')[0];

    private static INodeReading Node(Scenario story, string name) =>
        story.Cluster.Masters.Nodes.Cast<INodeReading>().Concat(story.Cluster.AppsRole.Nodes).Concat(story.Cluster.BatchRole.Nodes)
            .First(node => node.Name == name);
}
