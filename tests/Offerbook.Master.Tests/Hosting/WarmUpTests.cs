using Offerbook.Master.Hosting;

namespace Offerbook.Master.Tests.Hosting;

public sealed class WarmUpTests
{
    /// <summary>Were agents refused, the code that registers them would stay cold and nothing would tell.</summary>
    [Test]
    public void WarmUp_RegistersEveryAgentOfEveryRound() => Assert.That(WarmUp.Run(TimeSpan.Zero).Registered, Is.EqualTo(160));
}
