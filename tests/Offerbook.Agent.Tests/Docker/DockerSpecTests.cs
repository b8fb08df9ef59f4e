using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Docker;
using Offerbook.Agent.Tests.Support;
using Offerbook.Resources;
using DockerInfo = Mesos.V1.ContainerInfo.Types.DockerInfo;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>What the core makes of a task with an image, and what it refuses.</summary>
public sealed class DockerSpecTests
{
    [Test]
    public void ADockerTask_IsLaunchedByTheEngine()
    {
        var task = Task(docker =>
        {
            docker.Network = DockerInfo.Types.Network.Bridge;
            docker.ForcePullImage = true;
            docker.Privileged = true;
            docker.PortMappings.Add(new DockerInfo.Types.PortMapping { HostPort = 31001, ContainerPort = 80 });
            docker.PortMappings.Add(new DockerInfo.Types.PortMapping { HostPort = 31002, ContainerPort = 53, Protocol = "UDP" });
            docker.Parameters.Add(new Parameter { Key = "label", Value = "a=b" });
        });
        task.Container.Hostname = "h";
        task.Command.User = "nobody";

        var spec = Launched(task);

        Assert.That(spec.Command, Is.EqualTo(new CommandSpec.Shell("true")));
        Assert.That(spec.Limits, Is.EqualTo(new ContainerLimits(1, null, 64, null, null)));
        var settings = spec.Docker!;
        Assert.That(
            (settings.Image, settings.ForcePull, settings.Privileged, settings.User, settings.Hostname, settings.Gpus,
                settings.BeginsInSandbox),
            Is.EqualTo(("app:1", true, true, "nobody", "h", 0, false)));
        Assert.That(settings.Network, Is.EqualTo(new DockerNetwork.Bridge()));
        Assert.That(settings.Ports, Is.EqualTo([new DockerPort(31001, 80, "tcp"), new DockerPort(31002, 53, "udp")]));
        Assert.That(settings.Parameters, Is.EqualTo([KeyValuePair.Create("label", "a=b")]));
    }

    [Test]
    public void TheFrameworksUser_IsAUserOfHosts_AndNoneOfImages()
    {
        var framework = Make.Framework();
        framework.User = "deployer";
        var bench = new Bench().Register();

        bench.Run(Task(), framework);

        Assert.That(bench.Effects<LaunchContainer>().Single().Spec.Docker!.User, Is.Null);
    }

    [TestCase(true, "echo", new string[0], "sh: echo")]
    [TestCase(false, null, new string[0], "image:")]
    [TestCase(false, null, new[] { "a", "b" }, "image: a b")]
    [TestCase(false, "run", new string[0], "image: run")]
    [TestCase(false, "run", new[] { "a" }, "image: run a")]
    public void TypeDocker_HandsValueAndArgumentsToTheEntrypoint(bool shell, string? value, string[] arguments, string expected)
    {
        var task = Task();
        task.Command = Command(shell, value, arguments);

        Assert.That(Show(Launched(task).Command), Is.EqualTo(expected));
    }

    [TestCase(true, "echo", new string[0], "sh: echo")]
    [TestCase(false, null, new string[0], "image:")]
    [TestCase(false, null, new[] { "zero", "b" }, "image: b")]
    [TestCase(false, "run", new[] { "zero", "a" }, "program: run a")]
    public void TypeMesos_RunsTheValueInPlaceOfTheEntrypoint(bool shell, string? value, string[] arguments, string expected)
    {
        var task = Make.Task();
        task.Container = OfImage("app");
        task.Command = Command(shell, value, arguments);

        var spec = Launched(task);

        Assert.That(Show(spec.Command), Is.EqualTo(expected));
        Assert.That((spec.Docker!.Network, spec.Docker.BeginsInSandbox, spec.Docker.ForcePull),
            Is.EqualTo(((DockerNetwork)new DockerNetwork.Host(), true, false)));
    }

