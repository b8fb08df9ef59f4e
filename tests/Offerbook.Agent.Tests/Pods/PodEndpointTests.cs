using Mesos.V1;
using Mesos.V1.Agent;
using Newtonsoft.Json.Linq;
using Offerbook.Agent.Tests.Http.Operator;
using Offerbook.Wire;
using CallType = Mesos.V1.Agent.Call.Types.Type;

namespace Offerbook.Agent.Tests.Pods;

/// <summary>How a pod with real processes looks to operators and tools, in both content types (cases 182 and 192).</summary>
[TestFixture(MessageFormat.Json)]
[TestFixture(MessageFormat.Protobuf)]
[Category("case 192")]
public sealed class PodEndpointTests(MessageFormat format)
{
    private AgentFixture _agent = null!;
    private ContainerID _server = null!;
    private ContainerID _log = null!;

    private string Pod => $"{_agent.Work}/slaves/m1-S0/frameworks/f1/executors/pod/runs/{_server.Parent.Value}";

    [OneTimeSetUp]
    public async System.Threading.Tasks.Task Start()
    {
        _agent = await AgentFixture.StartAsync();
        _agent.Master.Send(PodBench.Launch(PodBench.Info(), true,
            Small("server", "echo serving; exec sleep 1000"), Small("log", "echo logging; exec sleep 1000"), Small("short", "echo over")));
        _server = (await _agent.Master.StateAsync("server", TaskState.TaskRunning)).ContainerStatus.ContainerId;
        _log = (await _agent.Master.StateAsync("log", TaskState.TaskRunning)).ContainerStatus.ContainerId;
        await _agent.Master.StateAsync("short", TaskState.TaskFinished);
        foreach (var id in new[] { _server, _log })
        {
            await Support.Patiently.Until(() =>
                new System.IO.FileInfo($"{Pod}/containers/{id.Value}/stdout") is { Exists: true, Length: > 0 }, "each has written a line");
        }
    }

    private static TaskInfo Small(string id, string command) => Support.Make.Task(id, command, "cpus:0.1;mem:32");

    [OneTimeTearDown]
    public async System.Threading.Tasks.Task Stop()
    {
        await _agent.Agent.KillAllTasksAsync(TimeSpan.Zero);
        await _agent.DisposeAsync();
    }

    [Test]
    public async System.Threading.Tasks.Task GetContainers_ShowsThePod_AndItsTasksWhenAsked()
    {
        var hidden = await _agent.AskAsync(new Call { Type = CallType.GetContainers }, format);
        var shown = await _agent.AskAsync(new Call { Type = CallType.GetContainers, GetContainers = new() { ShowNested = true } }, format);

        var pod = hidden.GetContainers.Containers.Single(container => container.ExecutorId.Value == "pod");
        Assert.That((pod.ContainerId.Value, pod.ContainerStatus.ContainerId), Is.EqualTo((_server.Parent.Value, _server.Parent)));
        var within = shown.GetContainers.Containers.Where(container => container.ExecutorId.Value == "pod"
            && container.ContainerStatus.ContainerId.Parent is not null).ToList();
        Assert.That(within.Select(container => container.ContainerStatus.ContainerId), Is.EquivalentTo(new[] { _server, _log }),
            "what is over is not shown");
        Assert.That(within, Has.All.Matches<Response.Types.GetContainers.Types.Container>(container =>
            container!.ContainerStatus.ExecutorPid > 1 && container.FrameworkId.Value == "f1" && container.ContainerId.Parent is null));
    }

    [Test]
    public async System.Threading.Tasks.Task Containers_ShowsTheSame()
    {
        var hidden = JArray.Parse(await _agent.Http.GetStringAsync("/containers?framework_id=f1&executor_id=pod"));
        var shown = JArray.Parse(await _agent.Http.GetStringAsync("/containers?framework_id=f1&executor_id=pod&show_nested=true"));

        Assert.That(hidden.Select(entry => (string?)entry["container_id"]), Is.EqualTo(new[] { _server.Parent.Value }));
        Assert.That(shown.Select(entry => (string?)entry["container_id"]), Is.EquivalentTo(new[]
        {
            _server.Parent.Value, $"{_server.Parent.Value}.{_server.Value}", $"{_log.Parent.Value}.{_log.Value}",
        }));
        var server = shown.Single(entry => entry["container_id"]!.ToString().EndsWith(_server.Value, StringComparison.Ordinal));
        Assert.That((string?)server.SelectToken("status.container_id.parent.value"), Is.EqualTo(_server.Parent.Value));
    }

