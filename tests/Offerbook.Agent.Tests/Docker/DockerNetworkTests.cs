using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>The networks of containers, their addresses and ports.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class DockerNetworkTests(bool throughFaultySocket) : DockerTestBase(throughFaultySocket)
{
    [Test]
    public async Task Bridge_GivesAnAddress_AndMapsPorts()
    {
        var (tcp, udp) = (DockerYard.FreePort(), DockerYard.FreePort());
        var spec = Yard.Spec("nc -llp 80 -e echo over tcp & while true; do cat /proc/net/snmp > $MESOS_SANDBOX/udp; sleep 0.1; done",
            new DockerSettings(DockerEngine.Image)
        {
            Network = new DockerNetwork.Bridge(), Hostname = "own-name",
            Ports = [new DockerPort(tcp, 80, "tcp"), new DockerPort(udp, 81, "udp")],
        });
        var started = await Yard.RunAsync(spec);

        Assert.That(IPAddress.Parse(started.Addresses.Single()).GetAddressBytes()[0], Is.EqualTo(10));
        Assert.That(started.Pid, Is.GreaterThan(1));
        Assert.That((await Engine.InspectAsync(DockerYard.Name(spec))).GetProperty("Config").GetProperty("Hostname").GetString(),
            Is.EqualTo("own-name"));
        await DockerYard.UntilAsync(async () => await TextFromAsync(tcp) == "over tcp\n", "an answer over tcp");
        using var client = new UdpClient();
        await DockerYard.UntilAsync(async () =>
        {
            await client.SendAsync("over udp\n"u8.ToArray(), new IPEndPoint(IPAddress.Loopback, udp));
            // Nothing in the image listens to udp: the kernel counts packets to ports without a listener, third on its line.
            return File.ReadLines(Path.Combine(Yard.Sandbox(spec), "udp"))
                .LastOrDefault(line => line.StartsWith("Udp: ", StringComparison.Ordinal)) is { } counts
                && counts.Split(' ')[2] is not ("NoPorts" or "0");
        }, "a packet over udp");
    }

    [Test]
    public async Task UserNetworks_GiveAnAddressOfTheirs_AndAreReachableByAlias()
    {
        var network = $"net-{Guid.NewGuid():N}";
        await Engine.CallAsync(HttpMethod.Post, "/networks/create", new JsonObject
        {
            ["Name"] = network, ["IPAM"] = new JsonObject { ["Config"] = new JsonArray(new JsonObject { ["Subnet"] = "10.254.77.0/24" }) },
        });
        var settings = new DockerSettings(DockerEngine.Image) { Network = new DockerNetwork.Named(network),
            Parameters = [new("network-alias", "server")] };
        var spec = Yard.Spec("sleep 1000", settings);
        var started = await Yard.RunAsync(spec);
        Assert.That(started.Addresses.Single(), Does.StartWith("10.254.77."));

        var endpoint = (await Engine.InspectAsync(DockerYard.Name(spec))).GetProperty("NetworkSettings").GetProperty("Networks")
            .GetProperty(network);
        Assert.That(endpoint.GetProperty("Aliases").EnumerateArray().Select(alias => alias.GetString()), Does.Contain("server"));

        Yard.Runner.Signal(spec.Container, ContainerSignal.Kill);
        await Yard.NextAsync<AgentMessage.ContainerExited>(spec);
        await Engine.CallAsync(HttpMethod.Delete, $"/networks/{network}");
    }

    [Test]
    public async Task ANetworkThatIsNotThere_FailsByName()
    {
        var spec = Yard.Spec("true", new DockerSettings(DockerEngine.Image) { Network = new DockerNetwork.Named("no-such-net") });

        Assert.That(await Yard.FailAsync(spec), Does.Contain("no-such-net"));
    }

    [Test]
    public async Task HostAndNone_HaveNoAddressOfTheirOwn()
    {
        var host = Yard.Spec("cat /proc/net/dev");
        var none = Yard.Spec("cat /proc/net/dev", new DockerSettings(DockerEngine.Image) { Network = new DockerNetwork.None() });

        Assert.That((await Yard.RunAsync(host)).Addresses, Is.Empty);
        Assert.That((await Yard.RunAsync(none)).Addresses, Is.Empty);
        await Yard.NextAsync<AgentMessage.ContainerExited>(host);
        await Yard.NextAsync<AgentMessage.ContainerExited>(none);

        Assert.That(Yard.Output(none).Split('\n').Count(line => line.Contains(':')), Is.EqualTo(1), "loopback alone");
        Assert.That(Yard.Output(host), Is.Not.EqualTo(Yard.Output(none)));
    }

    private static async Task<string> TextFromAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
            return await reader.ReadToEndAsync();
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            return failure.Message;
        }
    }
}