    [Test]
    public void TypeMesos_JoinsANamedNetwork_WithItsPorts_AndPullsWhatIsNotToBeCached()
    {
        var task = Make.Task(resources: "cpus:1;mem:64;ports:[31000-31000]");
        task.Container = OfImage("app");
        task.Container.Mesos.Image.Cached = false;
        task.Container.NetworkInfos.Add(
            new NetworkInfo { Name = "blue",
                PortMappings = { new NetworkInfo.Types.PortMapping { HostPort = 31000, ContainerPort = 8080, Protocol = "tcp" } } });

        var docker = Launched(task).Docker!;

        Assert.That((docker.Network, docker.ForcePull), Is.EqualTo(((DockerNetwork)new DockerNetwork.Named("blue"), true)));
        Assert.That(docker.Ports, Is.EqualTo([new DockerPort(31000, 8080, "tcp")]));
    }

    [Test]
    public void Volumes_AreReadWithTheirSources()
    {
        var task = Task();
        task.Container.Volumes.Add(new Volume { ContainerPath = "/a", HostPath = "/host", Mode = Volume.Types.Mode.Ro });
        task.Container.Volumes.Add(new Volume { ContainerPath = "b", HostPath = "below/sandbox", Mode = Volume.Types.Mode.Rw });
        task.Container.Volumes.Add(new Volume
        {
            ContainerPath = "/c",
            Mode = Volume.Types.Mode.Rw,
            Source = new Volume.Types.Source
            {
                Type = Volume.Types.Source.Types.Type.DockerVolume,
                DockerVolume = new Volume.Types.Source.Types.DockerVolume
                {
                    Driver = "rexray", Name = "v1",
                    DriverOptions = new Parameters { Parameter = { new Parameter { Key = "size", Value = "5" } } },
                },
            },
        });
        task.Container.Volumes.Add(new Volume
        {
            ContainerPath = "/d",
            Mode = Volume.Types.Mode.Rw,
            Source = new Volume.Types.Source
            {
                Type = Volume.Types.Source.Types.Type.HostPath,
                HostPath = new Volume.Types.Source.Types.HostPath { Path = "/shared",
                    MountPropagation = new MountPropagation { Mode = MountPropagation.Types.Mode.Bidirectional } },
            },
        });

        var mounts = Launched(task).Docker!.Mounts;

        Assert.That(mounts[0], Is.EqualTo(new DockerMount("/a", new DockerMountSource.HostPath("/host"), true)));
        Assert.That(mounts[1], Is.EqualTo(new DockerMount("b", new DockerMountSource.InSandbox("below/sandbox"), false)));
        var engines = (DockerMountSource.EngineVolume)mounts[2].Source;
        Assert.That((engines.Name, engines.Driver, engines.Options.Single()),
            Is.EqualTo(("v1", "rexray", KeyValuePair.Create("size", "5"))));
        Assert.That(mounts[3].Source, Is.EqualTo(new DockerMountSource.HostPath("/shared", "rshared")));
    }

    [Test]
    public void WhatCannotBe_IsRefusedAllAtOnce_ByName()
    {
        var task = Task(docker =>
        {
            docker.Network = DockerInfo.Types.Network.Host;
            docker.PortMappings.Add(new DockerInfo.Types.PortMapping { HostPort = 80, ContainerPort = 80 });
            docker.Parameters.Add(new Parameter { Key = "restart", Value = "always" });
            docker.Parameters.Add(new Parameter { Key = "ulimit", Value = "nofile" });
            docker.Parameters.Add(new Parameter { Key = "label", Value = "offerbook.agent=x" });
        });
        task.Container.Hostname = "h";
        task.Container.Volumes.Add(new Volume { ContainerPath = "/x", HostPath = "/a/../../etc", Mode = Volume.Types.Mode.Rw });

        var update = Refused(task);

        Assert.That((update.State, update.Reason), Is.EqualTo((TaskState.TaskFailed, Reason.ContainerLaunchFailed)));
        foreach (var words in (string[])[
            "Port mappings are only supported for bridge and user-defined networks", "Port [80] not included in resources",
            "Unable to set hostname with host network mode",
            "'restart' is not supported", "'ulimit' cannot be 'nofile'", "offerbook.", "/a/../../etc"])
        {
            Assert.That(update.Message, Does.Contain(words));
        }
    }

