using Mesos.V1;
using Mesos.V1.Agent;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire;
using CallType = Mesos.V1.Agent.Call.Types.Type;

namespace Offerbook.Agent.Tests.Http.Operator;

/// <summary>LAUNCH, WAIT, KILL, REMOVE and GET_CONTAINERS over HTTP with real processes, in both content types (case 182).</summary>
[TestFixture(MessageFormat.Json)]
[TestFixture(MessageFormat.Protobuf)]
[Category("case 182")]
internal sealed class ContainerCallTests(MessageFormat format) : OneAgentTests
{
    [Test]
    public async System.Threading.Tasks.Task Standalone_LivesItsLife()
    {
        var id = new ContainerID { Value = "alone" };
        Assert.That(await LaunchAsync(id, "echo here; sleep 0.2; exit 3"), Is.EqualTo((200, "")));
        Assert.That(await LaunchAsync(id, "true"), Is.EqualTo((202, "")));
        Assert.That((await RemoveAsync(id)).Status, Is.EqualTo(500));

        var ended = await WaitAsync(id);

        Assert.That(ended.ExitStatus, Is.EqualTo(3 << 8));
        Assert.That(await File.ReadAllTextAsync($"{Agent.Work}/containers/alone/stdout"), Is.EqualTo("here\n"));
        Assert.That(await RemoveAsync(id), Is.EqualTo((200, "")));
        Assert.That(() => Directory.Exists($"{Agent.Work}/containers/alone"), Is.False.After(10_000, 20));
        Assert.That(await Agent.AnswerAsync(new Call { Type = CallType.WaitContainer, WaitContainer = new() { ContainerId = id } }, format),
            Is.EqualTo((404, "Container alone cannot be found")));
    }

    [Test]
    public async System.Threading.Tasks.Task Nested_LivesInItsTask_AndIsListed()
    {
        var id = Agent.Nested("inner");
        await LaunchAsync(id, "pwd; exec sleep 1000");

        var hidden = await Agent.AskAsync(new Call { Type = CallType.GetContainers }, format);
        var shown = await Agent.AskAsync(new Call { Type = CallType.GetContainers, GetContainers = new() { ShowNested = true } }, format);

        Assert.That(hidden.GetContainers.Containers.Select(container => container.ContainerId.Value),
            Is.EqualTo(new[] { Agent.Task.Value }));
        var nested = shown.GetContainers.Containers.Single(container => container.ContainerId.Value == "inner");
        Assert.That(nested.ContainerId.Parent, Is.Null);
        Assert.That(nested.ContainerStatus.ContainerId, Is.EqualTo(id));
        Assert.That(nested.ContainerStatus.ExecutorPid, Is.GreaterThan(1));
        Assert.That(nested.ExecutorId.Value, Is.EqualTo("runs"));
        var output = $"{Agent.Work}/slaves/m1-S0/frameworks/f1/executors/runs/runs/latest/containers/inner/stdout";
        await Patiently.Until(() => File.ReadAllText(output).EndsWith("/containers/inner\n", StringComparison.Ordinal),
            "it says where it works");

        Assert.That(await KillAsync(id, null), Is.EqualTo((200, "")));
        Assert.That((await WaitAsync(id)).ExitStatus, Is.EqualTo(9));
        Assert.That((await KillAsync(id, null)).Status, Is.EqualTo(404));
        Assert.That(await RemoveAsync(id), Is.EqualTo((200, "")));
    }

    [Test]
    public async System.Threading.Tasks.Task Kill_WithASignal_PassesItOn()
    {
        var id = new ContainerID { Value = "signalled" };
        await LaunchAsync(id, "trap 'exit 5' USR1; echo ready; while :; do sleep 0.02; done");
        Assert.That(() => File.Exists($"{Agent.Work}/containers/signalled/stdout")
            && new System.IO.FileInfo($"{Agent.Work}/containers/signalled/stdout").Length > 0, Is.True.After(10_000, 20));

        Assert.That(await KillAsync(id, 10), Is.EqualTo((200, "")));

        Assert.That((await WaitAsync(id)).ExitStatus, Is.EqualTo(5 << 8));
        await RemoveAsync(id);
    }

