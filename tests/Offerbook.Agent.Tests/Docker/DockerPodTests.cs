using Mesos.V1;
using Offerbook.Agent.Tests.Pods;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>Pods of containers from images, with a whole agent and a real engine.</summary>
internal sealed class DockerPodTests : PodsAgainstRealEngine
{
    [Test]
    public async Task TwoContainersFromImages_ShareTheNetworkOfTheirPod_ItsAddress_Ports_AndFiles()
    {
        await CreateNetworkAsync("10.254.78.0/24");
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();
        var port = DockerYard.FreePort();
        var executor = PodBench.Info();
        executor.Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos,
            NetworkInfos = { new NetworkInfo { Name = Network,
                PortMappings = { new NetworkInfo.Types.PortMapping { HostPort = (uint)port, ContainerPort = 80 } } } },
        };
        // Bound to loopback, which is the pod's: nobody else reaches it.
        var server = FromImage("server",
            "mkdir -p /www; echo from the server > /www/index.html; httpd -p 127.0.0.1:8080 -h /www; httpd -p 80 -h /www; echo ready > /shared/ready; sleep 1000",
            $"cpus:0.5;mem:64;ports:[{port}-{port}]");
        var client = FromImage("client",
            "until test -e /shared/ready; do sleep 0.05; done; busybox wget -qO- http://127.0.0.1:8080/; echo $MESOS_CONTAINER_IP");
        server.Container.Volumes.Add(Shared());
        client.Container.Volumes.Add(Shared());

        Master.Send(PodBench.Launch(executor, true, server, client));

        var end = await Master.StateAsync("client", TaskState.TaskFinished);
        var address = end.ContainerStatus.NetworkInfos.Single().IpAddresses.Single().IpAddress;
        Assert.That(address, Does.StartWith("10.254.78."));
        Assert.That(
            (await Master.StateAsync("server", TaskState.TaskRunning)).ContainerStatus.NetworkInfos.Single().IpAddresses.Single()
                .IpAddress, Is.EqualTo(address));
        Assert.That(await OutputAsync(end), Is.EqualTo($"from the server\n{address}\n"));
        using var http = new HttpClient();
        Assert.That(await http.GetStringAsync($"http://127.0.0.1:{port}/"), Is.EqualTo("from the server\n"));
        Assert.That(await http.GetStringAsync($"http://{address}/"), Is.EqualTo("from the server\n"));

        Master.Send(PodBench.ShutDown());
        await Master.StateAsync("server", TaskState.TaskKilled);
        Assert.That((await Master.CallAsync(Call.Types.Type.ExecutorExited)).ExecutorExited.Status, Is.Zero);
        await DockerYard.UntilAsync(async () => (await Engine.ContainersAsync()).Count == 0, "the removal of its containers");
        await RemoveNetworkAsync();
    }

    [Test]
    public async Task OneFromAnImageAndOneWithout_ShareTheHostsNetwork_AndTheirFiles()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();
        var port = DockerYard.FreePort();
        var server = FromImage("server",
            $"mkdir -p /www; echo from the image > /www/index.html; httpd -p 127.0.0.1:{port} -h /www; echo ready > /shared/ready; sleep 1000");
        server.Container.Volumes.Add(Shared());
        var client = Make.Task("client", $"until test -e here/ready; do sleep 0.05; done; busybox wget -qO- http://127.0.0.1:{port}/");
        client.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, Volumes = { Shared("here") } };

        Master.Send(PodBench.Launch(PodBench.Info(), true, server, client));

        Assert.That(await OutputAsync(await Master.StateAsync("client", TaskState.TaskFinished)), Is.EqualTo("from the image\n"));
        await Engine.CallAsync(HttpMethod.Post, $"/containers/{(await Engine.ContainersAsync()).Single()}/kill");
        await Master.StateAsync("server", TaskState.TaskFailed);
        Assert.That((await Master.CallAsync(Call.Types.Type.ExecutorExited)).ExecutorExited.Status, Is.Zero);
    }

    [Test]
    public async Task AFailure_EndsTheGroup_AndItsNetwork()
    {
        await CreateNetworkAsync("10.254.78.0/24");
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();

        Master.Send(PodBench.Launch(InNetwork(), true, FromImage("fails", "sleep 0.5; exit 3"), FromImage("stays", "sleep 1000")));

        Assert.That((await Master.StateAsync("fails", TaskState.TaskFailed)).Message, Is.EqualTo("Command exited with status 3"));
        await Master.StateAsync("stays", TaskState.TaskKilled);
        await DockerYard.UntilAsync(async () => (await Engine.ContainersAsync()).Count == 0, "the removal of its containers");
        await RemoveNetworkAsync();
    }

    [Test]
    public async Task APod_OutlivesTheAgent_AndTakesMoreAfterwards()
    {
        await CreateNetworkAsync("10.254.78.0/24");
        var agent = await StartAsync();
        await Master.SubscribedAsync();
        Master.Send(PodBench.Launch(InNetwork(), true, FromImage("a", "sleep 1000")));
        var address = (await Master.StateAsync("a", TaskState.TaskRunning)).ContainerStatus.NetworkInfos.Single().IpAddresses.Single()
            .IpAddress;
        await agent.DisposeAsync();

        await using var next = await StartAsync();
        await Master.SubscribedAsync(2);
        Master.Send(PodBench.Launch(InNetwork(), false, FromImage("b", "echo $MESOS_CONTAINER_IP")));

        Assert.That(await OutputAsync(await Master.StateAsync("b", TaskState.TaskFinished)), Is.EqualTo(address + "\n"));
        Master.Send(PodBench.ShutDown());
        await Master.StateAsync("a", TaskState.TaskKilled);
        await DockerYard.UntilAsync(async () => (await Engine.ContainersAsync()).Count == 0, "the removal of its containers");
        await RemoveNetworkAsync();
    }

    [Test]
    public async Task ANetworkThatIsGone_FailsTheGroup_WithTheEnginesWords()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();

        Master.Send(PodBench.Launch(InNetwork(), true, FromImage("a", "true"), FromImage("b", "true")));

        Assert.That((await Master.StateAsync("a", TaskState.TaskFailed)).Message, Does.Contain(Network));
        await Master.StateAsync("b", TaskState.TaskFailed);
    }
}
