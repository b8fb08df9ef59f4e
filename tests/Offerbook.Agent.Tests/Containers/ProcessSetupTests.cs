using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Tests.Containers;

/// <summary>How a container's process is set up, seen from within. As root; otherwise, what an agent without rights does.</summary>
public sealed class ProcessSetupTests
{
    private Yard _yard = null!;

    [SetUp]
    public void Open() => _yard = new Yard();

    [TearDown]
    public async Task Close() => await _yard.DisposeAsync();

    [Test]
    public async Task ByDefault_NoNewPrivilegesAndOnlyUsualCapabilities()
    {
        var spec = _yard.Spec("grep -E 'NoNewPrivs|CapBnd|CapEff|CapAmb' /proc/self/status");

        await _yard.RunToEndAsync(spec);

        // Docker's set: as written by `capsh --decode=00000000a80425fb`, without audit_write's upper neighbours.
        var mine = Convert.ToInt64(StatusOf("CapBnd", File.ReadAllText("/proc/self/status")), 16);
        var expected = Ownership.IsRoot ? mine & 0xa80425fb : mine;
        Assert.That(StatusOf("NoNewPrivs", _yard.Output(spec)), Is.EqualTo("1"));
        Assert.That(Convert.ToInt64(StatusOf("CapBnd", _yard.Output(spec)), 16), Is.EqualTo(expected));
        Assert.That(Convert.ToInt64(StatusOf("CapEff", _yard.Output(spec)), 16), Is.EqualTo(Ownership.IsRoot ? expected : 0));
    }

