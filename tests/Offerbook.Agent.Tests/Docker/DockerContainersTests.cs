using System.Text.Json;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Operations;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>What containers get and what is told of them.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class DockerContainersTests(bool throughFaultySocket) : DockerTestBase(throughFaultySocket)
{
    [TestCase("exit 0", 0)]
    [TestCase("exit 3", 3)]
    public async Task Exit_IsTold(string command, int code)
    {
        Assert.That(await Yard.RunToEndAsync(Yard.Spec(command)), Is.EqualTo(new ContainerExit.Exited(code)));
    }

    [Test]
    public async Task Sandbox_IsMounted_AndGetsTheOutput()
    {
        var spec = Yard.Spec(
            "echo out; echo err >&2; echo made > $MESOS_SANDBOX/file; echo $MESOS_SANDBOX $MESOS_CONTAINER_NAME $TASK; ls -d $MESOS_DIRECTORY || true");

        await Yard.RunToEndAsync(spec);

        Assert.That(Yard.Output(spec), Is.EqualTo($"out\n/mnt/mesos/sandbox {DockerYard.Name(spec)} t2\n"));
        Assert.That(Yard.Output(spec, "stderr"), Does.StartWith("err\n").And.Contain(Yard.Sandbox(spec)),
            "its path on the host is said, and not to be seen within");
        Assert.That(Yard.Output(spec, "file"), Is.EqualTo("made\n"));
    }

    [Test]
    public async Task Output_WithoutANewlineAtTheEnd_IsWhole()
    {
        var spec = Yard.Spec("echo -n no end");

        await Yard.RunToEndAsync(spec);

        Assert.That(Yard.Output(spec), Is.EqualTo("no end"));
    }

    [Test]
    public async Task Programs_TakeThePlaceOfTheEntrypoint_AndImagesHaveTheirOwn()
    {
        var image = new DockerSettings(DockerEngine.OpinionatedImage);
        var program = Yard.Spec(new CommandSpec.Program("/bin/echo", ["a b", "$HOME"]), image);
        var whole = Yard.Spec(new CommandSpec.OfImage([]), image);
        var arguments = Yard.Spec(new CommandSpec.OfImage(["mine"]), image);
        var shell = Yard.Spec("pwd; echo $FROM_IMAGE", image);

        foreach (var spec in (ContainerSpec[])[program, whole, arguments, shell])
        {
            Assert.That(await Yard.RunToEndAsync(spec), Is.EqualTo(new ContainerExit.Exited(0)));
        }

        Assert.That(Yard.Output(program), Is.EqualTo("a b $HOME\n"));
        Assert.That(Yard.Output(whole), Is.EqualTo("entry of image\n"));
        Assert.That(Yard.Output(arguments), Is.EqualTo("entry mine\n"));
        Assert.That(Yard.Output(shell), Is.EqualTo("/tmp\nyes\n"));
    }

    [TestCase(DockerEngine.Image, "/mnt/mesos/sandbox\n")]
    [TestCase(DockerEngine.OpinionatedImage, "/tmp\n")]
    public async Task ContainersOfTypeMesos_BeginInTheSandbox_UnlessTheImageSaysWhere(string image, string directory)
    {
        var spec = Yard.Spec("pwd", new DockerSettings(image) { BeginsInSandbox = true });

        await Yard.RunToEndAsync(spec);

        Assert.That(Yard.Output(spec), Is.EqualTo(directory));
    }

    [Test]
    public async Task Terminate_IsPolite_AndKillIsNot()
    {
        var polite = Yard.Spec("trap 'echo bye; exit 7' TERM; echo up; while true; do sleep 0.1; done");
        await Yard.RunAsync(polite);
        await Yard.UntilOutputAsync(polite, "up");
        Yard.Runner.Signal(polite.Container, ContainerSignal.Terminate);
        Assert.That(await Yard.ExitAsync(polite), Is.EqualTo(new ContainerExit.Exited(7)));
        Assert.That(Yard.Output(polite), Is.EqualTo("up\nbye\n"));

        var stubborn = Yard.Spec("trap '' TERM; echo up; while true; do sleep 0.1; done");
        await Yard.RunAsync(stubborn);
        await Yard.UntilOutputAsync(stubborn, "up");
        Yard.Runner.Signal(stubborn.Container, ContainerSignal.Terminate);
        Yard.Runner.Signal(stubborn.Container, ContainerSignal.Kill);
        Assert.That(await Yard.ExitAsync(stubborn), Is.EqualTo(new ContainerExit.Exited(137)));
    }

    [Test]
    public async Task AnImagesStopSignal_IsTheOneThatIsSent()
    {
        var spec = Yard.Spec("trap 'exit 9' USR1; echo up; while true; do sleep 0.1; done",
            new DockerSettings(DockerEngine.Image) { Parameters = [new("stop-signal", "SIGUSR1")] });
        await Yard.RunAsync(spec);
        await Yard.UntilOutputAsync(spec, "up");

        Yard.Runner.Signal(spec.Container, ContainerSignal.Terminate);

        Assert.That(await Yard.ExitAsync(spec), Is.EqualTo(new ContainerExit.Exited(9)));
    }

    [Test]
    public async Task MoreMemoryThanTheLimit_IsToldApart()
    {
        var spec = Yard.Spec("x=a; while true; do x=$x$x; done") with { Limits = new ContainerLimits(MemoryMegabytes: 32) };

        Assert.That(await Yard.RunToEndAsync(spec),
            Is.InstanceOf<ContainerExit.OverLimit>().With.Property("Resource").EqualTo(LimitedResource.Memory));
    }

    [Test]
    public async Task Limits_AreTheEngines_AndChangeWhileItRuns()
    {
        var spec = Yard.Spec(
            "sleep 1000") with { Limits = new ContainerLimits(Cpus: 0.5, CpuLimit: 1.5, MemoryMegabytes: 40, MemoryLimitMegabytes: 64) };
        await Yard.RunAsync(spec);
        var host = (await Engine.InspectAsync(DockerYard.Name(spec))).GetProperty("HostConfig");
        Assert.That(Amounts(host), Is.EqualTo((512L, 150_000L, 64L << 20, 40L << 20)));

        Yard.Runner.Update(spec.Container, new ContainerLimits(Cpus: 2, MemoryMegabytes: 100));

        await DockerYard.UntilAsync(async () =>
            (await Engine.InspectAsync(DockerYard.Name(spec))).GetProperty("HostConfig").GetProperty("CpuShares").GetInt64() == 2048,
            "the change");
        host = (await Engine.InspectAsync(DockerYard.Name(spec))).GetProperty("HostConfig");
        Assert.That(Amounts(host), Is.EqualTo((2048L, -1L, 100L << 20, 40L << 20)));
    }

    [Test]
    public async Task AnImageThatIsNotThere_FailsWithTheEnginesWords()
    {
        var spec = Yard.Spec("true", new DockerSettings("localhost:1/nowhere/app:9"));

        Yard.Runner.Launch(spec);

        var why = (await Yard.NextAsync<AgentMessage.ContainerLaunchFailed>(spec)).Reason;
        Assert.That(why, Does.StartWith("The image 'localhost:1/nowhere/app:9' could not be pulled: ").And.Contain("localhost:1"));
    }

    [Test]
    public async Task ForcePull_AsksTheRegistry_ThoughTheImageIsThere()
    {
        await Engine.CallAsync(HttpMethod.Post, "/images/busybox/tag?repo=localhost:1/here&tag=latest");
        var spec = Yard.Spec("true", new DockerSettings("localhost:1/here") { ForcePull = true });
        Assert.That(await Yard.FailAsync(spec), Does.Contain("could not be pulled"));

        Assert.That(await Yard.RunToEndAsync(Yard.Spec("true", new DockerSettings("localhost:1/here"))),
            Is.EqualTo(new ContainerExit.Exited(0)));
    }

    [Test]
    public async Task AProgramThatIsNotThere_FailsWithTheEnginesWords_AndLeavesNothing()
    {
        var spec = Yard.Spec(new CommandSpec.Program("/no/such/program", []));

        Assert.That(await Yard.FailAsync(spec), Does.Contain("/no/such/program"));
        Assert.That(await Engine.ContainersAsync(), Is.Empty);
    }

    [Test]
    public async Task Gpus_AreAskedFor_AndAnEngineWithoutThemSaysSo()
    {
        var spec = Yard.Spec("true", new DockerSettings(DockerEngine.Image) { Gpus = 2 });

        Assert.That(await Yard.FailAsync(spec), Does.Contain("could not select device driver").And.Contain("gpu"));
    }

    [Test]
    public async Task Volumes_OfEveryKind_AreSeen()
    {
        var host = Directory.CreateTempSubdirectory("offerbook-volume-").FullName;
        await File.WriteAllTextAsync(Path.Combine(host, "file"), "of host\n");
        var persistent = new VolumePath("volumes/roles/r/v1", false);
        Directory.CreateDirectory(Yard.Volumes.PathOf(persistent));
        var spec = Yard.Spec(
            "cat /ro/file; touch /ro/no 2>/dev/null || echo read-only; touch /rw/yes; echo kept > /mnt/mesos/sandbox/data/x; echo own > /own/y; echo in driver > /drv/z; cat /drv/z; test -d /fresh && echo fresh; head -n 1 /proc/self/mountinfo >/dev/null; cat /proc/mounts",
            new DockerSettings(DockerEngine.Image)
            {
                Mounts =
                [
                    new DockerMount("/ro", new DockerMountSource.HostPath(host), true),
                    new DockerMount("/rw", new DockerMountSource.HostPath(host), false),
                    new DockerMount("/new", new DockerMountSource.HostPath(Path.Combine(host, "made")), false),
                    new DockerMount("data", new DockerMountSource.Persistent(persistent), false),
                    new DockerMount("/own", new DockerMountSource.InSandbox("sub/dir"), false),
                    new DockerMount("/drv",
                        new DockerMountSource.EngineVolume($"v-{Guid.NewGuid():N}", "local",
                            [new("type", "tmpfs"), new("device", "tmpfs"), new("o", "size=1m")]), false),
                    new DockerMount("/fresh", new DockerMountSource.EngineVolume(null, null, []), false),
                ],
            });

        Assert.That(await Yard.RunToEndAsync(spec), Is.EqualTo(new ContainerExit.Exited(0)), () => Yard.Output(spec, "stderr"));

        Assert.That(Yard.Output(spec), Does.StartWith("of host\nread-only\nin driver\nfresh\n").And.Match("tmpfs /drv tmpfs .*size=1024k"));
        Assert.That(File.Exists(Path.Combine(host, "yes")) && Directory.Exists(Path.Combine(host, "made")));
        Assert.That(File.ReadAllText(Path.Combine(Yard.Volumes.PathOf(persistent), "x")), Is.EqualTo("kept\n"));
        Assert.That(Yard.Output(spec, "sub/dir/y"), Is.EqualTo("own\n"));
        Directory.Delete(host, recursive: true);
    }

    [Test]
    public async Task ParametersAndUser_AreTheEngines()
    {
        var spec = Yard.Spec(
            "id -u; cat /proc/self/limits | while read a b c d e f; do test \"$a $b $c\" = \"Max open files\" && echo $d $e; done; echo $EXTRA", new DockerSettings(DockerEngine.Image)
        {
            User = "nobody",
            Parameters = [new("ulimit", "nofile=123:456"), new("e", "EXTRA=yes"), new("label", "team=blue"), new("cap-drop", "ALL")],
        });
        await Yard.RunToEndAsync(spec);
        Assert.That(Yard.Output(spec), Is.EqualTo("65534\n123 456\nyes\n"));
        var config = (await Engine.InspectAsync(DockerYard.Name(spec))).GetProperty("Config");
        Assert.That(config.GetProperty("Labels").GetProperty("team").GetString(), Is.EqualTo("blue"));
    }

    [Test]
    public async Task Privileges_AreAskedFor()
    {
        var spec = Yard.Spec("true", new DockerSettings(DockerEngine.Image) { Privileged = true });
        Yard.Runner.Launch(spec);

        // Where the tests themselves lack rights, the engine cannot give them, and says so.
        var began = await Yard.NextAsync<AgentMessage>(spec);

        if (began is AgentMessage.ContainerLaunchFailed failed)
        {
            Assert.That(failed.Reason, Does.Contain("caps").Or.Contain("permitted"));
        }
        else
        {
            Assert.That(
                (await Engine.InspectAsync(DockerYard.Name(spec))).GetProperty("HostConfig").GetProperty("Privileged").GetBoolean());
        }
    }

    [Test]
    public async Task Statistics_AreTheEngines()
    {
        var spec = Yard.Spec("sleep 1000") with { Limits = new ContainerLimits(MemoryMegabytes: 48) };
        await Yard.RunAsync(spec);

        var statistics = await Yard.Runner.StatisticsAsync(spec.Container, CancellationToken.None);

        Assert.That(statistics!.MemLimitBytes, Is.EqualTo(48UL << 20));
        Assert.That(statistics.MemTotalBytes, Is.GreaterThan(0));
        Assert.That(await Yard.Runner.StatisticsAsync(new ContainerId("other"), CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task Terminals_AreOneStream()
    {
        var spec = Yard.Spec("test -t 1 && echo terminal; echo err >&2",
            new DockerSettings(DockerEngine.Image) { Parameters = [new("tty", "true")] });

        await Yard.RunToEndAsync(spec);

        Assert.That(Yard.Output(spec), Is.EqualTo("terminal\r\nerr\r\n"));
    }

    [Test]
    public async Task Forgotten_ContainersAreRemoved_AndTheImageStays()
    {
        var spec = Yard.Spec("true");
        await Yard.RunToEndAsync(spec);
        Assert.That(await Engine.ContainersAsync(), Is.EqualTo([DockerYard.Name(spec)]));

        Yard.Runner.Forget(spec.Container);

        await DockerYard.UntilAsync(async () => (await Engine.ContainersAsync()).Count == 0, "its removal");
        Assert.That(Directory.GetFiles(Path.Combine(Yard.Work, "meta", "docker", "containers")), Is.Empty);
        await Engine.CallAsync(HttpMethod.Get, "/images/busybox/json");
    }

    [Test]
    public async Task AContainerThatSomebodyElseRemoves_HasVanished()
    {
        var spec = Yard.Spec("sleep 1000");
        await Yard.RunAsync(spec);

        await Engine.CallAsync(HttpMethod.Delete, $"/containers/{DockerYard.Name(spec)}?force=1");

        Assert.That(await Yard.ExitAsync(spec), Is.InstanceOf<ContainerExit.Vanished>().Or.EqualTo(new ContainerExit.Exited(137)));
    }

    [Test]
    public async Task Many_AtOnce_AllRunAndEnd()
    {
        var specs = Enumerable.Range(0, 12).Select(i => Yard.Spec($"echo {i}")).ToList();
        specs.ForEach(Yard.Runner.Launch);

        foreach (var (i, spec) in specs.Index())
        {
            await Yard.NextAsync<AgentMessage.ContainerStarted>(spec);
            Assert.That(await Yard.ExitAsync(spec), Is.EqualTo(new ContainerExit.Exited(0)));
            Assert.That(Yard.Output(spec), Is.EqualTo($"{i}\n"));
        }
    }

    private static (long Shares, long Quota, long Memory, long Reservation) Amounts(JsonElement host) =>
        (host.GetProperty("CpuShares").GetInt64(),
        host.GetProperty("CpuQuota").GetInt64(), host.GetProperty("Memory").GetInt64(), host.GetProperty("MemoryReservation").GetInt64());
}
