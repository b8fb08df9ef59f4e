using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Cgroups;

namespace Offerbook.Agent.Tests.Cgroups;

/// <summary>The rule of semantics 4.8.</summary>
public sealed class GroupLimitsTests
{
    private static readonly IsolationOptions Options = new() { PidsLimit = 7 };

    [Test]
    public void ARequest_IsAWeight_AndAHardBoundOfMemoryOnly()
    {
        Assert.That(GroupLimits.Of(new ContainerLimits(Cpus: 0.5, MemoryMegabytes: 32), Options),
            Is.EqualTo(new GroupLimits(0.5, null, 32 << 20, 32 << 20, 7)));
    }

    [Test]
    public void ARequest_BoundsProcessorsWhenTheAgentIsToldSo()
    {
        Assert.That(GroupLimits.Of(new ContainerLimits(Cpus: 0.5), Options with { EnableCfs = true }).CpuQuota, Is.EqualTo(0.5));
    }

    [Test]
    public void ALimit_IsTheHardBound()
    {
        Assert.That(GroupLimits.Of(new ContainerLimits(0.5, 2, 32, 64), Options),
            Is.EqualTo(new GroupLimits(0.5, 2, 64 << 20, 32 << 20, 7)));
    }

    [Test]
    public void Infinity_IsNoBound()
    {
        var limits = GroupLimits.Of(new ContainerLimits(1, double.PositiveInfinity, 32, double.PositiveInfinity),
            Options with { EnableCfs = true });

        Assert.That(limits, Is.EqualTo(new GroupLimits(1, null, null, 32 << 20, 7)));
    }

    [Test]
    public void TooLittle_IsRaisedToWhatTheKernelTakes()
    {
        Assert.That(GroupLimits.Of(new ContainerLimits(0.001, 0.001, 0.1), Options with { PidsLimit = 0 }),
            Is.EqualTo(new GroupLimits(0.001, 0.01, 4 << 20, 4 << 20, null)));
    }
}
