using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Containers;

public sealed class DiskUsageTests
{
    private const string Fill = "dd if=/dev/zero of=big bs=1M count=5 2>/dev/null; sleep 1000";

    [Test]
    public async Task ASandbox_ThatHoldsTooMuch_EndsItsContainer()
    {
        await using var yard =
            new Yard(isolation: new IsolationOptions { EnforceDiskQuota = true, DiskWatchInterval = TimeSpan.FromMilliseconds(100) });
        await yard.RunAsync(yard.Spec(Fill) with { Limits = new ContainerLimits(DiskMegabytes: 2) });

        var exit = (await yard.NextAsync<AgentMessage.ContainerExited>()).Exit;

        Assert.That(exit, Is.TypeOf<ContainerExit.OverLimit>());
        var over = (ContainerExit.OverLimit)exit;
        Assert.That(over.Resource, Is.EqualTo(LimitedResource.Disk));
        Assert.That(over.Message, Does.Match(@"^Disk usage \([0-9.]+MB\) exceeds quota \(2MB\)$"));
        Assert.That(over.Megabytes, Is.GreaterThan(2));
    }

    [Test]
    public async Task WithoutEnforcement_UsageIsOnlyShown()
    {
        await using var yard = new Yard(isolation: new IsolationOptions { DiskWatchInterval = TimeSpan.FromMilliseconds(100) });
        var spec = yard.Spec(Fill) with { Limits = new ContainerLimits(DiskMegabytes: 2) };
        await yard.RunAsync(spec);

        await Patiently.Until(() => yard.Runner.StatisticsAsync(spec.Container, default).AsTask().Result!.DiskUsedBytes > 4 << 20,
            "it is counted");

        Assert.That(yard.HasMore, Is.False);
        Assert.That(yard.Runner.StatisticsAsync(spec.Container, default).AsTask().Result!.DiskLimitBytes, Is.EqualTo(2 << 20));
    }

    [Test]
    public void Count_FollowsNoLinks_AndLeavesVolumesOut()
    {
        var directory = Directory.CreateTempSubdirectory("offerbook-disk-").FullName;
        try
        {
            foreach (var sub in (string[])["a", "volume", "elsewhere"])
            {
                Directory.CreateDirectory(Path.Combine(directory, sub));
                File.WriteAllBytes(Path.Combine(directory, sub, "file"), new byte[1 << 20]);
            }
            File.CreateSymbolicLink(Path.Combine(directory, "a", "link"), Path.Combine(directory, "elsewhere"));

            Assert.That(DiskCare.Count(Path.Combine(directory, "a"), new HashSet<string>(), default),
                Is.InRange(1 << 20, (1 << 20) + 20_000));
            Assert.That(DiskCare.Count(directory, new HashSet<string> { Path.Combine(directory, "volume") }, default),
                Is.InRange(2 << 20, (2 << 20) + 60_000));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
