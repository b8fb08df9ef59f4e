using Google.Protobuf;
using Mesos.V1;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.AgentProtocol;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Executors;

/// <summary>A whole agent with a real executor, a Python program that knows nothing but the executor API, over real HTTP.</summary>
internal sealed class RealExecutorTests : AgainstFakeMaster
{
    private const string Sandbox = "slaves/m1-S0/frameworks/f1/executors/e1/runs/latest";

    [Test]
    public async Task Tasks_ShareAnExecutor_AndEndAsItSays()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();

        Master.Send(ExecutorBench.Launch(Task("stays"), launchExecutor: true));
        Master.Send(ExecutorBench.Launch(Task("ends", "finish"), launchExecutor: false));
        var group = ExecutorBench.LaunchGroup(Executor(), "g1", "g2");
        Master.Send(group);

        await Master.StateAsync("ends", TaskState.TaskFinished);
        await Master.StateAsync("g2", TaskState.TaskRunning);
        var running = await Master.StateAsync("stays", TaskState.TaskRunning);
        Assert.That(running.ExecutorId.Value, Is.EqualTo("e1"));
        Assert.That(running.ContainerStatus.ContainerId.Value, Is.EqualTo(Log().First().Split(' ')[1]));
        Assert.That(Log().Skip(1), Is.EqualTo(new[] { "launch stays", "launch ends", "group", "launch g1", "launch g2" }));

        Master.Send(Make.Kill("stays"));

        await Master.StateAsync("stays", TaskState.TaskKilled);
    }

    [Test]
    public async Task Messages_ReachTheExecutorAndComeBack()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();
        Master.Send(ExecutorBench.Launch(Task("t1")));
        await Master.StateAsync("t1", TaskState.TaskRunning);

        Master.Send(Message("häuser"));

        Assert.That((await Master.CallAsync(Call.Types.Type.Message)).Message.Data.ToStringUtf8(), Is.EqualTo("echo: häuser"));
    }

    [Test]
    public async Task Executor_ThatDies_TakesItsTasksWithIt()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();
        Master.Send(ExecutorBench.Launch(Task("t1")));
        await Master.StateAsync("t1", TaskState.TaskRunning);

        Master.Send(Message("die"));

        var status = await Master.StateAsync("t1", TaskState.TaskFailed);
        Assert.That((status.Reason, status.Message), Is.EqualTo((Reason.ExecutorTerminated, "Executor terminated")));
        Assert.That((await Master.CallAsync(Call.Types.Type.ExecutorExited)).ExecutorExited.Status, Is.EqualTo(7 << 8));
    }

    [Test]
    public async Task Shutdown_IsHeard()
    {
        await using var agent = await StartAsync();
        await Master.SubscribedAsync();
        Master.Send(ExecutorBench.Launch(Task("t1")));
        await Master.StateAsync("t1", TaskState.TaskRunning);

        Master.Send(
            new Event { Type = Event.Types.Type.ShutdownExecutor,
                ShutdownExecutor = new() { FrameworkId = new FrameworkID { Value = "f1" },
                    ExecutorId = new ExecutorID { Value = "e1" } } });

        await Master.StateAsync("t1", TaskState.TaskKilled);
        Assert.That((await Master.CallAsync(Call.Types.Type.ExecutorExited)).ExecutorExited.Status, Is.EqualTo(0));
        Assert.That(Log().Last(), Is.EqualTo("shutdown"));
    }

    [Test]
    [Category("case 195")]
    public async Task Executor_FindsTheNextAgent_AndNothingRunsTwice()
    {
        var agent = await StartAsync();
        var port = agent.Address.Port;
        await Master.SubscribedAsync();
        Master.Send(ExecutorBench.Launch(Task("t1")));
        await Master.StateAsync("t1", TaskState.TaskRunning);
        await agent.DisposeAsync();

        await using var next = await StartAsync(options => options with { Port = port });
        await Master.SubscribedAsync(2);
        Master.Send(ExecutorBench.Launch(Task("t2", "finish"), launchExecutor: false));

        await Master.StateAsync("t2", TaskState.TaskFinished);
        Assert.That((await next.ViewAsync()).Frameworks.Single().Tasks.Single(task => task.Task.TaskId.Value == "t1").Task.State,
            Is.EqualTo(TaskState.TaskRunning));
        Assert.That(Log().Where(line => line.StartsWith("launch", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "launch t1", "launch t2" }));
        Assert.That(Log().Count(line => line.StartsWith("subscribed", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(Master.Subscriptions[1].Executors.Single().ExecutorInfo.ExecutorId.Value, Is.EqualTo("e1"));
    }

    [Test]
    [Category("case 195")]
    public async Task CleanUp_EndsWhatRunsAndThenTheAgent()
    {
        var agent = await StartAsync(options => options with { StopTasksOnExit = false });
        var port = agent.Address.Port;
        await Master.SubscribedAsync();
        Master.Send(ExecutorBench.Launch(Task("t1")));
        Master.Send(Make.Launch(Make.Task("command", "sleep 1000", "cpus:0.1;mem:16")));
        await Master.StateAsync("t1", TaskState.TaskRunning);
        await Master.StateAsync("command", TaskState.TaskRunning);
        await agent.DisposeAsync();

        await using var cleaner = await StartAsync(options =>
            options with { Port = port, Executors = new ExecutorOptions { CleanUp = true } });
        await cleaner.Completion.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.That((await cleaner.ViewAsync()).Frameworks.Single().Executors, Is.Empty);
        Assert.That(Master.Subscriptions, Has.Count.EqualTo(1), "it does not register");
    }

    [Test]
    public async Task Tokens_LetExecutorsIn_AndNobodyElse()
    {
        await using var agent = await StartAsync(options => options with { Executors = new ExecutorOptions { Authenticate = true } });
        await Master.SubscribedAsync();
        Master.Send(ExecutorBench.Launch(Task("t1", "finish")));
        await Master.StateAsync("t1", TaskState.TaskFinished);

        using var http = new HttpClient { BaseAddress = agent.Address };
        var refused = await http.PostAsync("/api/v1/executor", null);

        Assert.That((int)refused.StatusCode, Is.EqualTo(401));
        Assert.That(refused.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer realm=\"mesos-agent-executor\""));
        Assert.That(File.GetUnixFileMode(Path.Combine(Work, "meta", "executor.key")),
            Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    private static ExecutorInfo Executor()
    {
        var executor = ExecutorBench.Info();
        executor.Command = new CommandInfo { Value = $"exec /usr/bin/python3 '{TestContext.CurrentContext.TestDirectory}/executor.py'" };
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
            FrameworkId = new FrameworkID { Value = "f1" }, ExecutorId = new ExecutorID { Value = "e1" },
            Data = ByteString.CopyFromUtf8(text),
        },
    };

    private string[] Log() => File.ReadAllLines(Path.Combine(Work, Sandbox, "log"));

    private Task<AgentHost> StartAsync(Func<AgentOptions, AgentOptions>? adjust = null) =>
        AgentHost.StartAsync((adjust ?? (options => options))(
        new AgentOptions(Work, [Master.Address])
        {
            Port = 0,
            Resources = "cpus:4;mem:1024;disk:1024",
            StopTasksOnExit = adjust is null
                && TestContext.CurrentContext.Test.MethodName != nameof(Executor_FindsTheNextAgent_AndNothingRunsTwice),
            Tune = settings => settings with
            {
                RegistrationBackoffFactor = TimeSpan.FromMilliseconds(20),
                // A machine under load starts a Python program slowly.
                ExecutorReregistrationTimeout = TimeSpan.FromSeconds(15),
            },
        }));
}
