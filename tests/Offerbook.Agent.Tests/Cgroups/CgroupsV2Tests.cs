using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Cgroups;

namespace Offerbook.Agent.Tests.Cgroups;

/// <summary>The files of version 2, in a directory that only looks like it: the kernel's half is written by the tests.</summary>
public sealed class CgroupsV2Tests
{
    private static readonly ContainerId Pod = new("pod");
    private static readonly GroupLimits Limits = new(0.5, 1.5, 64 << 20, 32 << 20, 100);

    private string _root = null!;
    private CgroupsV2 _groups = null!;

    [SetUp]
    public void Make()
    {
        _root = Directory.CreateTempSubdirectory("offerbook-cgroup2-").FullName;
        _groups = new CgroupsV2(_root, ["cpu", "memory", "pids"]);
    }

    [TearDown]
    public void Remove() => Directory.Delete(_root, recursive: true);

    [Test]
    public void Create_WritesTheBounds_AndProcessesJoinTheLeaf()
    {
        _groups.Create(Pod, Limits);

        Assert.That(Read("pod/cpu.weight"), Is.EqualTo("50"));
        Assert.That(Read("pod/cpu.max"), Is.EqualTo("150000 100000"));
        Assert.That(Read("pod/memory.max"), Is.EqualTo($"{64 << 20}"));
        Assert.That(Read("pod/memory.low"), Is.EqualTo($"{32 << 20}"));
        Assert.That(Read("pod/pids.max"), Is.EqualTo("100"));
        Assert.That(_groups.JoinFiles(Pod), Is.EqualTo(new[] { _root + "/pod/leaf/cgroup.procs" }));
        Assert.That(Directory.Exists(_root + "/pod/leaf"), Is.True);
    }

    [Test]
    public void Swap_IsBoundedWhereTheKernelCountsIt()
    {
        _groups.Create(Pod, Limits);
        Assert.That(File.Exists(_root + "/pod/memory.swap.max"), Is.False);
        File.WriteAllText(_root + "/pod/memory.swap.max", "max");

        _groups.Apply(Pod, Limits);
        Assert.That(Read("pod/memory.swap.max"), Is.EqualTo("0"));
        _groups.Apply(Pod, GroupLimits.None);
        Assert.That(Read("pod/memory.swap.max"), Is.EqualTo("max"));
    }

    [Test]
    public void Apply_TakesBoundsAway()
    {
        _groups.Create(Pod, Limits);

        _groups.Apply(Pod, GroupLimits.None);

        Assert.That(Read("pod/cpu.max"), Is.EqualTo("max"));
        Assert.That(Read("pod/memory.max"), Is.EqualTo("max"));
        Assert.That(Read("pod/pids.max"), Is.EqualTo("max"));
    }

    [Test]
    public void ANestedContainer_LiesWithinItsParent_WhichEnablesControllersForIt()
    {
        _groups.Create(Pod, Limits);
        _groups.Create(Pod.Child("web"), Limits);
        _groups.Create(Pod.Child("leaf"), Limits);

        Assert.That(Read("pod/cgroup.subtree_control"), Is.EqualTo("+cpu +memory +pids"));
        Assert.That(Read("pod/web/memory.max"), Is.EqualTo($"{64 << 20}"));
        Assert.That(_groups.List(), Is.EquivalentTo(new[] { Pod, Pod.Child("web"), Pod.Child("leaf") }),
            "a name of our own is no container's");
    }

    [Test]
    public void Kill_UsesTheKernelsFile()
    {
        _groups.Create(Pod, Limits);
        File.WriteAllText(_root + "/pod/cgroup.kill", "");

        _groups.Kill(Pod);

        Assert.That(Read("pod/cgroup.kill"), Is.EqualTo("1"));
    }

