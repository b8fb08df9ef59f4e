using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

[TestFixture]
internal sealed class HelpTests
{
    [TestCase("agent", "--work_dir")]
    [TestCase("master", "--ip")]
    [TestCase("local", "--agents")]
    public async Task Help_IsTold_AndNothingIsStarted(string part, string flag)
    {
        var (status, output) = await OfferbookProcess.RunAsync([part, "--help"], TimeSpan.FromSeconds(30));

        Assert.That(status, Is.Zero);
        Assert.That(output, Does.Contain("Usage:").And.Contain(flag));
        Assert.That(output, Does.Not.Contain("ready on"));
    }
}
