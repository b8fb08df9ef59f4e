using Mesos.V1;
using Offerbook.Agent.Hosting;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Agent.Tests.Pods;

/// <summary>A whole agent with real processes in pods, against a master over real HTTP.</summary>
[Category("case 192")]
internal sealed class RealPodTests : AgainstFakeMaster
{
    private const string Sandbox = "slaves/m1-S0/frameworks/f1/executors/pod/runs/latest";

    [Test, Property("Case", 192)]
    public async Task Tasks_ShareAVolume_AndThePodEndsWithTheLast()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();
        var (writer, reader) = (Make.Task("writer", "echo hello >mine/word"),
            Make.Task("reader", "while [ ! -s ours/word ]; do sleep 0.05; done; cat ours/word; echo $MESOS_SANDBOX"));
        (writer.Container, reader.Container) = (Shared("mine"), Shared("ours"));

        Master.Send(PodBench.Launch(PodBench.Info(), true, writer, reader));

        await Master.StateAsync("writer", TaskState.TaskFinished);
        var running = await Master.StateAsync("reader", TaskState.TaskRunning);
        await Master.StateAsync("reader", TaskState.TaskFinished);
        var exited = await Master.CallAsync(Call.Types.Type.ExecutorExited);
        Assert.That((exited.ExecutorExited.ExecutorId.Value, exited.ExecutorExited.Status), Is.EqualTo(("pod", 0)));
        var own = Path.Combine(Work, Sandbox, "containers", running.ContainerStatus.ContainerId.Value);
        var lines = await File.ReadAllLinesAsync(Path.Combine(own, "stdout"));
        Assert.That(lines[0], Is.EqualTo("hello"));
        Assert.That(lines[1], Does.EndWith("/containers/" + running.ContainerStatus.ContainerId.Value));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(Work, Sandbox, "shared/word")), Is.EqualTo("hello\n"));
    }

    [Test, Property("Case", 192)]
    public async Task AFailedTask_EndsItsGroup_AndLeavesNoProcess()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();

        Master.Send(
            PodBench.Launch(PodBench.Info(), true, Make.Task("stays", "sleep 1000"),
                Make.Task("fails", "while [ ! -e go ]; do sleep 0.05; done; exit 7")));
        var stays = await Master.StateAsync("stays", TaskState.TaskRunning);
        var fails = await Master.StateAsync("fails", TaskState.TaskRunning);
        await File.WriteAllTextAsync(Path.Combine(Work, Sandbox, "containers", fails.ContainerStatus.ContainerId.Value, "go"), "");

        await Master.StateAsync("fails", TaskState.TaskFailed);
        await Master.StateAsync("stays", TaskState.TaskKilled);
        Assert.That((await Master.CallAsync(Call.Types.Type.ExecutorExited)).ExecutorExited.Status, Is.Zero);
        Assert.That(ProcessTable.Read((int)stays.ContainerStatus.ExecutorPid) is { Ended: false }, Is.False);
    }

    [Test]
    public async Task AHolderThatIsKilled_FailsItsTasks()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();
        Master.Send(PodBench.Launch(PodBench.Info(), true, Make.Task("a", "sleep 1000")));
        var running = await Master.StateAsync("a", TaskState.TaskRunning);
        var holder = running.ContainerStatus.ContainerId.Parent.Value;
        var record = ContainerRecord.Parse(await File.ReadAllTextAsync(Path.Combine(Work, "meta/containers", holder)));

        Native.Signal(record.Main!.Value.Pid, Native.Kill);

        Assert.That((await Master.StateAsync("a", TaskState.TaskFailed)).State, Is.EqualTo(TaskState.TaskFailed));
        Assert.That((await Master.CallAsync(Call.Types.Type.ExecutorExited)).ExecutorExited.Status, Is.EqualTo(9));
        Assert.That(ProcessTable.Read((int)running.ContainerStatus.ExecutorPid) is { Ended: false }, Is.False);
    }

    [Test]
    public async Task APod_OutlivesTheAgent()
    {
        var agent = await StartAsync();
        await Master.SubscribedAsync();
        Master.Send(
            PodBench.Launch(PodBench.Info(), true, Make.Task("a", "while [ ! -e go ]; do sleep 0.05; done"), Make.Task("b", "exit 0")));
        var running = await Master.StateAsync("a", TaskState.TaskRunning);
        await Master.StateAsync("b", TaskState.TaskFinished);
        await agent.DisposeAsync();

        await using var next = await StartAsync();
        await Master.SubscribedAsync(2);
        Assert.That(Master.Subscriptions[1].Executors.Single().ExecutorInfo.ExecutorId.Value, Is.EqualTo("pod"));
        Master.Send(PodBench.Launch(PodBench.Info(), false, Make.Task("c", "echo late")));
        var late = await Master.StateAsync("c", TaskState.TaskFinished);
        Assert.That(late.ContainerStatus.ContainerId.Parent, Is.EqualTo(running.ContainerStatus.ContainerId.Parent));
        await File.WriteAllTextAsync(Path.Combine(Work, Sandbox, "containers", running.ContainerStatus.ContainerId.Value, "go"), "");

        await Master.StateAsync("a", TaskState.TaskFinished);
        Assert.That((await Master.CallAsync(Call.Types.Type.ExecutorExited)).ExecutorExited.Status, Is.Zero);
    }

    [Test]
    public async Task ATaskOfAPodWithNumbersOfItsOwn_SeesOnlyThePod()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();
        var executor = PodBench.Info();
        executor.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos,
            LinuxInfo = new LinuxInfo { SharePidNamespace = false } };

        Master.Send(
            PodBench.Launch(executor, true,
                Make.Task("a", "until grep -q sleep /proc/1/cmdline; do sleep 0.02; done; cat /proc/1/cmdline | tr '\\0' ' '")));

        if (!Ownership.IsRoot)
        {
            // The holder cannot be made: nothing of the pod runs.
            await Master.StateAsync("a", TaskState.TaskFailed);
            return;
        }
        var end = await Master.StateAsync("a", TaskState.TaskFinished);
        var output = Path.Combine(Work, Sandbox, "containers", end.ContainerStatus.ContainerId.Value, "stdout");
        Assert.That(await File.ReadAllTextAsync(output), Does.Contain("sleep 2147483647"));
    }

    private static ContainerInfo Shared(string at) => new()
    {
        Type = ContainerInfo.Types.Type.Mesos,
        Volumes =
        {
            new Volume
            {
                Mode = Volume.Types.Mode.Rw,
                ContainerPath = at,
                Source = new Volume.Types.Source
                {
                    Type = Volume.Types.Source.Types.Type.SandboxPath,
                    SandboxPath = new() { Type = Volume.Types.Source.Types.SandboxPath.Types.Type.Parent, Path = "shared" },
                },
            },
        },
    };

    private Task<AgentHost> StartAsync() => AgentHost.StartAsync(new AgentOptions(Work, [Master.Address])
    {
        Port = 0,
        Resources = "cpus:8;mem:4096;disk:4096",
        Tune = settings => settings with { RegistrationBackoffFactor = TimeSpan.FromMilliseconds(20) },
    });
}