    [Test]
    public void Overuse_IsTheKernelsWord_WithThePeak()
    {
        _groups.Create(Pod, Limits);
        File.WriteAllText(_root + "/pod/memory.events", "low 0\noom 1\noom_kill 0\n");
        Assert.That(_groups.Overuse(Pod), Is.Null);
        File.WriteAllText(_root + "/pod/memory.events", "low 0\noom 1\noom_kill 1\n");
        File.WriteAllText(_root + "/pod/memory.peak", $"{63 << 20}\n");
        File.WriteAllText(_root + "/pod/memory.stat", "anon 1\n");

        var exit = _groups.Overuse(Pod)!.ToExit();

        Assert.That(exit.Message, Is.EqualTo("Memory limit exceeded: Requested: 64MB Maximum Used: 63MB\n\nMEMORY STATISTICS: \nanon 1\n"));
        Assert.That(exit.Megabytes, Is.EqualTo(63));
    }

    [Test]
    public void Fill_ReadsWhatTheKernelCounts()
    {
        _groups.Create(Pod, Limits);
        File.WriteAllText(_root + "/pod/cpu.stat",
            "usage_usec 3500000\nuser_usec 2500000\nsystem_usec 1000000\nnr_periods 4\nnr_throttled 3\nthrottled_usec 500000\n");
        File.WriteAllText(_root + "/pod/memory.current", "1000\n");
        File.WriteAllText(_root + "/pod/memory.stat", "anon 600\nfile 300\nfile_mapped 20\n");
        File.WriteAllText(_root + "/pod/leaf/cgroup.procs", "11\n12\n");
        File.WriteAllText(_root + "/pod/pids.current", "5\n");
        var statistics = new ResourceStatistics();

        _groups.Fill(Pod, statistics);

        Assert.That(statistics.CpusUserTimeSecs, Is.EqualTo(2.5));
        Assert.That(statistics.CpusThrottledTimeSecs, Is.EqualTo(0.5));
        Assert.That(statistics.MemTotalBytes, Is.EqualTo(1000));
        Assert.That(statistics.MemRssBytes, Is.EqualTo(600));
        Assert.That((statistics.Processes, statistics.Threads), Is.EqualTo((2u, 5u)));
    }

    [Test]
    public void Detection_EnablesControllersDownToTheAgentsOwnDirectory()
    {
        File.WriteAllText(_root + "/cgroup.controllers", "cpuset cpu io memory\n");

        var found = Detect(_root, "/");

        var hash = Directory.GetDirectories(_root + "/offerbook").Single();
        Assert.That(Read("cgroup.subtree_control"), Is.EqualTo("+memory"), "one by one; the kernel adds them up");
        Assert.That(Read("offerbook/cgroup.subtree_control"), Is.EqualTo("+cpu +memory"));
        Assert.That(File.ReadAllText(hash + "/cgroup.subtree_control"), Is.EqualTo("+cpu +memory"));
        Assert.That(found.Groups, Is.TypeOf<CgroupsV2>());
        Assert.That(found.Lacks, Has.One.StartsWith("pids:"));
    }

    [Test]
    public void Detection_TakesTheAgentsOwnGroup_WhereTheRootIsClosed()
    {
        // A file in the place of the directory, because nothing is closed to root.
        File.WriteAllText(_root + "/offerbook", "");
        Directory.CreateDirectory(_root + "/user/agent.service");
        File.WriteAllText(_root + "/cgroup.controllers", "cpu memory pids\n");
        File.WriteAllText(_root + "/user/agent.service/cgroup.controllers", "cpu memory pids\n");

        var found = Detect(_root, "/user/agent.service");

        Assert.That(found.Lacks, Is.Empty);
        Assert.That(Directory.GetDirectories(_root + "/user/agent.service/offerbook"), Has.Length.EqualTo(1));
    }

    [Test]
    public void Detection_WithoutAnyRight_GoesOnWithoutAndSaysWhatIsMissing()
    {
        File.WriteAllText(_root + "/offerbook", "");
        File.WriteAllText(_root + "/cgroup.controllers", "cpu memory pids\n");

        var found = Detect(_root, "/");

        Assert.That(found.Groups, Is.TypeOf<NoCgroups>());
        Assert.That(found.Lacks, Has.One.Contains(_root));
    }

    private static DetectedCgroups Detect(string mount, string own) =>
        new CgroupDetection(new CgroupMounts([], mount, new SortedDictionary<string, string>(), own), IsolationNames.Automatic,
            "/var/lib/agent").Detect();

    private string Read(string file) => File.ReadAllText(Path.Combine(_root, file));
}
