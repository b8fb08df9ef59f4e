using System.Runtime.CompilerServices;
using System.Text;
using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Tests.Pods;
using Offerbook.Apps.Tests.Rig;
using Offerbook.Storage;

namespace Offerbook.Apps.Tests.Journal;

/// <summary>
/// Journals as versions of this framework wrote them: <c>Golden/NAME.journal</c> has the manifest of an event after a line that begins with
/// #,
/// then the event as it is. Files are added, never edited: one that is not understood any more means that an upgrade loses what runs.
/// <c>OFFERBOOK_UPDATE_GOLDEN=NAME</c> writes one of what is written today.
/// </summary>
public sealed class GoldenJournalTests
{
    private static string Directory => Path.Combine(Path.GetDirectoryName(Here())!, "Golden");

    public static IEnumerable<string> Names =>
        System.IO.Directory.GetFiles(Directory, "*.journal").Select(path => Path.GetFileNameWithoutExtension(path)!)
            .Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Names))]
    [Property("case", 211)]
    public void Journal_OfEveryVersion_IsReadAndGoesOn(string name)
    {
        var records = Read(name);
        Assert.That(records, Is.Not.Empty);
        var rig = new AppsRig(boot: false);
        rig.Journal.AddRange(records);
        rig.Boot();
        Assert.Multiple(() =>
        {
            Assert.That(rig.Running("/shop/web"), Is.EqualTo(3));
            Assert.That(rig.Running("/shop/db"), Is.EqualTo(1));
            Assert.That(rig.Of("/shop/db").Single().Reservation!.Volumes, Has.Count.EqualTo(1));
            Assert.That(rig.Running("/pods/p"), Is.EqualTo(2));
            Assert.That(rig.Of("/once").Single().Condition, Is.EqualTo(Condition.Finished));
            Assert.That(rig.State.Delays.Keys.Select(id => id.ToString()), Is.EqualTo(new[] { "/fails" }));
            Assert.That(rig.State.Failures.Keys.Select(id => id.ToString()), Is.EqualTo(new[] { "/fails" }));
            Assert.That(rig.State.Deployments.Select(running => running.Plan.AffectedApps.Single().ToString()),
                Is.EquivalentTo(new[] { "/fails", "/stuck" }));
            Assert.That(rig.State.Finished, Has.Count.GreaterThanOrEqualTo(6));
            Assert.That(rig.Of("/shop/web").Select(instance => instance.Health.Count), Is.All.EqualTo(1));
        });
        // This master knows none of the tasks; what was read is taken on from there.
        rig.Run();
        Assert.That(rig.Call(new ApiCall.RestartApp("/shop/web", true)).Status, Is.EqualTo(200));
        Assert.That(AppsCore.Fold(AppsSettings.Default, new Recovery(null, rig.Journal.ToArray(), rig.Journal.Count)),
            Is.EqualTo(rig.Core.CaptureState()));
    }

    [Test]
    public void Journal_OfToday_IsWrittenWhenItIsAskedFor()
    {
        var name = System.Environment.GetEnvironmentVariable("OFFERBOOK_UPDATE_GOLDEN");
        var journal = Play();
        if (name is not null)
        {
            File.WriteAllText(Path.Combine(Directory, name + ".journal"),
                string.Concat(journal.Select(record => $"# {record.Manifest}\n{Encoding.UTF8.GetString(record.Payload.Span)}")));
        }
        Assert.That(journal, Is.Not.Empty);
        Assert.That(Names, Is.Not.Empty);
    }

    /// <summary>A life in which every kind of change is written.</summary>
    private static List<JournalRecord> Play()
    {
        var rig = new AppsRig();
        rig.Master.OnLaunch = task => task.App is "fails" ? TaskState.TaskFailed : TaskState.TaskRunning;
        Done(rig.PutGroup("/shop",
            """{"apps":[{"id":"web","cmd":"serve","cpus":0.1,"mem":16,"instances":2,"healthChecks":[{"protocol":"HTTP","path":"/","intervalSeconds":5}]}]}"""));
        rig.Advance(TimeSpan.FromSeconds(10));
        Done(rig.Create(
            """{"id":"/shop/db","role":"shop","cmd":"serve","cpus":0.1,"mem":16,"container":{"type":"MESOS","volumes":[{"containerPath":"data","mode":"RW","persistent":{"size":10}}]}}"""));
        Done(rig.CreatePod(PodLifeTests.Web.Replace("/shop/web", "/pods/p")));
        rig.Master.Live.Where(task => task.App == "pods_p").ToList()
            .ForEach(task => rig.Master.Update(task.Id, TaskState.TaskRunning, healthy: true));
        rig.Run();
        Done(rig.Create("""{"id":"/once","cmd":"work","cpus":0.1,"mem":16,"runOnce":true}"""));
        rig.Master.Update(rig.Of("/once").Single().Task.Value, TaskState.TaskFinished);
        Done(rig.Create("""{"id":"/gone","cmd":"work","cpus":0.1,"mem":16}"""));
        Done(rig.Call(new ApiCall.SuspendApps("/gone", false, false)));
        Done(rig.Call(new ApiCall.ResumeApps("/gone", false, false)));
        Done(rig.Call(new ApiCall.DeleteApp("/gone", true)));
        Done(rig.Create("""{"id":"/fails","cmd":"work","cpus":0.1,"mem":16,"backoffSeconds":3600}"""));
        Done(rig.Create("""{"id":"/stuck","cmd":"work","cpus":1000,"mem":16}"""));
        Done(rig.Call(new ApiCall.PauseDeployment(rig.State.LockOf(PathId.Parse("/stuck"))!.Id)));
        Done(rig.Update("/shop/web", """{"instances":3}"""));
        rig.Advance(TimeSpan.FromSeconds(10));
        Done(rig.Update("/shop/web", """{"cmd":"serve more","labels":{"a":"b"}}"""));
        rig.Advance(TimeSpan.FromSeconds(10));
        return rig.Journal;
    }

    private static void Done(Reply reply) => Assert.That(reply.Status, Is.InRange(200, 202), () => reply.Body?.ToString() ?? "");

    private static List<JournalRecord> Read(string name)
    {
        var records = new List<JournalRecord>();
        var lines = File.ReadAllLines(Path.Combine(Directory, name + ".journal"));
        for (var i = 0; i < lines.Length;)
        {
            var (manifest, text) = (lines[i++][2..], new StringBuilder());
            while (i < lines.Length && !lines[i].StartsWith("# ", StringComparison.Ordinal))
            {
                text.Append(lines[i++]).Append('\n');
            }
            records.Add(new JournalRecord(manifest, Encoding.UTF8.GetBytes(text.ToString())));
        }
        return records;
    }

    private static string Here([CallerFilePath] string here = "") => here;
}
