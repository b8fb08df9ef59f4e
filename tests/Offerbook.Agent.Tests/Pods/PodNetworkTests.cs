using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Standalone;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.Identity;
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
    public void ATaskWithoutAnImage_JoinsItAsAProcess_AndWhatIsStartedInItFindsTheAddress()
    {
        _bench.Hear(PodBench.Launch(InNetwork(), true, FromImage("a"), Make.Task("b")));
        var holder = _bench.Launched().Single();
        _bench.Tell(new AgentMessage.ContainerStarted(holder.Container, 100) { Addresses = ["10.9.0.2"] });

        var (image, plain) = (_bench.Launched()[^2], _bench.Launched()[^1]);
        Assert.That((plain.Docker, plain.Joins, plain.SharesNetwork),
            Is.EqualTo(((DockerSettings?)null, (ContainerId?)holder.Container, true)));
        Assert.That(image.SharesNetwork, Is.False, "the engine joins it");
        _bench.Tell(new AgentMessage.ContainerStarted(plain.Container, 200) { Addresses = ["10.9.0.2"] });
        Assert.That(_bench.Last("b").ContainerStatus.NetworkInfos[0].IpAddresses[0].IpAddress, Is.EqualTo("10.9.0.2"));

        var session = Session(plain.Container);
        Assert.That((session.Attach!.ToFiles, session.Joins), Is.EqualTo((false, (ContainerId?)plain.Container)));
        Assert.That(session.Environment.Last(variable => variable.Key == "MESOS_CONTAINER_IP").Value, Is.EqualTo("10.9.0.2"));

        var next = _bench.Restart();
        var recovered = next.Effects<RecoverContainers>().Single().Containers.Single(spec => spec.Container == plain.Container);
        Assert.That(recovered.SharesNetwork, Is.True);
    }

    [Test]
    public void AContainerWithinATaskWithoutAnImage_IsAProcessToo_AndOneWithinAnImageIsTheEngines()
    {
        _bench.Hear(PodBench.Launch(InNetwork(), true, FromImage("a"), Make.Task("b")));
        _bench.Tell(new AgentMessage.ContainerStarted(_bench.Launched().Single().Container, 100));
        var (image, plain) = (_bench.Launched()[^2].Container, _bench.Launched()[^1].Container);
        _bench.Tell(new AgentMessage.ContainerStarted(image, 200));
        _bench.Tell(new AgentMessage.ContainerStarted(plain, 201));

        Assert.That(Nested(plain.Child("n")).Attach, Is.Null);
        _bench.Tell(new AgentMessage.ContainerStarted(plain.Child("n"), 202));
        Assert.That(Nested(plain.Child("n").Child("m")).Attach, Is.Null);
        Assert.That(Nested(image.Child("n")).Attach, Is.EqualTo(new AttachSettings(null, AwaitsReader: false, ToFiles: true)));
        _bench.Tell(new AgentMessage.ContainerStarted(image.Child("n"), 203));
        Assert.That(Nested(image.Child("n").Child("m")).Attach?.ToFiles, Is.True);
    }

    [Test]
    public void AnAgentWithoutTheRightToEnterNetworks_SaysWhichTaskItIsAbout()
    {
        _bench = new Bench(Make.Settings() with { MayEnterNetworks = false }).Register();

        _bench.Hear(PodBench.Launch(InNetwork(), true, FromImage("a"), Make.Task("b")));

        Assert.That(Refusal("a"),
            Is.EqualTo("This agent cannot run the task group: its task 'b' has no image, and this agent has no right to put a process into "
            + "the pod's network 'blue', which takes root (CAP_SYS_ADMIN); run the agent as root, give the task an image, or leave out "
            + "the network"));
        _bench.Hear(PodBench.Launch(InNetwork(), true, FromImage("c")));
        Assert.That(_bench.Launched().Single().Docker!.IsHolder, Is.True, "images need no such right");
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

    private ContainerSpec Session(ContainerId within) => Nested(within.Child("session"), isSession: true);

    private ContainerSpec Nested(ContainerId id, bool isSession = false)
    {
        var call = new ContainerCall.Launch(id, new CommandInfo { Value = "true" }) { IsSession = isSession };
        _bench.Tell(new AgentMessage.ContainerCallReceived(new ConnectionId(id.Value.Length), call));
        return _bench.Launched()[^1];
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
