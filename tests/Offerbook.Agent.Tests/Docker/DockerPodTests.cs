using System.Text.Json.Nodes;
using Mesos.V1;
using Offerbook.Agent.Tests.Pods;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.AgentProtocol;
using Parent = Mesos.V1.Volume.Types.Source.Types.SandboxPath.Types.Type;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>Pods of containers from images, with a whole agent and a real engine.</summary>
public sealed class DockerPodTests
{
    private const string Sandbox = "slaves/m1-S0/frameworks/f1/executors/pod/runs/latest";

    private readonly string _network = $"pod-{Guid.NewGuid():N}";
    private string _work = "";
    private DockerEngine _engine = null!;
    private FakeMaster _master = null!;

    [SetUp]
    public async Task Open()
    {
        _engine = await SharedEngine.GetAsync();
        _work = Directory.CreateTempSubdirectory("offerbook-pod-").FullName;
        _master = await FakeMaster.StartAsync();
    }

    [TearDown]
    public async Task Close()
    {
        await _master.DisposeAsync();
        await _engine.ClearAsync();
        Directory.Delete(_work, recursive: true);
    }

    [Test]
    public async Task TwoContainersFromImages_ShareTheNetworkOfTheirPod_ItsAddress_Ports_AndFiles()
    {
        await CreateNetworkAsync();
        await using var agent = await StartAsync();
        await _master.SubscribedAsync();
        var port = DockerYard.FreePort();
        var executor = PodBench.Info();
        executor.Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos,
            NetworkInfos = { new NetworkInfo { Name = _network, PortMappings = { new NetworkInfo.Types.PortMapping { HostPort = (uint)port, ContainerPort = 80 } } } },
        };
        // Bound to loopback, which is the pod's: nobody else reaches it.
        var server = FromImage("server", "mkdir -p /www; echo from the server > /www/index.html; httpd -p 127.0.0.1:8080 -h /www; httpd -p 80 -h /www; echo ready > /shared/ready; sleep 1000",
            $"cpus:0.5;mem:64;ports:[{port}-{port}]");
        var client = FromImage("client", "until test -e /shared/ready; do sleep 0.05; done; busybox wget -qO- http://127.0.0.1:8080/; echo $MESOS_CONTAINER_IP");
        server.Container.Volumes.Add(Shared());
        client.Container.Volumes.Add(Shared());

        _master.Send(PodBench.Launch(executor, true, server, client));

        var end = await _master.StateAsync("client", TaskState.TaskFinished);
        var address = end.ContainerStatus.NetworkInfos.Single().IpAddresses.Single().IpAddress;
        Assert.That(address, Does.StartWith("10.254.78."));
        Assert.That((await _master.StateAsync("server", TaskState.TaskRunning)).ContainerStatus.NetworkInfos.Single().IpAddresses.Single().IpAddress, Is.EqualTo(address));
        Assert.That(await OutputAsync(end), Is.EqualTo($"from the server\n{address}\n"));
        using var http = new HttpClient();
        Assert.That(await http.GetStringAsync($"http://127.0.0.1:{port}/"), Is.EqualTo("from the server\n"));
        Assert.That(await http.GetStringAsync($"http://{address}/"), Is.EqualTo("from the server\n"));

