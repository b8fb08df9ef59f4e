using System.Net.Http.Headers;
using Mesos.V1;
using Offerbook.Agent.Tests.Http.Operator;
using Offerbook.Agent.Tests.Pods;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using AgentCall = Mesos.V1.Agent.Call;
using CallType = Offerbook.Wire.AgentProtocol.Call.Types.Type;
using FileInfo = System.IO.FileInfo;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>Tasks without images in pods whose network a real engine holds, with a whole agent.</summary>
internal sealed class DockerPodProcessTests : PodsAgainstRealEngine
{
    private CancellationTokenSource _patience = null!;

    [SetUp]
    public async Task CreateNetwork()
    {
        _patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        // Other users come by, as they do below /var/lib.
        File.SetUnixFileMode(Work, (UnixFileMode)0b111_101_101);
        await CreateNetworkAsync("10.254.79.0/24");
    }

    [TearDown]
    public async Task RemoveNetwork()
    {
        await Engine.ClearAsync();
        await RemoveNetworkAsync();
        _patience.Dispose();
    }

    [Test]
    public async Task OneFromAnImageAndOneWithout_TalkOverTheLoopbackAddressOfTheirPod()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();
        var port = DockerYard.FreePort();
        var executor = InNetwork();
        executor.Container.NetworkInfos[0].PortMappings.Add(
            new NetworkInfo.Types.PortMapping { HostPort = (uint)port, ContainerPort = 80 });
        var image = FromImage("image", "mkdir -p /www; echo from the image > /www/index.html; httpd -p 127.0.0.1:8080 -h /www; "
            + "until busybox wget -qO- http://127.0.0.1:80/; do sleep 0.05; done; sleep 1000");
        var plain = Make.Task("plain", "echo from the process > index.html; busybox httpd -p 80; "
            + "until busybox wget -qO- http://127.0.0.1:8080/; do sleep 0.05; done; echo $MESOS_CONTAINER_IP; sleep 1000",
            $"cpus:0.5;mem:64;ports:[{port}-{port}]");

        Master.Send(PodBench.Launch(executor, true, image, plain));

        var running = await Master.StateAsync("plain", TaskState.TaskRunning);
        var address = AddressOf(running);
        Assert.That(address, Does.StartWith("10.254.79."));
        Assert.That(AddressOf(await Master.StateAsync("image", TaskState.TaskRunning)), Is.EqualTo(address));
        await DockerYard.UntilAsync(async () => await OutputAsync(running) == $"from the image\n{address}\n", 
            "the process hears the image");
        await DockerYard.UntilAsync(async () => await OutputAsync(await Master.StateAsync("image", TaskState.TaskRunning))
            == "from the process\n", "the image hears the process");
        using var http = new HttpClient();
        Assert.That(await http.GetStringAsync($"http://127.0.0.1:{port}/"), Is.EqualTo("from the process\n"));
        Assert.That(await http.GetStringAsync($"http://{address}/"), Is.EqualTo("from the process\n"));
        var network = NetworkOf($"/proc/{running.ContainerStatus.ExecutorPid}");

