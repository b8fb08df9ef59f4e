using Offerbook.Agent.Hosting.Cgroups;

namespace Offerbook.Agent.Tests.Cgroups;

public sealed class CgroupMountsTests
{
    private const string Hybrid = """
        24 1 0:22 / /sys rw,nosuid shared:7 - sysfs sysfs rw
        29 25 0:27 / /sys/fs/cgroup/unified rw,nosuid - cgroup2 cgroup2 rw,nsdelegate
        31 25 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:10 - cgroup cgroup rw,cpu,cpuacct
        32 25 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        33 25 0:31 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
        34 25 0:32 / /mnt/with\040blank rw - cgroup cgroup rw,pids

        """;

    [Test]
    public void Mounts_OfAHybridHost_AreBothVersions()
    {
        var mounts = CgroupMounts.Parse(Hybrid,
            "9:name=systemd:/init.scope\n4:memory:/user.slice\n1:cpu,cpuacct:/x\n0::/user.slice/agent.service\n");

        Assert.That(mounts.Version2, Is.EqualTo("/sys/fs/cgroup/unified"));
        Assert.That(mounts.Version1.Select(tree => $"{tree.Root} {string.Join('+', tree.Controllers)}"),
            Is.EqualTo(new[] { "/sys/fs/cgroup/cpu,cpuacct cpu+cpuacct", "/sys/fs/cgroup/memory memory" }));
        Assert.That(mounts.Own2, Is.EqualTo("/user.slice/agent.service"));
        Assert.That(mounts.Own1["memory"], Is.EqualTo("/user.slice"));
        Assert.That(mounts.Own1["cpuacct"], Is.EqualTo("/x"));
    }

    [Test]
    public void Mounts_OfAHostWithoutControlGroups_AreNone()
    {
        var mounts = CgroupMounts.Parse("24 1 0:22 / /sys rw - sysfs sysfs rw\nnonsense\n", "");

        Assert.That(mounts.Version1, Is.Empty);
        Assert.That(mounts.Version2, Is.Null);
    }

    [TestCase(null, "cpu,memory,pids", "")]
    [TestCase("cgroups/all", "cpu,memory,pids", "cpu,memory,pids")]
    [TestCase("posix/cpu, cgroups/mem,disk/du", "memory", "memory")]
    [TestCase("posix/cpu,posix/mem", "", "")]
    public void Isolation_IsReadInTheOriginalsNames(string? text, string controllers, string required)
    {
        var names = IsolationNames.Parse(text);

        Assert.That(string.Join(',', names.Controllers), Is.EqualTo(controllers));
        Assert.That(string.Join(',', names.Required), Is.EqualTo(required));
    }

    [Test]
    public void Isolation_ThatIsNotKnown_IsRefusedByName()
    {
        Assert.That(() => IsolationNames.Parse("cgroups/cpu,network/cni"),
            Throws.TypeOf<FormatException>().With.Message.Contains("'network/cni'"));
    }
}
