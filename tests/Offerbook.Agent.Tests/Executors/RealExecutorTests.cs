using Google.Protobuf;
using Mesos.V1;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.AgentProtocol;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Executors;

/// <summary>A whole agent with a real executor, a Python program that knows nothing but the executor API, over real HTTP.</summary>
public sealed class RealExecutorTests
{
    private const string Sandbox = "slaves/m1-S0/frameworks/f1/executors/e1/runs/latest";

    private string _work = "";
    private FakeMaster _master = null!;

    [SetUp]
    public async Task Open()
    {
        _work = Directory.CreateTempSubdirectory("offerbook-executor-").FullName;
        _master = await FakeMaster.StartAsync();
    }

    [TearDown]
    public async Task Close()
    {
        await _master.DisposeAsync();
        Directory.Delete(_work, recursive: true);
    }

    [Test]
    public async Task Tasks_ShareAnExecutor_AndEndAsItSays()
    {
        await using var agent = await StartAsync();
        await _master.SubscribedAsync();

        _master.Send(ExecutorBench.Launch(Task("stays"), launchExecutor: true));
        _master.Send(ExecutorBench.Launch(Task("ends", "finish"), launchExecutor: false));
        var group = ExecutorBench.LaunchGroup(Executor(), "g1", "g2");
        _master.Send(group);

        await _master.StateAsync("ends", TaskState.TaskFinished);
        await _master.StateAsync("g2", TaskState.TaskRunning);
        var running = await _master.StateAsync("stays", TaskState.TaskRunning);
        Assert.That(running.ExecutorId.Value, Is.EqualTo("e1"));
        Assert.That(running.ContainerStatus.ContainerId.Value, Is.EqualTo(Log().First().Split(' ')[1]));
        Assert.That(Log().Skip(1), Is.EqualTo(new[] { "launch stays", "launch ends", "group", "launch g1", "launch g2" }));

        _master.Send(Make.Kill("stays"));

        await _master.StateAsync("stays", TaskState.TaskKilled);
    }

    [Test]
    public async Task Messages_ReachTheExecutorAndComeBack()
    {
        await using var agent = await StartAsync();
        await _master.SubscribedAsync();
        _master.Send(ExecutorBench.Launch(Task("t1")));
        await _master.StateAsync("t1", TaskState.TaskRunning);

        _master.Send(Message("häuser"));

        Assert.That((await _master.CallAsync(Call.Types.Type.Message)).Message.Data.ToStringUtf8(), Is.EqualTo("echo: häuser"));
    }

    [Test]
    public async Task Executor_ThatDies_TakesItsTasksWithIt()
    {
        await using var agent = await StartAsync();
        await _master.SubscribedAsync();
        _master.Send(ExecutorBench.Launch(Task("t1")));
        await _master.StateAsync("t1", TaskState.TaskRunning);

        _master.Send(Message("die"));

        var status = await _master.StateAsync("t1", TaskState.TaskFailed);
        Assert.That((status.Reason, status.Message), Is.EqualTo((Reason.ExecutorTerminated, "Executor terminated")));
        Assert.That((await _master.CallAsync(Call.Types.Type.ExecutorExited)).ExecutorExited.Status, Is.EqualTo(7 << 8));
    }

    [Test]
    public async Task Shutdown_IsHeard()
    {
        await using var agent = await StartAsync();
        await _master.SubscribedAsync();
        _master.Send(ExecutorBench.Launch(Task("t1")));
        await _master.StateAsync("t1", TaskState.TaskRunning);

        _master.Send(new Event { Type = Event.Types.Type.ShutdownExecutor, ShutdownExecutor = new() { FrameworkId = new FrameworkID { Value = "f1" }, ExecutorId = new ExecutorID { Value = "e1" } } });

        await _master.StateAsync("t1", TaskState.TaskKilled);
        Assert.That((await _master.CallAsync(Call.Types.Type.ExecutorExited)).ExecutorExited.Status, Is.EqualTo(0));
        Assert.That(Log().Last(), Is.EqualTo("shutdown"));
    }

