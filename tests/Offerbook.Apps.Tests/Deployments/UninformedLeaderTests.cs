using Mesos.V1;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Deployments;

/// <summary>What ended while nobody led or listened is told only some time after SUBSCRIBED.</summary>
public sealed class UninformedLeaderTests
{
    /// <summary>
    /// Seed 0xf4997: a leader that had not lived to write down what it was told gave up instances that were well, one too many. By 0xf46c2
    /// the same happened while it subscribed anew, with another role.
    /// </summary>
    [TestCase(true, TestName = "Leader_ThatTakesOver_GivesUpNothingBeforeItKnowsWhatIsLeft")]
    [TestCase(false, TestName = "Leader_ThatSubscribesAnew_GivesUpNothingBeforeItKnowsWhatIsLeft")]
    public void Leader_GivesUpNothingBeforeItKnowsWhatIsLeft(bool boots)
    {
        var rig = new AppsRig();
        rig.Create("""
            {"id":"/a","cmd":"sleep 1","cpus":0.1,"mem":16,"instances":3,"upgradeStrategy":{"minimumHealthCapacity":1,"maximumOverCapacity":1}}
            """);
        rig.Run();
        var old = rig.Of("/a").Select(instance => instance.Task.Value).ToList();
        rig.Master.OnLaunch = _ => TaskState.TaskStaging;
        rig.Update("/a", """{"cmd":"sleep 2"}""");
        rig.Run();
        var replacements = rig.Master.Live.Select(task => task.Id).Except(old).ToList();
        Assert.That(replacements, Has.Count.EqualTo(3));

        rig.Master.IsUp = false;
        rig.Master.Disconnect();
        rig.Run();
        rig.Master.Update(old[2], TaskState.TaskFailed);
        rig.Master.Update(replacements[0], TaskState.TaskRunning);
        rig.Run();
        rig.Master.IsUp = true;
        if (boots)
        {
            rig.Boot();
        }
        var least = 3;
        rig.TurnEnded = () => least = Math.Min(least, Running(rig));
        rig.Advance(TimeSpan.FromMinutes(2));
        Assert.That((least, Running(rig)), Is.EqualTo((3, 3)), "two old ones and a new one are the minimum");

        rig.Master.Update(replacements[1], TaskState.TaskRunning);
        rig.Master.Update(replacements[2], TaskState.TaskRunning);
        rig.Advance(TimeSpan.FromSeconds(10));
        Assert.That(rig.State.Deployments, Is.Empty);
        Assert.That(rig.Master.Live.Select(task => task.Id), Is.EquivalentTo(replacements));
        Assert.That(least, Is.EqualTo(3));
    }

    private static int Running(AppsRig rig) => rig.Master.Live.Count(task => task.State == TaskState.TaskRunning);
}
