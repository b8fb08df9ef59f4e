using System.Net;
using Microsoft.AspNetCore.Http;
using Mesos.V1;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.Http;

namespace Offerbook.Agent.Tests.Hosting;

/// <summary>A whole agent against a master over real HTTP, with real processes.</summary>
internal sealed class AgentHostTests : AgainstFakeMaster
{
    [Test]
    public async Task ATask_RunsToItsEnd()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();

        Master.Send(Make.Launch(Make.Task(command: "echo $MESOS_SLAVE_ID; exit 3")));

        var status = await Master.StateAsync("t1", TaskState.TaskFailed);
        Assert.That(status.Message, Is.EqualTo("Command exited with status 3"));
        Assert.That((await Master.StateAsync("t1", TaskState.TaskRunning)).ContainerStatus.ExecutorPid, Is.GreaterThan(1));
        Assert.That(await File.ReadAllTextAsync($"{Work}/slaves/m1-S0/frameworks/f1/executors/t1/runs/latest/stdout"),
            Is.EqualTo("m1-S0\n"));
    }

    [Test]
    public async Task Tasks_OutliveTheAgent_AndTheNextOneTellsTheirEnd()
    {
        var agent = await StartAsync();
        await Master.SubscribedAsync();
        Master.Send(Make.Launch(Make.Task("stays", "while [ ! -e go ]; do sleep 0.05; done; exit 5")));
        Master.Send(Make.Launch(Make.Task("ends", "sleep 0.3; exit 7")));
        await Master.StateAsync("stays", TaskState.TaskRunning);
        await Master.StateAsync("ends", TaskState.TaskRunning);
        await agent.DisposeAsync();
        await Task.Delay(500);

        await using var next = await StartAsync();
        await Master.SubscribedAsync(2);
        Assert.That((await Master.StateAsync("ends", TaskState.TaskFailed)).Message, Is.EqualTo("Command exited with status 7"));
        Assert.That(Master.Subscriptions[1].Tasks.Single(task => task.Name == "stays").State, Is.EqualTo(TaskState.TaskRunning));
        await File.WriteAllTextAsync($"{Work}/slaves/m1-S0/frameworks/f1/executors/stays/runs/latest/go", "");

        Assert.That((await Master.StateAsync("stays", TaskState.TaskFailed)).Message, Is.EqualTo("Command exited with status 5"));
    }

    [Test]
    public async Task AKill_EndsTheTask()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();
        Master.Send(Make.Launch(Make.Task(command: "sleep 1000")));
        await Master.StateAsync("t1", TaskState.TaskRunning);

        Master.Send(Make.Kill());

        Assert.That((await Master.StateAsync("t1", TaskState.TaskKilled)).Message, Is.EqualTo("Command terminated with signal Terminated"));
    }

    [Test]
    public async Task ABrokenStream_IsOpenedAgain()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();

        Master.CutTheStream();

        await Master.SubscribedAsync(2);
        Assert.That(Master.Subscriptions[1].AgentInfo.Id.Value, Is.EqualTo(Make.AgentIdText));
    }

    [Test]
    public async Task AMasterThatDoesNotLead_SaysWhoDoes()
    {
        await using var standby = await HttpServer.StartAsync(new ListenOptions(IPAddress.Loopback, 0, "--port"), context =>
        {
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = $"//{Master.Address.Authority}{context.Request.Path}";
            return Task.CompletedTask;
        }, null, CancellationToken.None);

        await using var agent = await StartAsync(options => options with { Masters = [standby.Address] });

        await Master.SubscribedAsync();
    }

    [Test]
    public async Task StopTasksOnExit_LeavesNothingRunning()
    {
        var agent = await StartAsync(options => options with { StopTasksOnExit = true });
        await Master.SubscribedAsync();
        Master.Send(Make.Launch(Make.Task(command: "sleep 1000")));
        var pid = (int)(await Master.StateAsync("t1", TaskState.TaskRunning)).ContainerStatus.ExecutorPid;

        await agent.DisposeAsync();

        Assert.That(Agent.Hosting.Containers.ProcessTable.Read(pid) is { Ended: false }, Is.False);
    }

    [Test]
    public async Task ASecondAgent_OnTheSameDirectory_IsRefused()
    {
        await using var agent = await StartAsync();

        Assert.That(async () => await StartAsync(), Throws.TypeOf<AgentStartException>().With.Message.Contains(Work));
    }

    [Test]
    public async Task APortInUse_IsRefusedNamingTheFlag()
    {
        await using var agent = await StartAsync();
        var other = Directory.CreateTempSubdirectory("offerbook-host-").FullName;

        Assert.That(async () =>
            await AgentHost.StartAsync(new AgentOptions(other, [Master.Address]) { Port = agent.Address.Port, PortFlag = "--agent-port" }),
            Throws.TypeOf<AgentStartException>().With.Message.Contains("--agent-port").And.Message.Contains(agent.Address.Port.ToString()));
        Assert.That(() => Directory.Delete(other, recursive: true), Throws.Nothing);
    }

    [Test]
    public void ADirectoryThatCannotBeMade_IsRefusedByName()
    {
        Assert.That(async () => await AgentHost.StartAsync(new AgentOptions("/proc/nowhere", [Master.Address])),
            Throws.TypeOf<AgentStartException>().With.Message.Contains("/proc/nowhere"));
    }

    [TestCase("cpus:many", null, "cpus:many")]
    [TestCase(null, "rack", "rack")]
    public void BadFlags_AreRefusedWithTheirText(string? resources, string? attributes, string expected)
    {
        Assert.That(async () => await StartAsync(options => options with { Resources = resources, Attributes = attributes }),
            Throws.TypeOf<FormatException>().With.Message.Contains(expected));
    }

    private Task<AgentHost> StartAsync(Func<AgentOptions, AgentOptions>? adjust = null) =>
        AgentHost.StartAsync((adjust ?? (options => options))(
        new AgentOptions(Work, [Master.Address])
        {
            Port = 0,
            Resources = "cpus:4;mem:1024;disk:1024",
            Tune = settings => settings with { RegistrationBackoffFactor = TimeSpan.FromMilliseconds(20) },
        }));
}
