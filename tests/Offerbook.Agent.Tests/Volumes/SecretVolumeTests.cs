using Google.Protobuf;
using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tasks;
using Offerbook.Agent.Tests.Support;
using Source = Mesos.V1.Volume.Types.Source;

namespace Offerbook.Agent.Tests.Volumes;

/// <summary>Secrets as volumes: what is launched, refused, and shown to others.</summary>
public sealed class SecretVolumeTests
{
    private const string Value = "correct-horse";

    [Test]
    public void Task_IsLaunchedWithItsSecret_AndShownWithoutIt()
    {
        var bench = new Bench().Register();
        bench.Run(With(OfValue()));

        var volume = bench.Effects<LaunchContainer>().Single().Spec.Volumes.Single();
        Assert.That((volume.ContainerPath, volume.ReadOnly), Is.EqualTo(("in/pw", true)));
        Assert.That(((VolumeSource.Secret)volume.Source).Data.ToArray(), Is.EqualTo(ByteString.CopyFromUtf8(Value).ToByteArray()));
        Assert.That(volume.ToString(), Does.Not.Contain(Value));
        var shown = bench.TaskView().Task;
        Assert.That(shown.ToString(), Does.Contain("in/pw"));
        Assert.That(shown.Container.Volumes.Single().Source.Secret.Value.Data, Is.EqualTo(ByteString.Empty));
    }

    [Test]
    public void Reference_IsRefused()
    {
        var refusal = LaunchChecks.Examine(With(new Secret { Type = Secret.Types.Type.Reference, Reference = new() { Name = "pw" } }));
        Assert.That(refusal!.Message, Is.EqualTo("This agent cannot run the task: it mounts a volume at 'in/pw', of a secret that refers to a "
            + "secret store, and only secrets with a value are supported"));
    }

    [Test]
    public void Executor_HasNone_AsItIsShownWhole()
    {
        var task = With(OfValue());
        Assert.That(LaunchChecks.Examine(task), Is.Null);
        Assert.That(LaunchChecks.Examine(task, mayHaveSecrets: false)!.Message, Does.Contain("of the kind Secret"));
    }

    private static Secret OfValue() =>
        new() { Type = Secret.Types.Type.Value, Value = new() { Data = ByteString.CopyFromUtf8(Value) } };

    private static TaskInfo With(Secret secret)
    {
        var task = Make.Task();
        task.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos };
        task.Container.Volumes.Add(new Volume
        {
            ContainerPath = "in/pw", Mode = Volume.Types.Mode.Ro, Source = new Source { Type = Source.Types.Type.Secret, Secret = secret },
        });
        return task;
    }
}
