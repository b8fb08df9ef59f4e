using Offerbook.Agent.Containers;
using Offerbook.Agent.Docker;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>What processes learn of the networks that a real engine holds for pods.</summary>
public sealed class HolderNetworkTests() : DockerTestBase(throughFaultySocket: false)
{
    private static readonly DockerSettings Holder = new("") { IsHolder = true, Network = new DockerNetwork.Bridge() };

    [Test]
    public async Task AHolderThatRuns_HasAProcessAndAddresses_AndOneThatHasEndedHasNone()
    {
        var spec = Yard.Spec("", Holder);
        var started = await Yard.RunAsync(spec);

        var found = await Yard.Runner.Networks.FindAsync(spec.Container);

        Assert.That((found.Process.Pid, found.Process.IsAlive), Is.EqualTo((started.Pid, true)));
        Assert.That(found.Addresses, Is.EqualTo(started.Addresses).And.Count.EqualTo(1));
        await Engine.EndAsync(DockerYard.Name(spec));
        Assert.That(async () => await Yard.Runner.Networks.FindAsync(spec.Container),
            Throws.TypeOf<IOException>().With.Message.EqualTo("the container that holds the network of its pod has ended"));
        Assert.That(async () => await Yard.Runner.Networks.FindAsync(new ContainerId("nobody")), Throws.TypeOf<IOException>());
    }

    [Test]
    public async Task ALaterAgent_KnowsTheAddressesBeforeTheEngineSaysAnything()
    {
        await using var socket = new FaultySocket(Engine.Socket);
        await using var yard = new DockerYard(socket.Path);
        var spec = yard.Spec("", Holder);
        var started = await yard.RunAsync(spec);
        socket.Misbehave("^GET .*/json", Fault.HangBefore);
        yard.Timings = new EngineTimings { Call = TimeSpan.FromMilliseconds(300), RecoveryPatience = TimeSpan.FromMilliseconds(100) };

        await yard.RestartAsync(spec);

        Assert.That(yard.Runner.Networks.AddressesOf(spec.Container), Is.EqualTo(started.Addresses));
        Assert.That((await yard.NextAsync<AgentMessage.ContainerStarted>(spec)).Addresses, Is.EqualTo(started.Addresses));
        Assert.That(async () => await yard.Runner.Networks.FindAsync(spec.Container),
            Throws.TypeOf<IOException>()
                .With.Message.StartsWith("the engine does not say whether the network of its pod is still there: "));
    }
}