        _master.Send(PodBench.ShutDown());
        await _master.StateAsync("server", TaskState.TaskKilled);
        Assert.That((await _master.CallAsync(Call.Types.Type.ExecutorExited)).ExecutorExited.Status, Is.Zero);
        await DockerYard.UntilAsync(async () => (await _engine.ContainersAsync()).Count == 0, "the removal of its containers");
        await _engine.CallAsync(HttpMethod.Delete, $"/networks/{_network}");
    }

    [Test]
    public async Task OneFromAnImageAndOneWithout_ShareTheHostsNetwork_AndTheirFiles()
    {
        await using var agent = await StartAsync();
        await _master.SubscribedAsync();
        var port = DockerYard.FreePort();
        var server = FromImage("server", $"mkdir -p /www; echo from the image > /www/index.html; httpd -p 127.0.0.1:{port} -h /www; echo ready > /shared/ready; sleep 1000");
        server.Container.Volumes.Add(Shared());
        var client = Make.Task("client", $"until test -e here/ready; do sleep 0.05; done; busybox wget -qO- http://127.0.0.1:{port}/");
        client.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, Volumes = { Shared("here") } };

        _master.Send(PodBench.Launch(PodBench.Info(), true, server, client));

        Assert.That(await OutputAsync(await _master.StateAsync("client", TaskState.TaskFinished)), Is.EqualTo("from the image\n"));
        await _engine.CallAsync(HttpMethod.Post, $"/containers/{(await _engine.ContainersAsync()).Single()}/kill");
        await _master.StateAsync("server", TaskState.TaskFailed);
        Assert.That((await _master.CallAsync(Call.Types.Type.ExecutorExited)).ExecutorExited.Status, Is.Zero);
    }

    [Test]
    public async Task AFailure_EndsTheGroup_AndItsNetwork()
    {
        await CreateNetworkAsync();
        await using var agent = await StartAsync();
        await _master.SubscribedAsync();

        _master.Send(PodBench.Launch(InNetwork(), true, FromImage("fails", "sleep 0.5; exit 3"), FromImage("stays", "sleep 1000")));

        Assert.That((await _master.StateAsync("fails", TaskState.TaskFailed)).Message, Is.EqualTo("Command exited with status 3"));
        await _master.StateAsync("stays", TaskState.TaskKilled);
        await DockerYard.UntilAsync(async () => (await _engine.ContainersAsync()).Count == 0, "the removal of its containers");
        await _engine.CallAsync(HttpMethod.Delete, $"/networks/{_network}");
    }

    [Test]
    public async Task APod_OutlivesTheAgent_AndTakesMoreAfterwards()
    {
        await CreateNetworkAsync();
        var agent = await StartAsync();
        await _master.SubscribedAsync();
        _master.Send(PodBench.Launch(InNetwork(), true, FromImage("a", "sleep 1000")));
        var address = (await _master.StateAsync("a", TaskState.TaskRunning)).ContainerStatus.NetworkInfos.Single().IpAddresses.Single().IpAddress;
        await agent.DisposeAsync();

        await using var next = await StartAsync();
        await _master.SubscribedAsync(2);
        _master.Send(PodBench.Launch(InNetwork(), false, FromImage("b", "echo $MESOS_CONTAINER_IP")));

        Assert.That(await OutputAsync(await _master.StateAsync("b", TaskState.TaskFinished)), Is.EqualTo(address + "\n"));
        _master.Send(PodBench.ShutDown());
        await _master.StateAsync("a", TaskState.TaskKilled);
        await DockerYard.UntilAsync(async () => (await _engine.ContainersAsync()).Count == 0, "the removal of its containers");
        await _engine.CallAsync(HttpMethod.Delete, $"/networks/{_network}");
    }

    [Test]
    public async Task ANetworkThatIsGone_FailsTheGroup_WithTheEnginesWords()
    {
        await using var agent = await StartAsync();
        await _master.SubscribedAsync();

        _master.Send(PodBench.Launch(InNetwork(), true, FromImage("a", "true"), FromImage("b", "true")));

        Assert.That((await _master.StateAsync("a", TaskState.TaskFailed)).Message, Does.Contain(_network));
        await _master.StateAsync("b", TaskState.TaskFailed);
    }

    private Task CreateNetworkAsync() => _engine.CallAsync(HttpMethod.Post, "/networks/create", new JsonObject
    {
        ["Name"] = _network, ["IPAM"] = new JsonObject { ["Config"] = new JsonArray(new JsonObject { ["Subnet"] = "10.254.78.0/24" }) },
    });

    private ExecutorInfo InNetwork()
    {
        var executor = PodBench.Info();
        executor.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, NetworkInfos = { new NetworkInfo { Name = _network } } };
        return executor;
    }

    private static TaskInfo FromImage(string id, string line, string resources = "cpus:0.5;mem:64")
    {
        var task = Make.Task(id, line, resources: resources);
        task.Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos,
            Mesos = new ContainerInfo.Types.MesosInfo { Image = new Image { Type = Image.Types.Type.Docker, Docker = new Image.Types.Docker { Name = DockerEngine.Image } } },
        };
        return task;
    }

    private static Volume Shared(string at = "/shared") => new()
    {
        Mode = Volume.Types.Mode.Rw,
        ContainerPath = at,
        Source = new Volume.Types.Source { Type = Volume.Types.Source.Types.Type.SandboxPath, SandboxPath = new() { Type = Parent.Parent, Path = "shared" } },
    };

    private Task<string> OutputAsync(Mesos.V1.TaskStatus status) =>
        File.ReadAllTextAsync(Path.Combine(_work, Sandbox, "containers", status.ContainerStatus.ContainerId.Value, "stdout"));

    private Task<AgentHost> StartAsync() => AgentHost.StartAsync(new AgentOptions(_work, [_master.Address])
    {
        Port = 0,
        Resources = "cpus:8;mem:4096;disk:4096;ports:[1024-65000]",
        Docker = new DockerOptions { Enabled = true, Socket = _engine.Socket },
        Tune = settings => settings with { RegistrationBackoffFactor = TimeSpan.FromMilliseconds(20) },
    });
}
