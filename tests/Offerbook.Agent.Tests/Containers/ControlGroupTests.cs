using System.Diagnostics;
using Mesos.V1;
using FileInfo = System.IO.FileInfo;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Cgroups;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Containers;

/// <summary>
/// Real processes in the control groups of this machine, of whatever version. Where there are none, or no right to them, each test
/// looks at what containers then do without.
/// </summary>
public sealed class ControlGroupTests
{
    private static readonly ContainerLimits Small = new(Cpus: 0.5, CpuLimit: 1.5, MemoryMegabytes: 16, MemoryLimitMegabytes: 32);

    /// <summary>Leaves one behind in a session of its own, and its number in a file.</summary>
    private const string Daemon =
        "setsid sh -c 'echo $$ >daemon; exec sleep 1000' & while [ ! -s daemon ]; do sleep 0.05; done; exit 3";

    private static readonly ContainerId Pod = new("pod");

    private Yard _yard = null!;

    private bool Has => _yard.Cgroups is not NoCgroups;

    [SetUp]
    public void Open() => _yard = new Yard(isolation: new IsolationOptions { PidsLimit = 50 });

    [TearDown]
    public async Task Close() => await _yard.DisposeAsync();

    [Test]
    public async Task Memory_BeyondTheLimit_EndsTheContainerAndIsToldApart()
    {
        // The shell goes on after its child was killed: the container is over all the same.
        var spec = _yard.Spec("tail -c 200m /dev/zero | tail -c 100m >/dev/null; sleep 1000") with { Limits = Small };
        await _yard.RunAsync(spec);
        if (!Has)
        {
            _yard.Runner.Signal(spec.Container, ContainerSignal.Kill);
        }

        var exit = (await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit;

        if (!Has)
        {
            Assert.That(exit, Is.EqualTo(new ContainerExit.Signaled(9)));
            return;
        }
        Assert.That(exit, Is.TypeOf<ContainerExit.OverLimit>());
        var over = (ContainerExit.OverLimit)exit;
        Assert.That(over.Resource, Is.EqualTo(LimitedResource.Memory));
        Assert.That(over.Message,
            Does.StartWith("Memory limit exceeded: Requested: 32MB Maximum Used: 3").And.Contain("MEMORY STATISTICS"));
        Assert.That(over.Megabytes, Is.InRange(30, 33));
    }

    [Test]
    public async Task Memory_OfAPodThatAnEngineHolds_EndsItsProcesses_AndItsGroupComesAndGoesWithThem()
    {
        await using var yard = OfAPodThatAnEngineHolds();
        yard.Groups.BoundPod(Pod, ContainerLimits.None);
        Assert.That(yard.Groups.TryChangePod(Pod, Small), Is.True);
        Assert.That(yard.Cgroups.Exists(Pod), Is.False, "nobody is in it");
        var alone = WithinPod(yard, "sleep 1000") with { Process = new ProcessSettings { OwnControlGroup = true }, Limits = Small };
        await yard.RunAsync(alone);
        Assert.That((yard.Cgroups.Exists(Pod), yard.Cgroups.Exists(alone.Container)), Is.EqualTo((Has, Has)), "one within the other");
        yard.Runner.Signal(alone.Container, ContainerSignal.Kill);
        await yard.NextAsync<AgentMessage.ContainerExited>();
        yard.Runner.Forget(alone.Container);
        var greedy = WithinPod(yard, "tail -c 200m /dev/zero | tail -c 100m >/dev/null; sleep 1000");
        var other = WithinPod(yard, "sleep 1000");
        await yard.RunAsync(other);
        await yard.RunAsync(greedy);
        if (!Has || !Agent.Hosting.Ownership.IsRoot)
        {
            yard.Runner.Signal(greedy.Container, ContainerSignal.Kill);
            Assert.That((await yard.NextAsync<AgentMessage.ContainerExited>()).Container, Is.EqualTo(greedy.Container));
            return;
        }

        foreach (var _ in (ContainerSpec[])[greedy, other])
        {
            var over = (ContainerExit.OverLimit)(await yard.NextAsync<AgentMessage.ContainerExited>()).Exit;
            Assert.That(over.Message, Does.StartWith("Memory limit exceeded: Requested: 32MB"));
        }
        yard.Runner.Forget(greedy.Container);
        yard.Runner.Forget(other.Container);
        await Patiently.Until(() => !yard.Cgroups.Exists(Pod), "the pod's group is gone");
        yard.Groups.ForgetPod(Pod);
        Assert.That(yard.Groups.TryChangePod(Pod, Small), Is.False);
    }

    [Test]
    public async Task Memory_BeyondTheLimit_IsKnownToAnAgentThatWasRestartedMeanwhile()
    {
        var spec = _yard.Spec("while [ ! -e go ]; do sleep 0.05; done; "
            + (Has ? "exec tail /dev/zero" : "exit 0")) with { Limits = Small };
        await _yard.RunAsync(spec);
        var main = _yard.Files.Read(spec.Container)!.Main!.Value;
        await _yard.StopAsync();
        File.WriteAllText(_yard.Sandbox(spec) + "/go", "");
        await Patiently.Until(() => !main.IsAlive, "it is over");

        await _yard.RestartAsync(spec);

        await _yard.NextAsync<AgentMessage.ContainerStarted>();
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Has
            ? Is.TypeOf<ContainerExit.OverLimit>() : Is.EqualTo(new ContainerExit.Exited(0)));
    }

