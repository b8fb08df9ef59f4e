using Mesos.V1;
using Offerbook.Agent.Tests.Operations;
using Offerbook.Agent.Tests.Support;
using MesosOperation = Mesos.V1.Offer.Types.Operation;

namespace Offerbook.Agent.Tests.Volumes;

/// <summary>A persistent volume's life with a whole agent, real tasks and restarts.</summary>
internal sealed class VolumeLifeTests : AgainstFakeMaster
{
    [Test, Category("case 186")]
    public async Task Volume_IsMadeUsedGrownAndDestroyed_OverRestartsOfTheAgent()
    {
        var directory = Path.Combine(Work, "volumes/roles/web/v1");
        await using (var first = await StartAsync(1))
        {
            Master.Send(Orders.Apply(Orders.Reserve(null, Orders.Reserved("disk", 64)), 1));
            Master.Send(Orders.Apply(Orders.Create(null, Orders.Volume(32, "v1")), 2));
            Master.Send(Make.Launch(Using("writer", "echo kept > data/file", 32)));
            await Master.StateAsync("writer", TaskState.TaskFinished);
        }
        Assert.That(File.ReadAllText(Path.Combine(directory, "file")), Is.EqualTo("kept\n"));

        await using (var second = await StartAsync(2))
        {
            Assert.That(VolumesOf(Master.Subscriptions[1].CheckpointedResources), Is.EqualTo(new[] { ("v1", 32.0) }));
            Master.Send(Orders.Apply(new MesosOperation
            {
                Type = MesosOperation.Types.Type.GrowVolume,
                GrowVolume = new MesosOperation.Types.GrowVolume { Volume = Orders.Volume(32, "v1"),
                    Addition = Orders.Reserved("disk", 16) },
            }, 3));
            Master.Send(Make.Launch(Using("reader", "cat data/file; test $(cat data/file) = kept", 48)));
            await Master.StateAsync("reader", TaskState.TaskFinished);
        }

        await using var third = await StartAsync(3);
        Assert.That(VolumesOf(Master.Subscriptions[2].CheckpointedResources), Is.EqualTo(new[] { ("v1", 48.0) }));
        Master.Send(Orders.Apply(Orders.Destroy(null, Orders.Volume(48, "v1")), 4));
        Master.Send(Orders.Apply(Orders.Create(null, Orders.Volume(8, "v1")), 5));
        Master.Send(Make.Launch(Using("empty", "test -z \"$(ls data/)\"", 8)));

        Assert.That((await Master.StateAsync("empty", TaskState.TaskFinished)).State, Is.EqualTo(TaskState.TaskFinished),
            "what is made again is empty");
    }

    private static TaskInfo Using(string id, string command, double megabytes)
    {
        var task = Make.Task(id, command);
        task.Resources.Add(Orders.Volume(megabytes, "v1"));
        return task;
    }

    private static IEnumerable<(string, double)> VolumesOf(IEnumerable<Resource> resources) =>
        resources.Where(resource => resource.Disk is not null).Select(resource => (resource.Disk.Persistence.Id, resource.Scalar.Value));

    private async Task<AgentHost> StartAsync(int subscription)
    {
        var agent = await AgentHost.StartAsync(new AgentOptions(Work, [Master.Address])
        {
            Port = 0, Resources = "cpus:4;mem:1024;disk:1024", Tune = settings =>
                settings with { RegistrationBackoffFactor = TimeSpan.FromMilliseconds(20) },
        });
        await Master.SubscribedAsync(subscription);
        return agent;
    }
}