    [Test]
    public async Task WhatCannotBeSetUp_FailsToLaunch_WithTheReason()
    {
        // More open files than the kernel lets any process have.
        var spec = _yard.Spec(
            "echo ran") with { Process =
                new ProcessSettings { Limits = [new ProcessLimit("nofile", ulong.MaxValue / 2, ulong.MaxValue / 2)] } };

        _yard.Runner.Launch(spec);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason,
            Does.Contain("could not be set up").And.Contain("prlimit"));
        Assert.That(_yard.HasMore, Is.False, "it was never told to run");
        Assert.That(_yard.Output(spec), Is.Empty);
    }

    [TestCase("no-such-program", null)]
    [TestCase("/no/such/program", null)]
    [TestCase("./only-for-root", "nobody")]
    public async Task AProgramThatIsMissing_BehindWhatSetsItUp_FailsToLaunch(string file, string? user)
    {
        var spec = _yard.Spec(new CommandSpec.Program(file, [])) with { User = user,
            Process = new ProcessSettings { Limits = [new ProcessLimit("nofile", 100, 100)] } };
        if (user is not null)
        {
            Directory.CreateDirectory(_yard.Sandbox(spec));
            await File.WriteAllTextAsync(Path.Combine(_yard.Sandbox(spec), file), "#!/bin/sh\n");
            File.SetUnixFileMode(Path.Combine(_yard.Sandbox(spec), file),
                UnixFileMode.UserRead | (Ownership.IsRoot ? UnixFileMode.UserExecute : 0));
        }

        _yard.Runner.Launch(spec);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason,
            Does.Contain($"'{file}' was not found, or may not be executed"));
        Assert.That(_yard.HasMore, Is.False, "it was never told to run");
    }

    [Test]
    public async Task AProgram_BehindWhatSetsItUp_IsFoundInTheTasksOwnPath()
    {
        var spec = _yard.Spec(new CommandSpec.Program("own", ["x y"]),
            ("PATH", "bin:/usr/bin:/bin")) with { Process = new ProcessSettings { Limits = [new ProcessLimit("nofile", 100, 100)] } };
        Directory.CreateDirectory(Path.Combine(_yard.Sandbox(spec), "bin"));
        await File.WriteAllTextAsync(Path.Combine(_yard.Sandbox(spec), "bin/own"), "#!/bin/sh\necho \"$1\"; exit 127\n");
        File.SetUnixFileMode(Path.Combine(_yard.Sandbox(spec), "bin/own"), (UnixFileMode)0b111_101_101);

        Assert.That(await _yard.RunToEndAsync(spec), Is.EqualTo(new ContainerExit.Exited(127)), "which is the program's own status");
        Assert.That(_yard.Output(spec), Is.EqualTo("x y\n"));
    }

    [Test]
    public async Task WhatWasSetUp_IsToldAsItEnds()
    {
        var spec = _yard.Spec(
            "echo $((6 * 7)); ls /proc/self/fd | tr '\\n' ' '; exit 1") with { Process =
                new ProcessSettings { Limits = [new ProcessLimit("nofile", 100, 100)] } };

        Assert.That(await _yard.RunToEndAsync(spec), Is.EqualTo(new ContainerExit.Exited(1)));
        Assert.That(_yard.Output(spec), Does.StartWith("42\n0 1 2 3 "), "and has no descriptor of its agent's");
        Assert.That(_yard.Output(spec), Does.Not.Contain("9"));
    }

    [Test]
    public async Task AContainerWithinAnother_SeesTheVolumesThatOneHasMounted()
    {
        if (!Ownership.IsRoot)
        {
            Assert.That(await new JoinedNamespaces(new TrackedContainers(), TimeProvider.System).ForAsync(_yard.Spec("true")), Is.Null);
            return;
        }
        var shown = Directory.CreateTempSubdirectory("offerbook-volume-").FullName;
        await File.WriteAllTextAsync(Path.Combine(shown, "file"), "seen");
        var outer =
            _yard.Spec("sleep 1000") with { Volumes = [new ContainerVolume("data", new VolumeSource.HostPath(shown), ReadOnly: true)] };
        await _yard.RunAsync(outer);
        var id = outer.Container.Child("inner");
        var inner = _yard.Spec($"cat {_yard.Sandbox(outer)}/data/file") with { Container = id,
            Sandbox = outer.Sandbox with { Container = id }, Joins = outer.Container };

        Assert.That(await _yard.RunToEndAsync(inner), Is.EqualTo(new ContainerExit.Exited(0)),
            "its stderr: " + _yard.Output(inner, "stderr"));
        Assert.That(_yard.Output(inner), Is.EqualTo("seen"));
        Directory.Delete(shown, recursive: true);
    }

    [Test]
    public async Task TheAgentItself_KeepsItsRights()
    {
        var before = File.ReadAllLines("/proc/self/status").Where(line => line.StartsWith("Cap", StringComparison.Ordinal)).ToList();
        await _yard.RunToEndAsync(_yard.Spec("true"));

        Assert.That(File.ReadAllLines("/proc/self/status").Where(line => line.StartsWith("Cap", StringComparison.Ordinal)),
            Is.EqualTo(before));
    }

    [Test]
    public async Task AnotherUser_GetsTheSandboxAndNoMore()
    {
        var spec = _yard.Spec("id -u; id -G; touch mine; grep CapEff /proc/self/status; umask") with { User = "nobody" };

        await _yard.RunToEndAsync(spec);

        if (!Ownership.IsRoot)
        {
            Assert.That(_yard.Output(spec), Does.Not.StartWith("65534\n"), "an agent without rights stays who it is");
            return;
        }
        var nobody = Ownership.Find("nobody")!;
        Assert.That(_yard.Output(spec).Split('\n')[..2], Is.EqualTo(new[] { $"{nobody.Uid}", $"{nobody.Gid}" }),
            _yard.Output(spec, "stderr"));
        Assert.That(StatusOf("CapEff", _yard.Output(spec)), Does.Match("^0+$"));
        Assert.That(_yard.Output(spec), Does.EndWith("0022\n"));
        Assert.That(File.Exists(_yard.Sandbox(spec) + "/mine"), Is.True);
    }

    [Test]
    public async Task AnotherUser_ComesToItsSandbox_ByTheAbsolutePathThatItIsTold()
    {
        File.SetUnixFileMode(_yard.Work, File.GetUnixFileMode(_yard.Work) | UnixFileMode.OtherExecute);
        ContainerSpec Sees(ContainerSpec spec) => spec with { User = "nobody", Environment = [new("MESOS_SANDBOX", _yard.Sandbox(spec))] };
        // The first makes directories that the second finds; the third is within another, of a pod of the agent's user.
        const string line = "cd / && echo here >$MESOS_SANDBOX/mine && cat $MESOS_SANDBOX/mine";
        var (first, second) = (Sees(_yard.Spec(line)), _yard.Spec(line));
        second = Sees(second with { Sandbox = second.Sandbox with { Executor = new ExecutorId("t2") } });
        var pod = _yard.Spec("sleep 1000") with { HoldsPod = true };
        var within = new ContainerId(pod.Container.Value + ".in");
        var third = Sees(pod with { Command = first.Command, HoldsPod = false, Container = within, Joins = pod.Container,
            Sandbox = pod.Sandbox with { Container = within } });

        await _yard.RunAsync(pod);
        foreach (var spec in new[] { first, second, third })
        {
            await _yard.RunToEndAsync(spec);
            Assert.That(_yard.Output(spec), Is.EqualTo("here\n"), _yard.Output(spec, "stderr"));
            Assert.That(File.GetUnixFileMode(_yard.Sandbox(spec)) & UnixFileMode.OtherExecute, Is.EqualTo(UnixFileMode.None),
                "it is shown to nobody else");
        }
    }

    [Test]
    public async Task AnotherUser_CannotMisleadWhatRunsBeforeItsTask()
    {
        // A `mount`, `setpriv` or `env` of the task's own must not be run as the agent.
        var spec = _yard.Spec("echo $PATH", ("PATH", "/tmp/evil:/usr/bin:/bin")) with { User = "nobody" };
        await _yard.RunAsync(spec);
        await _yard.NextAsync<AgentMessage.ContainerExited>();

        Assert.That(_yard.Output(spec), Is.EqualTo("/tmp/evil:/usr/bin:/bin\n"));
    }

    [Test]
    public async Task Capabilities_AreThoseAskedFor()
    {
        var settings = new ProcessSettings { EffectiveCapabilities = ["net_bind_service"],
            BoundingCapabilities = ["net_bind_service", "chown"] };
        var root = _yard.Spec("grep -E 'CapEff|CapBnd' /proc/self/status") with { Process = settings };
        await _yard.RunToEndAsync(root);
        var user = _yard.Spec("grep -E 'CapEff|CapBnd' /proc/self/status") with { Process = settings, User = "nobody" };
        await _yard.RunToEndAsync(user);

        foreach (var spec in new[] { root, user })
        {
            Assert.That(Convert.ToInt64(StatusOf("CapEff", _yard.Output(spec)), 16), Is.EqualTo(Ownership.IsRoot ? 1L << 10 : 0));
            if (Ownership.IsRoot)
            {
                Assert.That(Convert.ToInt64(StatusOf("CapBnd", _yard.Output(spec)), 16), Is.EqualTo((1L << 10) | 1));
            }
        }
    }

    [Test]
    public async Task ResourceLimits_ReachTheProcess()
    {
        var spec = _yard.Spec("ulimit -n; ulimit -Hn; ulimit -c; ulimit -Hc") with
        {
            Process = new ProcessSettings { Limits = [new ProcessLimit("nofile", 100, 200), new ProcessLimit("core", 0, 0)] },
        };

        await _yard.RunToEndAsync(spec);

        Assert.That(_yard.Output(spec), Is.EqualTo("100\n200\n0\n0\n"));
    }

    [Test]
    public async Task Umask_IsTheTasks()
    {
        var spec = _yard.Spec("umask") with { Process = new ProcessSettings { Umask = 7 } };

        await _yard.RunToEndAsync(spec);

        Assert.That(_yard.Output(spec), Is.EqualTo("0007\n"));
    }

    [Test]
    public async Task AContainer_WithProcessNumbersOfItsOwn_SeesNoOthers_AndPassesItsEndOn()
    {
        var settings = new ProcessSettings { OwnProcessNumbers = true, OwnIpc = true, SharedMemoryMegabytes = 3 };
        var spec = _yard.Spec(
            "echo $$; ls -d /proc/[0-9]* | wc -l; df -m /dev/shm | tail -1 | awk '{ print $2 }'; kill -TERM $$; exit 5") with { Process =
                settings };

        var exit = await _yard.RunToEndAsync(spec);

        if (!Ownership.IsRoot)
        {
            Assert.That(exit, Is.EqualTo(new ContainerExit.Exited(1)), "it takes root");
            return;
        }
        // The first process of a numbering is immune to its own signals.
        Assert.That(_yard.Output(spec), Does.Match("^1\n[2-4]\n3\n$"), _yard.Output(spec, "stderr"));
        Assert.That(exit, Is.EqualTo(new ContainerExit.Exited(5)));
    }

    [Test]
    public async Task AContainer_ThatJoinsOne_SeesItsProcesses()
    {
        var outer = _yard.Spec("sleep 1234") with { Process = new ProcessSettings { OwnProcessNumbers = Ownership.IsRoot } };
        await _yard.RunAsync(outer);
        var joining = _yard.Spec("tr '\\0' ' ' </proc/1/cmdline; pwd") with { Container = outer.Container.Child("in"),
            Joins = outer.Container };

        await _yard.RunAsync(joining);
        await _yard.NextAsync<AgentMessage.ContainerExited>();

        Assert.That(_yard.Output(joining), Does.EndWith(_yard.Sandbox(joining) + "\n"), _yard.Output(joining, "stderr"));
        Assert.That(_yard.Output(joining).StartsWith("sleep 1234", StringComparison.Ordinal)
            || _yard.Output(joining).Contains("sh -c sleep 1234"),
            Is.EqualTo(Ownership.IsRoot), _yard.Output(joining));
    }

    [Test]
    public async Task StandardInput_IsEmpty()
    {
        var spec = _yard.Spec("cat; readlink /proc/self/fd/0; ls /proc/$$/fd");

        await _yard.RunToEndAsync(spec);

        Assert.That(_yard.Output(spec), Is.EqualTo("/dev/null\n0\n1\n2\n"), "and nothing else is open");
    }

    private static string StatusOf(string field, string text) =>
        text.Split('\n').Single(line => line.StartsWith(field + ":", StringComparison.Ordinal)).Split('\t')[1].Trim();
}