    [Test]
    public async System.Threading.Tasks.Task GetTasks_ShowsEachTaskUnderItsExecutor()
    {
        var tasks = (await _agent.AskAsync(new Call { Type = CallType.GetTasks }, format)).GetTasks;
        var executors = (await _agent.AskAsync(new Call { Type = CallType.GetExecutors }, format)).GetExecutors;

        Assert.That(tasks.LaunchedTasks.Where(task => task.ExecutorId?.Value == "pod").Select(task => task.TaskId.Value),
            Is.EquivalentTo(new[] { "server", "log" }));
        Assert.That(tasks.CompletedTasks.Concat(tasks.TerminatedTasks).Select(task => task.TaskId.Value), Does.Contain("short"));
        Assert.That(executors.Executors.Single(executor => executor.ExecutorInfo.ExecutorId.Value == "pod").ExecutorInfo.Type,
            Is.EqualTo(ExecutorInfo.Types.Type.Default));
    }

    [TestCase("server", "serving\n")]
    [TestCase("log", "logging\n")]
    [TestCase("short", "over\n")]
    public async System.Threading.Tasks.Task Sandbox_OfATask_IsFoundByItsName(string task, string wrote)
    {
        foreach (var path in new[]
            { "/frameworks/f1/executors/pod/runs/latest", $"/frameworks/f1/executors/pod/runs/{_server.Parent.Value}", Pod })
        {
            var own = $"{path}/tasks/{task}";
            var listed = await _agent.AskAsync(new Call { Type = CallType.ListFiles, ListFiles = new() { Path = own } }, format);
            Assert.That(listed.ListFiles.FileInfos.Select(file => file.Path), Is.SupersetOf(new[] { own + "/stdout", own + "/stderr" }));
            var read = await _agent.AskAsync(
                new Call { Type = CallType.ReadFile, ReadFile = new() { Path = own + "/stdout", Offset = 0 } }, format);
            Assert.That(read.ReadFile.Data.ToStringUtf8(), Is.EqualTo(wrote));
            var browsed = JArray.Parse(await _agent.Http.GetStringAsync("/files/browse?path=" + own));
            Assert.That(browsed.Select(entry => (string?)entry["path"]), Is.SupersetOf(new[] { own + "/stdout", own + "/stderr" }));
            Assert.That((string?)JObject.Parse(await _agent.Http.GetStringAsync($"/files/read?path={own}/stdout&offset=0"))["data"],
                Is.EqualTo(wrote));
            Assert.That(await _agent.Http.GetStringAsync($"/files/download?path={own}/stdout"), Is.EqualTo(wrote));
        }
    }

    [TestCase("/frameworks/f1/executors/pod/runs/latest/tasks/none")]
    [TestCase("/frameworks/f1/executors/none/runs/latest/tasks/server")]
    [TestCase("/frameworks/f1/executors/pod/runs/none/tasks/server")]
    [TestCase("/frameworks/f1/executors/pod/runs/latest/tasks/server/../../../../../../../../../meta")]
    [TestCase("/frameworks/f1/executors/runs/runs/latest/tasks/runs")]
    public async System.Threading.Tasks.Task Sandbox_ThatIsNone_IsNotFound(string path)
    {
        Assert.That((await _agent.AnswerAsync(new Call { Type = CallType.ListFiles, ListFiles = new() { Path = path } }, format)).Status,
            Is.EqualTo(404));
        using var answer = await _agent.Http.GetAsync("/files/browse?path=" + Uri.EscapeDataString(path));
        Assert.That((int)answer.StatusCode, Is.EqualTo(404));
    }
}
