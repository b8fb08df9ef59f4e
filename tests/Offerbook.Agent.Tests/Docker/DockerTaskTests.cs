using System.Net;
using Mesos.V1;
using Offerbook.Agent.Tests.Support;
using DockerInfo = Mesos.V1.ContainerInfo.Types.DockerInfo;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>A whole agent with a real engine: tasks from images, their checks, and an agent that is replaced while they run.</summary>
internal sealed class DockerTaskTests : AgainstRealEngine
{
    [Test]
    public async Task ATask_RunsFromItsImage_WithAnAddressOfItsOwn()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();

        Master.Send(Make.Launch(DockerTask("t1", "while test ! -e $MESOS_SANDBOX/go; do sleep 0.05; done; echo $MESOS_SLAVE_ID; exit 3")));

        var running = await Master.StateAsync("t1", TaskState.TaskRunning);
        var address = running.ContainerStatus.NetworkInfos.Single().IpAddresses.Single().IpAddress;
        Assert.That(IPAddress.Parse(address).GetAddressBytes()[0], Is.EqualTo(10));
        await File.WriteAllTextAsync($"{Work}/slaves/m1-S0/frameworks/f1/executors/t1/runs/latest/go", "");
        var status = await Master.StateAsync("t1", TaskState.TaskFailed);
        Assert.That(status.Message, Is.EqualTo("Command exited with status 3"));
        Assert.That(await File.ReadAllTextAsync($"{Work}/slaves/m1-S0/frameworks/f1/executors/t1/runs/latest/stdout"),
            Is.EqualTo("m1-S0\n"));
        await DockerYard.UntilAsync(async () => (await Engine.ContainersAsync()).Count == 0, "the container's removal");
    }

    [Test]
    public async Task MoreMemoryThanTheLimit_IsAReasonOfItsOwn()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();

        Master.Send(Make.Launch(DockerTask("t1", "x=a; while true; do x=$x$x; done")));

        Assert.That((await Master.StateAsync("t1", TaskState.TaskFailed)).Reason, Is.EqualTo(Reason.ContainerLimitationMemory));
    }

    [Test]
    public async Task AnAgentWithoutDocker_FailsTheLaunch()
    {
        await using var agent = await StartAsync(enabled: false);
        await Master.SubscribedAsync();

        Master.Send(Make.Launch(DockerTask("t1", "true")));

        var status = await Master.StateAsync("t1", TaskState.TaskFailed);
        Assert.That((status.Reason, status.Message.Contains("--containerizers=mesos,docker")),
            Is.EqualTo((Reason.ContainerLaunchFailed, true)));
    }

    [TestCase(HealthCheck.Types.Type.Command)]
    [TestCase(HealthCheck.Types.Type.Http)]
    [TestCase(HealthCheck.Types.Type.Tcp)]
    public async Task HealthChecks_LookIntoTheContainer(HealthCheck.Types.Type type)
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();
        // Bound to its own loopback address: only who is in its network gets an answer.
        var task = DockerTask("t1", "mkdir /www; echo ok > /www/index.html; httpd -p 127.0.0.1:8080 -h /www; touch /tmp/ready; sleep 1000");
        task.HealthCheck = new HealthCheck { Type = type, DelaySeconds = 0, IntervalSeconds = 0.1, TimeoutSeconds = 10,
            GracePeriodSeconds = 60 };
        switch (type)
        {
            case HealthCheck.Types.Type.Command:
                task.HealthCheck.Command = new CommandInfo { Value = "test -e /tmp/ready" };
                break;
            case HealthCheck.Types.Type.Http:
                task.HealthCheck.Http = new HealthCheck.Types.HTTPCheckInfo { Port = 8080, Path = "/index.html" };
                break;
            default:
                task.HealthCheck.Tcp = new HealthCheck.Types.TCPCheckInfo { Port = 8080 };
                break;
        }

        Master.Send(Make.Launch(task));

        Assert.That((await Master.StatusAsync("t1", status => status.Reason == Reason.TaskHealthCheckStatusUpdated)).Healthy);
        Master.Send(Make.Kill(graceSeconds: 0));
        await Master.StateAsync("t1", TaskState.TaskKilled);
    }

    [Test]
    public async Task Tasks_OutliveTheAgent()
    {
        var agent = await StartAsync();
        await Master.SubscribedAsync();
        Master.Send(Make.Launch(DockerTask("t1", "trap 'exit 4' TERM; echo up; while true; do sleep 0.1; done")));
        var before = await Master.StateAsync("t1", TaskState.TaskRunning);
        await agent.DisposeAsync();

        await using var next = await StartAsync();
        await Master.SubscribedAsync(2);

        var task = Master.Subscriptions[1].Tasks.Single();
        Assert.That((task.State, task.Statuses[^1].ContainerStatus.NetworkInfos[0].IpAddresses[0].IpAddress),
            Is.EqualTo((TaskState.TaskRunning, before.ContainerStatus.NetworkInfos[0].IpAddresses[0].IpAddress)));
        var output = $"{Work}/slaves/m1-S0/frameworks/f1/executors/t1/runs/latest/stdout";
        await DockerYard.UntilAsync(() => File.Exists(output) && new System.IO.FileInfo(output).Length > 0, "its output");
        Master.Send(Make.Kill(graceSeconds: 30));
        Assert.That((await Master.StateAsync("t1", TaskState.TaskKilled)).Message, Is.EqualTo("Command exited with status 4"));
    }

    private static TaskInfo DockerTask(string id, string line)
    {
        var task = Make.Task(id, line);
        task.Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Docker,
            Docker = new DockerInfo { Image = DockerEngine.Image, Network = DockerInfo.Types.Network.Bridge },
        };
        return task;
    }

    private Task<AgentHost> StartAsync(bool enabled = true) => AgentHost.StartAsync(new AgentOptions(Work, [Master.Address])
    {
        Port = 0,
        Resources = "cpus:4;mem:1024;disk:1024",
        Docker = new DockerOptions { Enabled = enabled, Socket = Engine.Socket },
        Tune = settings => settings with { RegistrationBackoffFactor = TimeSpan.FromMilliseconds(20) },
    });
}
