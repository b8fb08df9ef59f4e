using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using DockerInfo = Mesos.V1.ContainerInfo.Types.DockerInfo;

namespace Offerbook.Agent.Tests.Pods;

/// <summary>Which pods can have a network of their own, and what becomes of it.</summary>
public sealed class PodNetworkTests
{
    private Bench _bench = null!;

    [SetUp]
    public void Register() => _bench = new Bench().Register();

    [Test]
    public void APodInANetworkOfItsOwn_HasAHolderThatTheEngineRuns()
    {
        _bench.Hear(PodBench.Launch(InNetwork(hostPort: 31000), true, FromImage("a", "ports:[31000-31000]")));

        var holder = _bench.Launched().Single();
        Assert.That(holder.Docker,
            Is.EqualTo(new DockerSettings("") { IsHolder = true, Network = new DockerNetwork.Named("blue"),
                Ports = holder.Docker!.Ports }));
        Assert.That(holder.Docker.Ports, Is.EqualTo(new[] { new DockerPort(31000, 80, "tcp") }));
        _bench.Tell(new AgentMessage.ContainerStarted(holder.Container, 100) { Addresses = ["10.9.0.2"] });
        var task = _bench.Launched()[^1];
        Assert.That((task.Joins, task.Docker!.Network),
            Is.EqualTo(((ContainerId?)holder.Container, (DockerNetwork)new DockerNetwork.Host())));
        _bench.Tell(new AgentMessage.ContainerStarted(task.Container, 200) { Addresses = ["10.9.0.2"] });
        Assert.That(_bench.Last("a").ContainerStatus.NetworkInfos[0].IpAddresses[0].IpAddress, Is.EqualTo("10.9.0.2"));
        Assert.That(_bench.Restart().Launched(), Is.Empty);
    }

    [Test]
    public void ATaskWithoutAnImage_CannotJoinIt()
    {
        _bench.Hear(PodBench.Launch(InNetwork(), true, FromImage("a"), Make.Task("b")));

        Assert.That(Refusal("a"),
            Is.EqualTo("This agent cannot run the task group: its task 'b' has no image, and only containers from images can join "
            + "the pod's network 'blue'; give it an image, or leave out the network"));
    }

    [Test]
    public void ATask_CannotHaveANetworkOfItsOwn()
    {
        var (named, bridged) = (Make.Task("a"), FromImage("b"));
        named.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, NetworkInfos = { new NetworkInfo { Name = "blue" } } };
        bridged.Container.Docker.Network = DockerInfo.Types.Network.Bridge;

        foreach (var (task, wanted) in ((TaskInfo, string)[])[(named, "blue"), (bridged, "BRIDGE")])
        {
            _bench.Hear(PodBench.Launch(PodBench.Info(), true, task));
            Assert.That(Refusal(task.TaskId.Value),
                Is.EqualTo($"This agent cannot run the task group: its task '{task.TaskId.Value}' wants the network '{wanted}', "
                + "and the tasks of a pod share one; name it in the executor's network_infos"));
        }
    }

    [Test]
    public void APortThatIsNotAmongTheResources_IsNotMapped()
    {
        _bench.Hear(PodBench.Launch(InNetwork(hostPort: 31000), true, FromImage("a")));

        Assert.That(Refusal("a"), Does.EndWith("Port [31000] not included in resources"));
    }

    [Test]
    public void WhatAnEngineCannotGiveAHolder_IsRefused()
    {
        var executor = InNetwork();
        executor.Container.Volumes.Add(new Volume { Mode = Volume.Types.Mode.Rw, ContainerPath = "/x", HostPath = "/tmp" });
        _bench.Hear(PodBench.Launch(executor, true, FromImage("a")));
        Assert.That(Refusal("a"), Does.Contain("its executor has volumes").And.Contain("'blue'"));

        executor = InNetwork();
        executor.Container.NetworkInfos.Add(new NetworkInfo { Name = "green" });
        _bench.Hear(PodBench.Launch(executor, true, FromImage("b")));
        Assert.That(Refusal("b"), Does.EndWith("its executor joins 2 networks, and a pod joins one"));

        executor = InNetwork();
        executor.Container.LinuxInfo = new LinuxInfo { SharePidNamespace = false };
        _bench.Hear(PodBench.Launch(executor, true, FromImage("c")));
        Assert.That(Refusal("c"), Does.Contain("linux_info"));
    }

    [Test]
    public void ATaskWithNeitherCommandNorImage_IsRefused_AndOneWithAnImageAloneIsNot()
    {
        var (nothing, image) = (Make.Task("a"), FromImage("b"));
        (nothing.Command, image.Command) = (null, null);

        _bench.Hear(PodBench.Launch(PodBench.Info("p1"), true, nothing));
        Assert.That(Refusal("a"), Is.EqualTo("Task 'a' of the group: It has neither a command nor an image"));

        _bench.Hear(PodBench.Launch(PodBench.Info("p2"), true, image));
        _bench.Tell(new AgentMessage.ContainerStarted(_bench.Launched().Single().Container, 100));
        Assert.That(_bench.Launched()[^1].Command, Is.InstanceOf<CommandSpec.OfImage>());
    }

    private string Refusal(string task)
    {
        Assert.That(_bench.Launched(), Is.Empty);
        return _bench.Pending(task)!.Message;
    }

    private static ExecutorInfo InNetwork(uint? hostPort = null)
    {
        var executor = PodBench.Info();
        var network = new NetworkInfo { Name = "blue" };
        if (hostPort is { } port)
        {
            network.PortMappings.Add(new NetworkInfo.Types.PortMapping { HostPort = port, ContainerPort = 80 });
        }
        executor.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, NetworkInfos = { network } };
        return executor;
    }

    private static TaskInfo FromImage(string id, string? ports = null)
    {
        var task = ports is null ? Make.Task(id) : Make.Task(id, resources: "cpus:1;mem:64;" + ports);
        task.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Docker, Docker = new DockerInfo { Image = "app" } };
        return task;
    }
}