    [Test]
    public async Task Groups_OfWhatIsJustDying_GoWithTheAgent()
    {
        var yard = new Yard();
        await yard.RunAsync(yard.Spec("for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & done; wait"));

        // What no task claims is killed, and the agent stops at once.
        await yard.DisposeAsync();

        Assert.That(yard.Cgroups.List(), Is.Empty);
    }

    [Test]
    public async Task ADaemonThatLeavesTheSession_EndsWithItsTask()
    {
        var spec = _yard.Spec(Daemon);
        await _yard.RunToEndAsync(spec);
        var daemon = int.Parse(File.ReadAllText(_yard.Sandbox(spec) + "/daemon"));

        if (Has)
        {
            await Patiently.Until(() => ProcessTable.Read(daemon) is not { Ended: false }, "the daemon is gone");
        }
        else
        {
            Assert.That(ProcessTable.Read(daemon), Is.Not.Null, "without control groups it escapes");
            Native.Signal(daemon, Native.Kill);
        }
    }

    [Test]
    public async Task ADaemonThatLeavesTheSession_DoesNotEscapeAKill()
    {
        var spec = _yard.Spec("setsid sh -c 'echo $$ >daemon; exec sleep 1000' & sleep 1000");
        await _yard.RunAsync(spec);
        await Patiently.Until(() => File.Exists(_yard.Sandbox(spec) + "/daemon")
            && new FileInfo(_yard.Sandbox(spec) + "/daemon").Length > 1, "the daemon runs");
        var daemon = int.Parse(File.ReadAllText(_yard.Sandbox(spec) + "/daemon"));

        _yard.Runner.Signal(spec.Container, ContainerSignal.Kill);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Is.EqualTo(new ContainerExit.Signaled(9)));
        if (Has)
        {
            await Patiently.Until(() => ProcessTable.Read(daemon) is not { Ended: false }, "the daemon is gone");
        }
        else
        {
            Native.Signal(daemon, Native.Kill);
        }
    }

    [Test]
    public async Task ADaemonInAPodThatAnEngineHolds_EndsWithTheLastThatHasThePodsGroup()
    {
        await using var yard = OfAPodThatAnEngineHolds();
        var (spec, other) = (WithinPod(yard, Daemon), WithinPod(yard, "sleep 1000"));
        await yard.RunAsync(other);
        await yard.RunToEndAsync(spec);
        var daemon = int.Parse(File.ReadAllText(yard.Sandbox(spec) + "/daemon"));
        yard.Runner.Forget(spec.Container);
        // What was asked for is done then.
        await yard.RestartAsync(other);
        await yard.NextAsync<AgentMessage.ContainerStarted>();
        Assert.That(ProcessTable.Read(daemon), Is.Not.Null.And.Property("Ended").False, "the other is in that group too");

        yard.Runner.Signal(other.Container, ContainerSignal.Kill);
        await yard.NextAsync<AgentMessage.ContainerExited>();
        yard.Runner.Forget(other.Container);

        if (Has)
        {
            await Patiently.Until(() => ProcessTable.Read(daemon) is not { Ended: false }, "the daemon is gone");
            await Patiently.Until(() => yard.Cgroups.List().Count == 0, "no group is left");
        }
        else
        {
            await yard.StopAsync();
            Assert.That(ProcessTable.Read(daemon), Is.Not.Null, "without control groups it escapes");
            Native.Signal(daemon, Native.Kill);
        }
    }

    [Test]
    public async Task APodsGroupThatIsBeingCleared_TakesProcessesAgain()
    {
        await using var yard = OfAPodThatAnEngineHolds(new IsolationOptions { PidsLimit = 0 });
        var (spec, next) = (WithinPod(yard, Daemon), WithinPod(yard, "sh -c 'echo child'; echo self"));
        await yard.RunToEndAsync(spec);
        var daemon = int.Parse(File.ReadAllText(yard.Sandbox(spec) + "/daemon"));

        yard.Groups.Leave(spec, _ => false);
        await yard.RunToEndAsync(next);

        Assert.That(yard.Output(next), Is.EqualTo("child\nself\n"));
        if (!Has)
        {
            Native.Signal(daemon, Native.Kill);
        }
    }

    [Test]
    public async Task AnAttachedContainersGroup_OutlivesWhatIsWithin_AndGoesWithWhatIsLeftInIt()
    {
        var attached = _yard.Spec("true") with { Attach = new AttachSettings(null, AwaitsReader: false) };
        using var process = Process.Start("sh",
            ["-c", "for file; do echo 0 >$file || exit 1; done; exec sleep 1000", "sh", .. _yard.Groups.Enter(attached)]);
        await Patiently.Until(() => File.ReadAllText($"/proc/{process.Id}/cmdline").StartsWith("sleep", StringComparison.Ordinal),
            "it is in the group");
        var within = _yard.Spec("true") with { Container = attached.Container.Child("within"), Joins = attached.Container };
        await _yard.RunToEndAsync(within);
        _yard.Runner.Forget(within.Container);
        // What was asked for is done then.
        await _yard.StopAsync();
        Assert.That((process.HasExited, _yard.Cgroups.Exists(attached.Container)), Is.EqualTo((false, Has)));

        _yard.Groups.ForgetAttached(attached.Container);

        if (!Has)
        {
            Assert.That(process.HasExited, Is.False, "without control groups it escapes");
            process.Kill();
        }
        await Patiently.Until(() => process.HasExited, "it is gone");
        await Patiently.Until(_yard.Groups.RemoveLeaving, "its group is gone");
        Assert.That(_yard.Cgroups.Exists(attached.Container), Is.False);
    }

    [Test]
    public async Task Processes_BeyondTheLimit_CannotBeStarted()
    {
        var spec = _yard.Spec("i=0; while [ $i -lt 60 ]; do sleep 1000 & i=$((i + 1)); done; echo all");

        await _yard.RunToEndAsync(spec);

        Assert.That(_yard.Output(spec), Is.EqualTo(Has ? "" : "all\n"));
    }

    [Test]
    public async Task Statistics_TellUseAndLimits()
    {
        var spec = _yard.Spec(
            "sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done'; touch done; sleep 1000 & sleep 1000") with { Limits = Small };
        await _yard.RunAsync(spec);
        await Patiently.Until(() => File.Exists(_yard.Sandbox(spec) + "/done"), "it has worked");
        ResourceStatistics? found = null;

        await Patiently.Until(() => (found = Statistics(spec))?.Processes >= 3, "its processes are seen");

        Assert.That(found!.CpusUserTimeSecs + found.CpusSystemTimeSecs, Is.GreaterThan(0));
        Assert.That(found.MemRssBytes, Is.InRange(100_000, 32 << 20));
        Assert.That(found.MemLimitBytes, Is.EqualTo(32 << 20));
        Assert.That(found.MemSoftLimitBytes, Is.EqualTo(16 << 20));
        Assert.That(found.CpusLimit, Is.EqualTo(1.5));
        Assert.That(found.CpusSoftLimit, Is.EqualTo(0.5));
        Assert.That(found.Threads, Is.GreaterThanOrEqualTo(3));
    }

    [Test]
    public async Task Statistics_OfAContainerThatHasEnded_AreNone()
    {
        var spec = _yard.Spec("true");
        await _yard.RunToEndAsync(spec);

        Assert.That(Statistics(spec), Is.Null);
    }

    [Test]
    public async Task Update_ChangesTheBoundsOfARunningContainer()
    {
        var spec = _yard.Spec("sleep 1000") with { Limits = Small };
        await _yard.RunAsync(spec);

        _yard.Runner.Update(spec.Container, new ContainerLimits(1, 2, 48, 64));

        Assert.That(Statistics(spec)!.MemLimitBytes, Is.EqualTo(64 << 20));
        foreach (var file in Files(spec.Container, "memory.limit_in_bytes", "memory.max"))
        {
            Assert.That(File.ReadAllText(file).Trim(), Is.EqualTo($"{64 << 20}"));
        }
        foreach (var file in Files(spec.Container, "memory.memsw.limit_in_bytes", "memory.swap.max"))
        {
            Assert.That(File.ReadAllText(file).Trim(),
                Is.EqualTo(file.EndsWith("swap.max", StringComparison.Ordinal) ? "0" : $"{64 << 20}"), "no swap on top");
        }
        foreach (var file in Files(spec.Container, "cpu.cfs_quota_us", "cpu.max"))
        {
            Assert.That(File.ReadAllText(file), Does.StartWith("200000"));
        }
    }

    [Test]
    public async Task ANestedContainer_SharesItsParentsGroupOrHasOneWithin()
    {
        var parent = _yard.Spec("sleep 1000") with { Limits = Small };
        await _yard.RunAsync(parent);
        var shares = _yard.Spec("sleep 1000") with { Container = parent.Container.Child("shares"), Joins = parent.Container };
        var own = _yard.Spec("sleep 1000") with
        {
            Container = parent.Container.Child("own"), Joins = parent.Container, Process = new ProcessSettings { OwnControlGroup = true },
        };
        var sharing = await _yard.RunAsync(shares);
        var owning = await _yard.RunAsync(own);

        Assert.That(_yard.Cgroups.Exists(shares.Container), Is.False);
        Assert.That(_yard.Cgroups.Exists(own.Container), Is.EqualTo(Has));
        if (Has)
        {
            Assert.That(File.ReadAllText($"/proc/{sharing}/cgroup"), Does.Contain(parent.Container.Value).And.Not.Contain("/own"));
            Assert.That(File.ReadAllText($"/proc/{owning}/cgroup"), Does.Contain(parent.Container.Value + "/own"));
        }
        _yard.Runner.Signal(own.Container, ContainerSignal.Kill);
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Container, Is.EqualTo(own.Container), "and none but that one");
    }

    [Test]
    public async Task Groups_AreRemovedWhenForgotten()
    {
        var spec = _yard.Spec("true");
        await _yard.RunToEndAsync(spec);
        Assert.That(_yard.Cgroups.Exists(spec.Container), Is.EqualTo(Has));

        _yard.Runner.Forget(spec.Container);

        await Patiently.Until(() => _yard.Cgroups.List().Count == 0, "no group is left");
    }

    [Test]
    public async Task Strays_OfAnEarlierAgent_AreKilledAndTheirGroupsRemoved()
    {
        var spec = _yard.Spec("setsid sh -c 'echo $$ >daemon; exec sleep 1000' & sleep 1000");
        await _yard.RunAsync(spec);
        await Patiently.Until(() => File.Exists(_yard.Sandbox(spec) + "/daemon")
            && new FileInfo(_yard.Sandbox(spec) + "/daemon").Length > 1, "the daemon runs");
        var daemon = int.Parse(File.ReadAllText(_yard.Sandbox(spec) + "/daemon"));
        // Even its record is gone.
        _yard.Files.Delete(spec.Container);

        await _yard.RestartAsync();

        await Patiently.Until(() => _yard.Cgroups.List().Count == 0, "no group is left");
        Assert.That(ProcessTable.Read(daemon) is { Ended: false }, Is.Not.EqualTo(Has));
        if (!Has)
        {
            Native.Signal(daemon, Native.Kill);
        }
    }

    [Test]
    public async Task WithoutControlGroups_ContainersRunAllTheSame()
    {
        await using var yard = new Yard(groups: new NoCgroups());
        var spec = yard.Spec("grep -c offerbook /proc/self/cgroup; sleep 1000") with { Limits = Small };
        await yard.RunAsync(spec);
        await Patiently.Until(() => yard.Output(spec) == "0\n", "it is in no group of ours");

        var statistics = await yard.Runner.StatisticsAsync(spec.Container, default);

        Assert.That(statistics!.MemRssBytes, Is.GreaterThan(0));
        yard.Runner.Signal(spec.Container, ContainerSignal.Kill);
        Assert.That((await yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Is.EqualTo(new ContainerExit.Signaled(9)));
    }

    private static Yard OfAPodThatAnEngineHolds(IsolationOptions? isolation = null) => new(isolation: isolation,
        networks: new PodNetworkOf(new ProcessIdentity(
            System.Environment.ProcessId, ProcessTable.Read(System.Environment.ProcessId)!.Value.Start)));

    private static ContainerSpec WithinPod(Yard yard, string line)
    {
        var spec = yard.Spec(line);
        var id = Pod.Child(spec.Container.Value);
        return spec with { Container = id, Sandbox = spec.Sandbox with { Container = id }, Joins = Pod, SharesNetwork = true };
    }

    private ResourceStatistics? Statistics(ContainerSpec spec) => _yard.Runner.StatisticsAsync(spec.Container, default).AsTask().Result;

    private IEnumerable<string> Files(ContainerId container, params string[] names) => _yard.Cgroups.JoinFiles(container)
        .Select(file => Path.GetDirectoryName(file)!).SelectMany(directory => new[] { directory, Path.GetDirectoryName(directory)! })
        .SelectMany(directory => names.Select(name => Path.Combine(directory, name))).Where(File.Exists)
        .Where(file => file.Contains(container.Value, StringComparison.Ordinal));
}
