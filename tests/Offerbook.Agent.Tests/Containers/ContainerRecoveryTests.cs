using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Containers;

/// <summary>What an agent finds when it comes back: real processes, with one runner after the other on the same directory.</summary>
[TestFixture(false)]
[TestFixture(true)]
[Category("case 195")]
public sealed class ContainerRecoveryTests(bool script)
{
    private Yard _yard = null!;

    [SetUp]
    public void Open() => _yard = new Yard(script: script);

    [TearDown]
    public async Task Close() => await _yard.DisposeAsync();

    [Test]
    public async Task RunningTask_IsAdopted_AndItsEndIsTold()
    {
        var spec = _yard.Spec("while [ ! -e go ]; do sleep 0.05; done; exit 6");
        var pid = await _yard.RunAsync(spec);

        await _yard.RestartAsync(spec);
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerStarted>()).Pid, Is.EqualTo(pid));
        await File.WriteAllTextAsync(_yard.Sandbox(spec) + "/go", "");

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Is.EqualTo(new ContainerExit.Exited(6)));
    }

    [Test]
    public async Task AnAdoptedTask_CanBeKilled()
    {
        var spec = _yard.Spec("sleep 1000");
        await _yard.RunAsync(spec);
        await _yard.RestartAsync(spec);
        await _yard.NextAsync<AgentMessage.ContainerStarted>();

        _yard.Runner.Signal(spec.Container, ContainerSignal.Terminate);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Is.EqualTo(new ContainerExit.Signaled(15)));
    }

    [Test]
    public async Task ATask_ThatEndedWhileTheAgentWasAway_IsToldWithItsTrueStatus()
    {
        var spec = _yard.Spec("sleep 0.2; exit 42");
        await _yard.RunAsync(spec);
        await _yard.StopAsync();
        while (_yard.Files.Read(spec.Container)!.Status is null)
        {
            await Task.Delay(10);
        }

        await _yard.RestartAsync(spec);

        await _yard.NextAsync<AgentMessage.ContainerStarted>();
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Is.EqualTo(new ContainerExit.Exited(42)));
    }

    [Test]
    public async Task ATask_ThatNeverStarted_NeverDoes()
    {
        var spec = _yard.Spec("touch started");

        await _yard.RestartAsync(spec);
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerNeverStarted>()).Container, Is.EqualTo(spec.Container));
        // The supervisor that was on its way when the agent died comes now.
        Assert.That(_yard.Launcher.Launch(spec).Failure, Is.Null);
        await Task.Delay(300);

        Assert.That(File.Exists(_yard.Sandbox(spec) + "/started"), Is.False);
        Assert.That(_yard.HasMore, Is.False);
    }

    [Test]
    public async Task ATask_WhoseSupervisorIsKilled_RunsOn_AndItsEndIsNoticed()
    {
        var spec = _yard.Spec("sleep 1000");
        var pid = await _yard.RunAsync(spec);
        Native.Signal(_yard.Files.Read(spec.Container)!.Supervisor!.Value.Pid, Native.Kill);

        await _yard.RestartAsync(spec);
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerStarted>()).Pid, Is.EqualTo(pid));
        _yard.Runner.Signal(spec.Container, ContainerSignal.Kill);

        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Is.InstanceOf<ContainerExit.Vanished>());
    }

    [Test]
    public async Task AReusedPid_IsNeitherAdoptedNorSignalled()
    {
        var bystander = _yard.Spec("sleep 1000");
        var pid = await _yard.RunAsync(bystander);
        var record = _yard.Files.Read(bystander.Container)!;
        // A record of an earlier task that had the same pid, but started at another time.
        var dead = _yard.Spec("true");
        await File.WriteAllTextAsync(_yard.Files.RecordOf(dead.Container),
            $"supervisor {record.Supervisor!.Value.Pid} 1 {_yard.BootId}\nstarted {pid} 1\n");

        await _yard.RestartAsync(dead, bystander);
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerStarted>()).Container, Is.EqualTo(bystander.Container));
        _yard.Runner.Signal(dead.Container, ContainerSignal.Terminate);
        _yard.Runner.Signal(dead.Container, ContainerSignal.Kill);

        var ended = await _yard.NextAsync<AgentMessage.ContainerExited>();
        Assert.That(ended.Container, Is.EqualTo(dead.Container));
        Assert.That(ended.Exit, Is.InstanceOf<ContainerExit.Vanished>());
        Assert.That(record.Main!.Value.IsAlive, Is.True);
    }

    [Test]
    public async Task AfterAReboot_TheTasksAreGone_WhateverRunsUnderTheirPids()
    {
        var spec = _yard.Spec("sleep 1000");
        await _yard.RunAsync(spec);

        _yard.BootId = "another-boot";
        await _yard.RestartAsync(spec);

        var ended = await _yard.NextAsync<AgentMessage.ContainerExited>();
        Assert.That(((ContainerExit.Vanished)ended.Exit).Why, Does.Contain("restarted"));
        _yard.BootId = (await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id")).Trim();
    }

    [Test]
    public async Task AContainer_ThatNoTaskClaims_IsKilled()
    {
        var spec = _yard.Spec("sleep 1000");
        await _yard.RunAsync(spec);
        var main = _yard.Files.Read(spec.Container)!.Main!.Value;

        await _yard.RestartAsync();

        while (main.IsAlive)
        {
            await Task.Delay(10);
        }
        Assert.That(_yard.Files.List(), Is.Empty);
    }
}
