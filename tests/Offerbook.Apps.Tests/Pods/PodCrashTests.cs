using Mesos.V1;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Pods;

/// <summary>The process is killed at every event of its journal while pods are created, changed, killed and removed.</summary>
public sealed class PodCrashTests
{
    [Test]
    public void Process_KilledAtEveryJournalEvent_LosesNoPodAndLaunchesNoneTwice() => CrashSweep.Run(Play, Check);

    private static void Play(AppsRig rig)
    {
        Put(rig, "run 1", 2);
        Put(rig, "run 2", 2);
        if (rig.Master.Live.FirstOrDefault(task => task.Id.Contains(".b.", StringComparison.Ordinal)) is { } failing)
        {
            rig.Master.Update(failing.Id, TaskState.TaskFailed);
        }
        Settle(rig);
        rig.Call(new ApiCall.KillPodInstances("/p", null,
            new Newtonsoft.Json.Linq.JArray(rig.Of("/p").Select(instance => instance.Id.Value)), false));
        Settle(rig);
        Put(rig, "run 2", 1);
        rig.CreatePod(Pod("/gone", "run 1", 1), force: true);
        Settle(rig);
        rig.Call(new ApiCall.DeletePod("/gone", true));
        Settle(rig);
    }

    private static void Put(AppsRig rig, string command, int instances)
    {
        rig.UpdatePod("/p", Pod("/p", command, instances), force: true);
        Settle(rig);
    }

    private static string Pod(string id, string command, int instances) => """
        {"id":"ID","scaling":{"kind":"fixed","instances":COUNT},"containers":[
          {"name":"a","exec":{"command":{"shell":"COMMAND"}},"resources":{"cpus":0.1,"mem":16}},
          {"name":"b","exec":{"command":{"shell":"COMMAND"}},"resources":{"cpus":0.1,"mem":16}}]}
        """.Replace("ID", id).Replace("COMMAND", command)
            .Replace("COUNT", instances.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static void Settle(AppsRig rig)
    {
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(45));
    }

    private static void Check(AppsRig rig, string when) => Assert.Multiple(() =>
    {
        Assert.That(rig.State.Deployments, Is.Empty, when);
        Assert.That(rig.Running("/p"), Is.EqualTo(1), when);
        Assert.That(rig.Of("/gone"), Is.Empty, when);
        Assert.That(rig.Master.Live.Select(task => task.Id).Order(StringComparer.Ordinal),
            Is.EqualTo(rig.State.Instances.All.SelectMany(instance => instance.LiveTasks).Select(task =>
                task.Value).Order(StringComparer.Ordinal)), when);
        Assert.That(rig.Master.Live.Select(task => task.Info.Command.Value), Is.EqualTo(new[] { "run 2", "run 2" }), when);
        Assert.That(AppsCore.Fold(AppsSettings.Default, new Offerbook.Storage.Recovery(null, rig.Journal.ToArray(), rig.Journal.Count)),
            Is.EqualTo(rig.Core.CaptureState()), when);
    });
}