    [Test]
    [Category("case 195")]
    public async Task Executor_FindsTheNextAgent_AndNothingRunsTwice()
    {
        var agent = await StartAsync();
        var port = agent.Address.Port;
        await _master.SubscribedAsync();
        _master.Send(ExecutorBench.Launch(Task("t1")));
        await _master.StateAsync("t1", TaskState.TaskRunning);
        await agent.DisposeAsync();

        await using var next = await StartAsync(options => options with { Port = port });
        await _master.SubscribedAsync(2);
        _master.Send(ExecutorBench.Launch(Task("t2", "finish"), launchExecutor: false));

        await _master.StateAsync("t2", TaskState.TaskFinished);
        Assert.That((await next.ViewAsync()).Frameworks.Single().Tasks.Single(task => task.Task.TaskId.Value == "t1").Task.State, Is.EqualTo(TaskState.TaskRunning));
        Assert.That(Log().Where(line => line.StartsWith("launch", StringComparison.Ordinal)), Is.EqualTo(new[] { "launch t1", "launch t2" }));
        Assert.That(Log().Count(line => line.StartsWith("subscribed", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(_master.Subscriptions[1].Executors.Single().ExecutorInfo.ExecutorId.Value, Is.EqualTo("e1"));
    }

    [Test]
    [Category("case 195")]
    public async Task CleanUp_EndsWhatRunsAndThenTheAgent()
    {
        var agent = await StartAsync(options => options with { StopTasksOnExit = false });
        var port = agent.Address.Port;
        await _master.SubscribedAsync();
        _master.Send(ExecutorBench.Launch(Task("t1")));
        _master.Send(Make.Launch(Make.Task("command", "sleep 1000", "cpus:0.1;mem:16")));
        await _master.StateAsync("t1", TaskState.TaskRunning);
        await _master.StateAsync("command", TaskState.TaskRunning);
        await agent.DisposeAsync();

        await using var cleaner = await StartAsync(options => options with { Port = port, Executors = new ExecutorOptions { CleanUp = true } });
        await cleaner.Completion.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.That((await cleaner.ViewAsync()).Frameworks.Single().Executors, Is.Empty);
        Assert.That(_master.Subscriptions, Has.Count.EqualTo(1), "it does not register");
    }

    [Test]
    public async Task Tokens_LetExecutorsIn_AndNobodyElse()
    {
        await using var agent = await StartAsync(options => options with { Executors = new ExecutorOptions { Authenticate = true } });
        await _master.SubscribedAsync();
        _master.Send(ExecutorBench.Launch(Task("t1", "finish")));
        await _master.StateAsync("t1", TaskState.TaskFinished);

        using var http = new HttpClient { BaseAddress = agent.Address };
        var refused = await http.PostAsync("/api/v1/executor", null);

        Assert.That((int)refused.StatusCode, Is.EqualTo(401));
        Assert.That(refused.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer realm=\"mesos-agent-executor\""));
        Assert.That(File.GetUnixFileMode(Path.Combine(_work, "meta", "executor.key")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    private static ExecutorInfo Executor()
    {
        var executor = ExecutorBench.Info();
        executor.Command = new CommandInfo { Value = $"exec /usr/bin/python3 '{TestContext.CurrentContext.TestDirectory}/Executors/executor.py'" };
        return executor;
    }

    private static TaskInfo Task(string id, string data = "stay")
    {
        var task = ExecutorBench.Task(id, Executor(), "cpus:0.1;mem:16");
        task.Data = ByteString.CopyFromUtf8(data);
        return task;
    }

    private static Event Message(string text) => new()
    {
        Type = Event.Types.Type.Message,
        Message = new()
        {
            FrameworkId = new FrameworkID { Value = "f1" }, ExecutorId = new ExecutorID { Value = "e1" }, Data = ByteString.CopyFromUtf8(text),
        },
    };

    private string[] Log() => File.ReadAllLines(Path.Combine(_work, Sandbox, "log"));

    private Task<AgentHost> StartAsync(Func<AgentOptions, AgentOptions>? adjust = null) => AgentHost.StartAsync((adjust ?? (options => options))(
        new AgentOptions(_work, [_master.Address])
        {
            Port = 0,
            Resources = "cpus:4;mem:1024;disk:1024",
            StopTasksOnExit = adjust is null && TestContext.CurrentContext.Test.MethodName != nameof(Executor_FindsTheNextAgent_AndNothingRunsTwice),
            Tune = settings => settings with
            {
                RegistrationBackoffFactor = TimeSpan.FromMilliseconds(20),
                // A machine under load starts a Python program slowly.
                ExecutorReregistrationTimeout = TimeSpan.FromSeconds(15),
            },
        }));
}
