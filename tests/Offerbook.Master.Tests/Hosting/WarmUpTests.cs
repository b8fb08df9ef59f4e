using Offerbook.Master.Hosting;

namespace Offerbook.Master.Tests.Hosting;

public sealed class WarmUpTests
{
    /// <summary>Were agents refused, the code that registers them would stay cold and nothing would tell.</summary>
    [Test]
    public async Task WarmUp_RegistersEveryAgentOfEveryRound()
    {
        var nowhere = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        Assert.That(await WarmUp.RunAsync(nowhere, TimeSpan.Zero, CancellationToken.None), Is.EqualTo(160));
        Assert.That(Directory.Exists(nowhere), Is.False, "it writes nothing");
    }
}
