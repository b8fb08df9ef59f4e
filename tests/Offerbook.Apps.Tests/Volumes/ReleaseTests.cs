using Mesos.V1;
using Offerbook.Apps.Core;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Volumes;

/// <summary>
/// What a pod held is given back when nothing of it runs any more, however its tasks and its executor end. Until then the agent is offered
/// without some of it, which must not be taken for a sign that it is given back.
/// </summary>
[Property("case", 190)]
public sealed class ReleaseTests
{
    private const string Pod = """
        {"id":"/shop/pod","role":"shop","volumes":[{"name":"data","persistent":{"size":50}}],
         "containers":[{"name":"a","exec":{"command":{"shell":"x"}},"resources":{"cpus":0.1,"mem":32},
                        "volumeMounts":[{"name":"data","mountPath":"d"}]},
                       {"name":"b","exec":{"command":{"shell":"x"}},"resources":{"cpus":0.1,"mem":32},
                        "volumeMounts":[{"name":"data","mountPath":"d"}]}]}
        """;

    /// <summary>Seed 0x125340 of the simulator left the volume behind for ever.</summary>
    [Test]
    public void Pod_DeletedWhileItsAgentIsOutOfReach_IsGivenBackWhenAllItsTasksHaveEnded()
    {
        var (rig, first, second) = DeletedOutOfReach();
        rig.Master.Update(first, TaskState.TaskFinished);
        rig.Run();
        rig.Advance(TimeSpan.FromMinutes(1));
        Assert.That(Left(rig), Is.EqualTo((1, 1)), "one task still runs");
        rig.Master.Update(second, TaskState.TaskFinished);
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(10));
        AssertGivenBack(rig);
    }

    /// <summary>As seed 0x12527a did.</summary>
    [Test]
    public void Pod_WhoseExecutorOutlivesItsTasks_IsGivenBackWhenThatHasEnded()
    {
        var rig = new AppsRig();
        Assert.That(rig.CreatePod(Pod).Status, Is.EqualTo(201));
        rig.Master.ExecutorsStay = true;
        rig.Call(new ApiCall.DeletePod("/shop/pod", true));
        rig.Advance(TimeSpan.FromMinutes(1));
        Assert.That((rig.Of("/shop/pod").Count, Left(rig)), Is.EqualTo((0, (1, 1))), "the executor still has the volume");
        var subscribed = rig.Master.Subscribed;
        rig.Master.Disconnect();
        rig.Advance(TimeSpan.FromMinutes(1));
        Assert.That((rig.Master.Subscribed, Left(rig)), Is.EqualTo((subscribed + 1, (1, 1))), "nor does a new subscription change that");
        rig.Master.EndExecutors();
        rig.Run();
        rig.Advance(TimeSpan.FromSeconds(10));
        AssertGivenBack(rig);
    }

    [Test]
    public void Volume_ThatSomebodyElseRemoved_IsNotWaitedForForEver()
    {
        var (rig, first, second) = DeletedOutOfReach();
        rig.Master.Offers = false;
        rig.Master.Update(first, TaskState.TaskFinished);
        rig.Master.Update(second, TaskState.TaskFinished);
        foreach (var host in Hosts)
        {
            rig.Master.Agent(host).Total = new FakeAgent("", host, 16, 16_384, 100).Total;
        }
        rig.Master.Offers = true;
        rig.Run();
        rig.Advance(TimeSpan.FromMinutes(5));
        Assert.That(Left(rig), Is.EqualTo((0, 1)), "its executor might have it");
        rig.Advance(TimeSpan.FromMinutes(6));
        AssertGivenBack(rig);
    }

    private static readonly string[] Hosts = ["host-a", "host-b"];

    /// <returns>With the names of the tasks, which run again.</returns>
    private static (AppsRig Rig, string First, string Second) DeletedOutOfReach()
    {
        var rig = new AppsRig();
        Assert.That(rig.CreatePod(Pod).Status, Is.EqualTo(201));
        var tasks = rig.Master.Live.Select(task => task.Id).ToArray();
        (rig.Master.KillsAtOnce, rig.Master.Offers) = (false, false);
        Array.ForEach(tasks, task => rig.Master.Update(task, TaskState.TaskUnreachable));
        rig.Run();
        rig.Call(new ApiCall.DeletePod("/shop/pod", true));
        Assert.That((rig.Of("/shop/pod").Count, rig.State.Releases.Count), Is.EqualTo((0, 1)));
        Array.ForEach(tasks, task => rig.Master.Update(task, TaskState.TaskRunning));
        rig.Master.Offers = true;
        rig.Run();
        return (rig, tasks[0], tasks[1]);
    }

    private static void AssertGivenBack(AppsRig rig)
    {
        Assert.That((Left(rig), rig.Master.IsSuppressed), Is.EqualTo(((0, 0), true)), "nothing is wanted any more");
        Assert.That(string.Concat(Hosts.Select(host => rig.Master.Agent(host).Total)), Does.Not.Contain("DYNAMIC"));
    }

    private static (int Volumes, int Releases) Left(AppsRig rig) => (Hosts.SelectMany(host => rig.Master.Agent(host).Total)
        .Count(entry => entry.Kind.IsPersistentVolume), rig.State.Releases.Count);
}
