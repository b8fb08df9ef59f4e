using Mesos.V1;
using Offerbook.Agent.Tests.Support;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Fetcher;

/// <summary>Tasks that fetch, with a whole agent.</summary>
internal sealed class FetchingTaskTests
{
    private string _work = "";
    private FakeMaster _master = null!;
    private FileHost _files = null!;

    [SetUp]
    public async Task Open()
    {
        _work = Directory.CreateTempSubdirectory("offerbook-fetching-").FullName;
        (_master, _files) = (await FakeMaster.StartAsync(), await FileHost.StartAsync());
    }

    [TearDown]
    public async Task Close()
    {
        await _master.DisposeAsync();
        await _files.DisposeAsync();
        Directory.Delete(_work, recursive: true);
    }

    [Test]
    public async Task Task_FindsWhatItAskedFor()
    {
        await using var agent = await StartAsync();
        _files.Files["/run.sh"] = "#!/bin/sh\necho fetched; exit 4\n"u8.ToArray();
        _master.Send(
            Make.Launch(Fetching("t1", "./run.sh", new CommandInfo.Types.URI { Value = _files.Url("/run.sh"), Executable = true })));

        Assert.That((await _master.StateAsync("t1", TaskState.TaskFailed)).Message, Is.EqualTo("Command exited with status 4"));
        Assert.That(Read("t1", "stdout"), Is.EqualTo("fetched\n"));
    }

    [Test, Category("case 192")]
    public async Task Failure_IsTheTasks_AndExplainedInItsStderr()
    {
        await using var agent = await StartAsync();
        _master.Send(Make.Launch(Fetching("t1", "true", new CommandInfo.Types.URI { Value = "file:///nowhere/app.tgz" })));

        var status = await _master.StateAsync("t1", TaskState.TaskFailed);

        Assert.That(status.Reason, Is.EqualTo(Reason.ContainerLaunchFailed));
        Assert.That(status.Message,
            Is.EqualTo("Failed to fetch 'file:///nowhere/app.tgz': there is no file /nowhere/app.tgz on this host"));
        Assert.That(Read("t1", "stderr"), Does.Contain(status.Message));
    }

    [Test]
    public async Task Kill_WhileFetching_EndsTheTaskAtOnce_AndOthersStartMeanwhile()
    {
        await using var agent = await StartAsync();
        var asked = new TaskCompletionSource();
        _files.Before = context =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { });
        };
        _master.Send(Make.Launch(Fetching("slow", "true", new CommandInfo.Types.URI { Value = _files.Url("/never") })));
        await asked.Task;
        _master.Send(Make.Launch(Make.Task("quick", "true")));
        await _master.StateAsync("quick", TaskState.TaskFinished);
        _master.Send(Make.Kill("slow"));

        var status = await _master.StateAsync("slow", TaskState.TaskKilled);

        Assert.That(status.Reason, Is.EqualTo(Reason.TaskKilledDuringLaunch));
    }

    [Test]
    public async Task Agent_RestartedWhileFetching_NeverStartsTheTask()
    {
        var agent = await StartAsync();
        var asked = new TaskCompletionSource();
        _files.Before = context =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { });
        };
        _master.Send(Make.Launch(Fetching("t1", "true", new CommandInfo.Types.URI { Value = _files.Url("/never") })));
        await asked.Task;
        await agent.DisposeAsync();

        await using var next = await StartAsync(2);

        Assert.That((await _master.StateAsync("t1", TaskState.TaskLost)).Reason, Is.EqualTo(Reason.AgentRestarted));
    }

    private static TaskInfo Fetching(string id, string command, params CommandInfo.Types.URI[] uris)
    {
        var task = Make.Task(id, command);
        task.Command.Uris.Add(uris);
        return task;
    }

    private string Read(string task, string file) =>
        File.ReadAllText($"{_work}/slaves/m1-S0/frameworks/f1/executors/{task}/runs/latest/{file}");

    private async Task<AgentHost> StartAsync(int subscription = 1)
    {
        var agent = await AgentHost.StartAsync(new AgentOptions(_work, [_master.Address])
        {
            Port = 0, Resources = "cpus:4;mem:1024;disk:1024", Tune = settings =>
                settings with { RegistrationBackoffFactor = TimeSpan.FromMilliseconds(20) },
        });
        await _master.SubscribedAsync(subscription);
        return agent;
    }
}
