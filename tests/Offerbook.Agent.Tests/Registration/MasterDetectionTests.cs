using System.Net;
using System.Net.Sockets;
using Offerbook.Agent.Tests.Support;
using Offerbook.Testing.Elections;

namespace Offerbook.Agent.Tests.Registration;

/// <summary>A whole agent that is told who leads, or has a list of who may.</summary>
internal sealed class MasterDetectionTests : AgainstFakeMaster
{
    private static readonly Func<AgentSettings, AgentSettings> s_quick = settings =>
        settings with { RegistrationBackoffFactor = TimeSpan.FromMilliseconds(20) };

    [Test]
    public async Task Agent_WhenAnotherMasterIsElected_GoesThereAtOnce()
    {
        await using var heir = await FakeMaster.StartAsync();
        var detector = new ScriptedDetector();
        await using var agent = await AgentHost.StartAsync(
            new AgentOptions(Work, []) { Port = 0, DetectMaster = () => Task.FromResult<Coordination.ILeaderDetector>(detector),
                Tune = s_quick });
        detector.Elect(Dead());
        detector.Elect(Master.Address);
        await Master.SubscribedAsync();
        detector.Elect(null);
        detector.Elect(heir.Address);
        await heir.SubscribedAsync();
        detector.Elect(Master.Address);
        await Master.SubscribedAsync(2);
    }

    [Test]
    public async Task Agent_WithAListOfMasters_GoesOnUntilOneTakesIt()
    {
        await using var agent =
            await AgentHost.StartAsync(new AgentOptions(Work, [Dead(), Dead(), Master.Address]) { Port = 0, Tune = s_quick });
        await Master.SubscribedAsync();
    }

    /// <summary>An address where nobody listens.</summary>
    private static Uri Dead()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }
}
