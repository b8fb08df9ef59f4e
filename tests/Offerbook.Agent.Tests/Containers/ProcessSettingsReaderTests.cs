using Mesos.V1;
using Offerbook.Agent.Containers;
using Limit = Mesos.V1.RLimitInfo.Types.RLimit;
using LimitType = Mesos.V1.RLimitInfo.Types.RLimit.Types.Type;

namespace Offerbook.Agent.Tests.Containers;

public sealed class ProcessSettingsReaderTests
{
    [Test]
    public void Settings_AreReadFromTheContainerInfo()
    {
        var info = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos,
            RlimitInfo = new RLimitInfo { Rlimits = { new Limit { Type = LimitType.RlmtNofile, Soft = 1, Hard = 2 },
                new Limit { Type = LimitType.RlmtCore } } },
            LinuxInfo = new LinuxInfo
            {
                EffectiveCapabilities = new CapabilityInfo { Capabilities = { CapabilityInfo.Types.Capability.NetBindService } },
                BoundingCapabilities = new CapabilityInfo { Capabilities = { CapabilityInfo.Types.Capability.NetBindService,
                    CapabilityInfo.Types.Capability.SysAdmin } },
                SharePidNamespace = false,
                IpcMode = LinuxInfo.Types.IpcMode.Private,
                ShmSize = 64,
                ShareCgroups = false,
            },
            TtyInfo = new TTYInfo { WindowSize = new TTYInfo.Types.WindowSize { Rows = 24, Columns = 80 } },
        };

        var settings = ProcessSettingsReader.Of(info);

        Assert.That(ProcessSettingsReader.Problems(info), Is.Empty);
        Assert.That(settings.Limits, Is.EqualTo(new[] { new ProcessLimit("nofile", 1, 2), new ProcessLimit("core", null, null) }));
        Assert.That(settings.EffectiveCapabilities, Is.EqualTo(new[] { "net_bind_service" }));
        Assert.That(settings.BoundingCapabilities, Is.EqualTo(new[] { "net_bind_service", "sys_admin" }));
        Assert.That((settings.OwnProcessNumbers, settings.OwnIpc, settings.SharedMemoryMegabytes, settings.OwnControlGroup),
            Is.EqualTo((true, true, 64, true)));
        Assert.That(settings.Terminal, Is.EqualTo(new TerminalSize(24, 80)));
    }

    [Test]
    public void EveryKindOfLimit_HasTheNameThatPrlimitKnows()
    {
        var names = Enum.GetValues<LimitType>().Where(type => type != LimitType.Unknown)
            .Select(type =>
                ProcessSettingsReader.Of(new ContainerInfo { RlimitInfo = new RLimitInfo { Rlimits = { new Limit { Type = type } } } })
                    .Limits[0].Name);

        Assert.That(names, Is.EqualTo(new[]
        {
            "as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime",
            "sigpending", "stack",
        }));
    }

    [Test]
    public void EveryCapability_HasAName()
    {
        foreach (var capability in Enum.GetValues<CapabilityInfo.Types.Capability>()
            .Where(value => value != CapabilityInfo.Types.Capability.Unknown))
        {
            var set = new CapabilityInfo { Capabilities = { capability } };
            var name = ProcessSettingsReader.Of(new ContainerInfo { LinuxInfo = new LinuxInfo { EffectiveCapabilities = set } })
                .EffectiveCapabilities!.Single();

            Assert.That(name.Replace("_", ""), Is.EqualTo(capability.ToString().ToLowerInvariant()));
        }
    }

    [Test]
    public void Problems_AreAllNamed()
    {
        var info = new ContainerInfo
        {
            RlimitInfo = new RLimitInfo
            {
                Rlimits =
                {
                    new Limit(), new Limit { Type = LimitType.RlmtCpu, Soft = 1 },
                    new Limit { Type = LimitType.RlmtNofile, Soft = 3, Hard = 2 },
                    new Limit { Type = LimitType.RlmtNofile },
                },
            },
            LinuxInfo = new LinuxInfo
            {
                EffectiveCapabilities = new CapabilityInfo { Capabilities = { CapabilityInfo.Types.Capability.Kill } },
                BoundingCapabilities = new CapabilityInfo(),
            },
        };

        var problems = ProcessSettingsReader.Problems(info).ToList();

        Assert.That(problems, Has.Count.EqualTo(5));
        Assert.That(problems[^1], Does.EndWith("kill"));
    }

    [Test]
    public void Limits_AddUpReservedParts_AndLeaveVolumesOut()
    {
        static Resource Amount(string name, double value) =>
            new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = value } };
        var volume = Amount("disk", 500);
        volume.Disk = new Resource.Types.DiskInfo { Persistence = new Resource.Types.DiskInfo.Types.Persistence { Id = "v" } };

        var limits = ContainerLimits.Of([Amount("cpus", 1), Amount("cpus", 0.5), Amount("mem", 32), Amount("disk", 10), volume],
            [KeyValuePair.Create("mem", new Value.Types.Scalar { Value = double.PositiveInfinity })]);

        Assert.That(limits, Is.EqualTo(new ContainerLimits(1.5, null, 32, double.PositiveInfinity, 10)));
    }
}