    [Test]
    public async System.Threading.Tasks.Task Containers_OutliveTheAgent()
    {
        var id = new ContainerID { Value = "stays" };
        await LaunchAsync(id, "while [ ! -e go ]; do sleep 0.02; done; exit 6");

        await Agent.RestartAsync();
        await File.WriteAllTextAsync($"{Agent.Work}/containers/stays/go", "");

        Assert.That((await WaitAsync(id)).ExitStatus, Is.EqualTo(6 << 8));
        await RemoveAsync(id);
    }

    [Test]
    public async System.Threading.Tasks.Task Wait_OfATask_OlderForms_AreTheSame()
    {
        var id = Agent.Nested("older");
        var launched = await Agent.AnswerAsync(new Call
        {
            Type = CallType.LaunchNestedContainer,
            LaunchNestedContainer = new() { ContainerId = id, Command = new CommandInfo { Value = "exit 4" } },
        }, format);
        Assert.That(launched, Is.EqualTo((200, "")));

        var wait = await Agent.AskAsync(new Call { Type = CallType.WaitNestedContainer, WaitNestedContainer = new() { ContainerId = id } },
            format);

        Assert.That((wait.Type, wait.WaitNestedContainer.ExitStatus), Is.EqualTo((Response.Types.Type.WaitNestedContainer, 4 << 8)));
        Assert.That(
            await Agent.AnswerAsync(new Call { Type = CallType.RemoveNestedContainer, RemoveNestedContainer = new() { ContainerId = id } },
                format), Is.EqualTo((200, "")));
        Assert.That(
            (await Agent.AnswerAsync(new Call { Type = CallType.KillNestedContainer, KillNestedContainer = new() { ContainerId = id } },
                format)).Status, Is.EqualTo(404));
    }

    [TestCase("a.b", "invalid characters")]
    [TestCase("a b", "invalid characters")]
    [TestCase("../x", "invalid characters")]
    [TestCase("", "must not be empty")]
    public async System.Threading.Tasks.Task Launch_WithABadId_IsRefused(string id, string text)
    {
        var (status, said) = await LaunchAsync(new ContainerID { Value = id }, "true");

        Assert.That(status, Is.EqualTo(400));
        Assert.That(said, Does.Contain(text));
    }

    [TestCase("reserved", "'launch_container.resources' must be unreserved")]
    [TestCase(null, "'launch_container' is invalid: containers without a parent cannot set 'share_cgroups' to 'true'")]
    public async System.Threading.Tasks.Task Launch_Alone_WithWhatOnlyNestedOnesMayHave_IsRefused(string? reserved, string text)
    {
        var launch = new Call.Types.LaunchContainer { ContainerId = new ContainerID { Value = "bad" },
            Command = new CommandInfo { Value = "true" } };
        if (reserved is null)
        {
            launch.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos,
                LinuxInfo = new LinuxInfo { ShareCgroups = true } };
        }
        else
        {
            launch.Resources.Add(new Resource
            {
                Name = "cpus", Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = 1 }, Role = "role",
            });
        }

        Assert.That(await Agent.AnswerAsync(new Call { Type = CallType.LaunchContainer, LaunchContainer = launch }, format),
            Is.EqualTo((400, "Failed to validate agent::Call: " + text)));
    }

    private Task<(int Status, string Text)> LaunchAsync(ContainerID id, string line) => Agent.AnswerAsync(new Call
    {
        Type = CallType.LaunchContainer, LaunchContainer = new() { ContainerId = id, Command = new CommandInfo { Value = line } },
    }, format);

    private async Task<Response.Types.WaitContainer> WaitAsync(ContainerID id) =>
        (await Agent.AskAsync(new Call { Type = CallType.WaitContainer, WaitContainer = new() { ContainerId = id } }, format))
            .WaitContainer;

    private Task<(int Status, string Text)> KillAsync(ContainerID id, int? signal)
    {
        var kill = new Call.Types.KillContainer { ContainerId = id };
        if (signal is { } number)
        {
            kill.Signal = number;
        }
        return Agent.AnswerAsync(new Call { Type = CallType.KillContainer, KillContainer = kill }, format);
    }

    private Task<(int Status, string Text)> RemoveAsync(ContainerID id) =>
        Agent.AnswerAsync(new Call { Type = CallType.RemoveContainer, RemoveContainer = new() { ContainerId = id } }, format);
}