        Master.Send(PodBench.ShutDown());
        await Master.StateAsync("plain", TaskState.TaskKilled);
        await Master.StateAsync("image", TaskState.TaskKilled);
        Assert.That((await Master.CallAsync(CallType.ExecutorExited)).ExecutorExited.Status, Is.Zero);
        await DockerYard.UntilAsync(async () => (await Engine.ContainersAsync()).Count == 0, "the removal of its containers");
        // A server that made itself a daemon is in no session of the task's.
        await Patiently.Until(() => !Directory.EnumerateDirectories("/proc").Any(process => NetworkOf(process) == network),
            "no process is left in the pod's network");
    }

    [Test]
    public async Task ChecksOfEachKind_AndWhatIsStartedBesideIt_AreInThePodsNetwork()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();
        var server = FromImage("server", "mkdir -p /www; echo hi > /www/index.html; exec httpd -f -p 127.0.0.1:8080 -h /www");
        var (command, http, tcp) = (Make.Task("command", "sleep 1000"), Make.Task("http", "sleep 1000"), Make.Task("tcp", "sleep 1000"));
        command.HealthCheck = Check(new HealthCheck { Type = HealthCheck.Types.Type.Command,
            Command = new CommandInfo { Value = "busybox wget -qO- http://127.0.0.1:8080/ && test $MESOS_CONTAINER_IP != 127.0.0.1" } });
        http.HealthCheck = Check(new HealthCheck { Type = HealthCheck.Types.Type.Http,
            Http = new HealthCheck.Types.HTTPCheckInfo { Port = 8080, Path = "/", Scheme = "http" } });
        tcp.HealthCheck = Check(new HealthCheck { Type = HealthCheck.Types.Type.Tcp,
            Tcp = new HealthCheck.Types.TCPCheckInfo { Port = 8080 } });

        Master.Send(PodBench.Launch(InNetwork(), true, server, command, http, tcp));

        foreach (var task in (TaskInfo[])[command, http, tcp])
        {
            await Master.StatusAsync(task.TaskId.Value, status => status is { HasHealthy: true, Healthy: true }, "healthy");
        }
        var running = await Master.StateAsync("command", TaskState.TaskRunning);
        var network = new FileInfo($"/proc/{running.ContainerStatus.ExecutorPid}/ns/net").LinkTarget;
        Assert.That(network, Is.Not.EqualTo(new FileInfo("/proc/self/ns/net").LinkTarget));
        const string look = "readlink /proc/self/ns/net; echo $MESOS_CONTAINER_IP";
        var expected = $"{network}\n{AddressOf(running)}\n";
        foreach (var format in (MessageFormat[])[MessageFormat.Json, MessageFormat.Protobuf])
        {
            using var session = await SessionAsync(agent, format, Within(running, $"look{format}"), look);
            Assert.That((await session.ToEndAsync()).Output.ToString(), Is.EqualTo(expected));
        }
        using var outer = await SessionAsync(agent, MessageFormat.Json, Within(running, "outer"), "echo up; cat");
        await outer.UntilAsync("up");
        using (var inner = await SessionAsync(agent, MessageFormat.Json,
            new ContainerID { Value = "inner", Parent = Within(running, "outer") }, look))
        {
            Assert.That((await inner.ToEndAsync()).Output.ToString(), Is.EqualTo(expected), "a session within a session");
        }
        var ofImage = await Master.StateAsync("server", TaskState.TaskRunning);
        using (var session = await SessionAsync(agent, MessageFormat.Json, Within(ofImage, "look"), "echo $MESOS_CONTAINER_IP"))
        {
            Assert.That((await session.ToEndAsync()).Output.ToString(), Is.EqualTo(AddressOf(running) + "\n"), "in the image as well");
        }
        var nested = Within(running, "nested");
        using (var answer = await PostAsync(agent, MessageFormat.Json, new AgentCall
        {
            Type = AgentCall.Types.Type.LaunchNestedContainer,
            LaunchNestedContainer = new() { ContainerId = nested, Command = new CommandInfo { Value = look } },
        }))
        {
            Assert.That((int)answer.StatusCode, Is.EqualTo(200), await answer.Content.ReadAsStringAsync());
        }
        var output = Path.Combine(Work, Sandbox, "containers", running.ContainerStatus.ContainerId.Value, "containers", "nested", "stdout");
        await DockerYard.UntilAsync(() => File.Exists(output) && File.ReadAllText(output).Contains('\n'), "the nested container's words");
        Assert.That(await File.ReadAllTextAsync(output), Does.StartWith(network + "\n"));
        await ShutDownAsync("command");
    }

    [Test]
    public async Task AHolderThatIsKilled_FailsTheProcesses_AndLeavesNone()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();
        Master.Send(PodBench.Launch(InNetwork(), true, Make.Task("a", "sleep 1000")));
        var running = await Master.StateAsync("a", TaskState.TaskRunning);

        await Engine.EndAsync((await Engine.ContainersAsync()).Single());

        await Master.StateAsync("a", TaskState.TaskFailed);
        Assert.That((await Master.CallAsync(CallType.ExecutorExited)).ExecutorExited.Status, Is.EqualTo((128 + 9) << 8),
            "as engines word it");
        Assert.That(Path.Exists($"/proc/{running.ContainerStatus.ExecutorPid}/root/proc"), Is.False);
    }

    [Test]
    public async Task APod_OutlivesTheAgent_AndTakesMoreProcessesAfterwards()
    {
        var agent = await StartAsync();
        await Master.SubscribedAsync();
        Master.Send(PodBench.Launch(InNetwork(), true, FromImage("image", "sleep 1000"),
            Make.Task("a", "until test -e go; do sleep 0.05; done")));
        var running = await Master.StateAsync("a", TaskState.TaskRunning);
        await Master.StateAsync("image", TaskState.TaskRunning);
        await agent.DisposeAsync();

        await using var next = await StartAsync();
        await Master.SubscribedAsync(2);
        Master.Send(PodBench.Launch(InNetwork(), false, Make.Task("b", "readlink /proc/self/ns/net; echo $MESOS_CONTAINER_IP")));

        var late = await Master.StateAsync("b", TaskState.TaskFinished);
        Assert.That(await OutputAsync(late),
            Is.EqualTo($"{new FileInfo($"/proc/{running.ContainerStatus.ExecutorPid}/ns/net").LinkTarget}\n{AddressOf(running)}\n"));
        Assert.That(AddressOf(late), Is.EqualTo(AddressOf(running)));
        await File.WriteAllTextAsync(Path.Combine(Work, Sandbox, "containers", running.ContainerStatus.ContainerId.Value, "go"), "");
        await Master.StateAsync("a", TaskState.TaskFinished);
        await ShutDownAsync("image");
    }

    [Test]
    public async Task AFailureOfAProcess_EndsTheGroup_AndFilesAreSharedWhoeverTheUserIs()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();
        var image = FromImage("image", "echo from the image > /shared/word; sleep 1000");
        image.Container.Volumes.Add(Shared("/shared"));
        var plain = Make.Task("plain", "until grep . mine/word; do sleep 0.05; done; exit 3");
        plain.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, Volumes = { Shared("mine") } };
        var framework = Make.Framework();
        framework.User = "nobody";

        Master.Send(PodBench.Launch(framework, InNetwork(), true, image, plain));

        var end = await Master.StateAsync("plain", TaskState.TaskFailed);
        Assert.That(end.Message, Is.EqualTo("Command exited with status 3"));
        Assert.That(await OutputAsync(end), Is.EqualTo("from the image\n"));
        await Master.StateAsync("image", TaskState.TaskKilled);
    }

    [Test]
    public async Task AnAgentWithoutAnEngine_SaysWhatThePodNeeds()
    {
        await using var agent = await StartAsync(hasEngine: false);
        await Master.SubscribedAsync();

        Master.Send(PodBench.Launch(InNetwork(), true, Make.Task("a", "true")));

        Assert.That((await Master.StateAsync("a", TaskState.TaskFailed)).Message,
            Does.Contain("This agent runs no Docker containers, and the network of this pod needs one; "
                + "start it with --containerizers=mesos,docker"));
    }

    private async Task ShutDownAsync(string last)
    {
        Master.Send(PodBench.ShutDown());
        await Master.StateAsync(last, TaskState.TaskKilled);
        await Master.CallAsync(CallType.ExecutorExited);
        await DockerYard.UntilAsync(async () => (await Engine.ContainersAsync()).Count == 0, "the removal of its containers");
    }

    private async Task<OutputReading> SessionAsync(AgentHost agent, MessageFormat format, ContainerID id, string line) => new(
        await PostAsync(agent, format, new AgentCall
        {
            Type = AgentCall.Types.Type.LaunchNestedContainerSession,
            LaunchNestedContainerSession = new() { ContainerId = id, Command = new CommandInfo { Value = line } },
        }), format, _patience.Token);
    private async Task<HttpResponseMessage> PostAsync(AgentHost agent, MessageFormat format, AgentCall call)
    {
        var http = new HttpClient { BaseAddress = agent.Address };
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1")
        {
            Content = new ByteArrayContent(MessageCodec.ToBytes(call, format))
            {
                Headers = { ContentType = new MediaTypeHeaderValue(MediaTypes.Of(format)) },
            },
        };
        request.Headers.Accept.ParseAdd(MediaTypes.Of(format));
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _patience.Token);
    }

    private static HealthCheck Check(HealthCheck check)
    {
        (check.DelaySeconds, check.IntervalSeconds, check.GracePeriodSeconds, check.TimeoutSeconds) = (0, 0.2, 60, 20);
        return check;
    }

    private static ContainerID Within(Mesos.V1.TaskStatus task, string name) =>
        new() { Value = name, Parent = task.ContainerStatus.ContainerId };

    /// <summary>Null for what is no process, or is none any more.</summary>
    private static string? NetworkOf(string process)
    {
        var link = new FileInfo(process + "/ns/net");
        try
        {
            return link.LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string AddressOf(Mesos.V1.TaskStatus status) =>
        status.ContainerStatus.NetworkInfos.Single().IpAddresses.Single().IpAddress;
}