    [TestCase(DockerInfo.Types.Network.User, "no network is named")]
    [TestCase(DockerInfo.Types.Network.Bridge, null)]
    public void UserNetworks_MustBeNamed(DockerInfo.Types.Network network, string? words)
    {
        var task = Task(docker => docker.Network = network);

        var bench = new Bench().Register();
        bench.Hear(Make.Launch(task));

        Assert.That(bench.Effects<LaunchContainer>().Any(), Is.EqualTo(words is null));
        Assert.That(words is null || bench.Pending()!.Message.Contains(words, StringComparison.Ordinal));
    }

    [Test]
    public void AShellWithoutACommand_IsRefused()
    {
        var task = Task();
        task.Command = new CommandInfo { Shell = true };

        Assert.That(Refused(task).Message, Does.Contain("shell"));
    }

    [Test]
    public void EveryParameter_TakesAValue_AndStandsInTheDocument()
    {
        var document = File.ReadAllText(Path.Combine(Repository(), "docs", "using", "docker.md"));
        foreach (var name in DockerParameters.Names)
        {
            var value = new[] { "true", "1", "a=1", "a=1:2", "64m" }.FirstOrDefault(value => DockerParameters.Problem(name, value) is null);
            Assert.That(value, Is.Not.Null, name);
            Assert.That(document, Does.Contain($"`{name}`"));
        }
        Assert.That(DockerParameters.Problem("name", "x"), Does.Contain("'name' is not supported"));
        Assert.That(DockerParameters.Problem("m", "64m"), Is.Null, "short names are known too");
    }

    [TestCase("1", 1)]
    [TestCase("64k", 64 << 10)]
    [TestCase("1.5MB", 3 << 19)]
    [TestCase("2g", 2L << 30)]
    [TestCase("-1", -1)]
    public void Sizes_AreReadAsDockerReadsThem(string text, long bytes)
    {
        Assert.That(ByteSize.TryParse(text, out var read), Is.True);
        Assert.That(read, Is.EqualTo(bytes));
    }

    [TestCase("")]
    [TestCase("m")]
    [TestCase("1x")]
    [TestCase("99999999999999t")]
    public void OtherSizes_AreNone(string text) => Assert.That(ByteSize.TryParse(text, out _), Is.False);

    private static TaskInfo Task(Action<DockerInfo>? with = null)
    {
        var task = Make.Task(resources: "cpus:1;mem:64;ports:[31000-31005]");
        task.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Docker, Docker = new DockerInfo { Image = "app:1" } };
        with?.Invoke(task.Container.Docker);
        return task;
    }

    private static ContainerInfo OfImage(string name) => new()
    {
        Type = ContainerInfo.Types.Type.Mesos,
        Mesos = new ContainerInfo.Types.MesosInfo { Image = new Image { Type = Image.Types.Type.Docker,
            Docker = new Image.Types.Docker { Name = name } } },
    };

    private static CommandInfo Command(bool shell, string? value, string[] arguments)
    {
        var command = new CommandInfo { Shell = shell, Arguments = { arguments } };
        if (value is not null)
        {
            command.Value = value;
        }
        return command;
    }

    private static string Show(CommandSpec command) => command switch
    {
        CommandSpec.Shell shell => $"sh: {shell.Line}",
        CommandSpec.Program program => $"program: {string.Join(' ', [program.File, .. program.Arguments])}",
        CommandSpec.OfImage image => $"image: {string.Join(' ', image.Arguments)}".TrimEnd(),
        _ => "",
    };

    private static ContainerSpec Launched(TaskInfo task)
    {
        var bench = new Bench().Register();
        bench.Hear(Make.Launch(task));
        return bench.Effects<LaunchContainer>().Single().Spec;
    }

    private static TaskStatus Refused(TaskInfo task)
    {
        var bench = new Bench().Register();
        bench.Hear(Make.Launch(task));
        Assert.That(bench.Effects<LaunchContainer>(), Is.Empty);
        return bench.Pending()!;
    }

    private static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Offerbook.sln")))
        {
            directory = directory.Parent;
        }
        return directory.FullName;
    }
}
