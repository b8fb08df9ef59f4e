using System.Text.Json.Nodes;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>Containers outlive the agent, and the next one finds them by their labels.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class DockerRecoveryTests(bool throughFaultySocket) : DockerTestBase(throughFaultySocket)
{
    [Test]
    public async Task RunningContainers_AreTakenOver()
    {
        var spec = Yard.Spec("echo up; while test ! -e $MESOS_SANDBOX/go; do sleep 0.05; done; exit 5",
            new DockerSettings(DockerEngine.Image) { Network = new DockerNetwork.Bridge() });
        var before = await Yard.RunAsync(spec);

        await Yard.RestartAsync(spec);

        var after = await Yard.NextAsync<AgentMessage.ContainerStarted>(spec);
        Assert.That((after.Pid, after.Addresses.Single()), Is.EqualTo((before.Pid, before.Addresses.Single())));
        await File.WriteAllTextAsync(Path.Combine(Yard.Sandbox(spec), "go"), "");
        Assert.That(await Yard.ExitAsync(spec), Is.EqualTo(new ContainerExit.Exited(5)));
        Assert.That(Yard.Output(spec), Is.EqualTo("up\n"));
    }

    [Test]
    public async Task WhatAnEarlierAgentRanInAContainer_IsEnded_AndTheContainerIsNot()
    {
        var spec = Yard.Spec("sleep 1000");
        await Yard.RunAsync(spec);
        const string sleep = "4999";
        var exec = await Engine.CallAsync(HttpMethod.Post, $"/containers/{DockerYard.Name(spec)}/exec",
            new JsonObject { ["Cmd"] = new JsonArray("sh", "-c", $"sleep {sleep} & wait"), ["AttachStdout"] = true });
        await Engine.CallAsync(HttpMethod.Post, $"/exec/{exec.GetProperty("Id").GetString()}/start", new JsonObject { ["Detach"] = true });
        await DockerYard.UntilAsync(() => DockerYard.Runs("sleep", sleep), "it");

        await Yard.RestartAsync(spec);

        await Yard.NextAsync<AgentMessage.ContainerStarted>(spec);
        await DockerYard.UntilAsync(() => !DockerYard.Runs("sleep", sleep), "its end");
        Assert.That(Yard.HasMore(spec), Is.False);
    }

    [Test]
    public async Task ContainersThatEndedMeanwhile_AreToldWithTheirLastWords()
    {
        var spec = Yard.Spec("while test ! -e $MESOS_SANDBOX/go; do sleep 0.05; done; echo last words; exit 7");
        await Yard.RunAsync(spec);
        await Yard.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(Yard.Sandbox(spec), "go"), "");
        await DockerYard.UntilAsync(async () =>
            !(await Engine.InspectAsync(DockerYard.Name(spec))).GetProperty("State").GetProperty("Running").GetBoolean(), "its end");

        await Yard.RestartAsync(spec);

        Assert.That(await Yard.ExitAsync(spec), Is.EqualTo(new ContainerExit.Exited(7)));
        Assert.That(Yard.Output(spec), Is.EqualTo("last words\n"));
    }

    [Test]
    public async Task ContainersThatNeverWere_NeverStarted()
    {
        var ran = Yard.Spec("sleep 1000");
        await Yard.RunAsync(ran);
        var never = Yard.Spec("true");

        await Yard.RestartAsync(ran, never);

        await Yard.NextAsync<AgentMessage.ContainerNeverStarted>(never);
        await Yard.NextAsync<AgentMessage.ContainerStarted>(ran);
    }

    [Test]
    public async Task AWorkDirectoryThatNeverNeededAnEngine_AsksNone()
    {
        var spec = Yard.Spec("true");

        await Yard.RestartAsync(spec);

        await Yard.NextAsync<AgentMessage.ContainerNeverStarted>(spec);
        Assert.That(Directory.Exists(Path.Combine(Yard.Work, "meta", "docker")), Is.False);
    }

    [Test]
    public async Task ContainersThatWereRemovedMeanwhile_HaveVanished()
    {
        var spec = Yard.Spec("sleep 1000");
        await Yard.RunAsync(spec);
        await Yard.StopAsync();
        await Engine.CallAsync(HttpMethod.Delete, $"/containers/{DockerYard.Name(spec)}?force=1");

        await Yard.RestartAsync(spec);

        Assert.That(await Yard.ExitAsync(spec), Is.InstanceOf<ContainerExit.Vanished>());
    }

    [Test]
    public async Task ContainersOfNobody_AreRemoved_AndThoseOfOthersStay()
    {
        var stray = Yard.Spec("sleep 1000");
        await Yard.RunAsync(stray);
        await using var other = new DockerYard(Engine.Socket);
        var others = other.Spec("sleep 1000");
        await other.RunAsync(others);

        await Yard.RestartAsync();

        await DockerYard.UntilAsync(async () => (await Engine.ContainersAsync()).SequenceEqual([DockerYard.Name(others)]),
            "the removal of the stray alone");
    }

    [Test]
    public async Task AfterAReboot_TheEndIsNotKnown_UnlessItCameBefore()
    {
        var ended = Yard.Spec("exit 3");
        await Yard.RunToEndAsync(ended);
        Yard.BootId = "another";

        await Yard.RestartAsync(ended);

        Assert.That(await Yard.ExitAsync(ended), Is.InstanceOf<ContainerExit.Vanished>(), "it ended after this machine's start");
    }

    [Test]
    public async Task Output_IsNeitherLostNorDoubled_OverManyRestarts()
    {
        const int lines = 4_000;
        var spec = Yard.Spec(
            $"i=0; while test $i -lt {lines}; do echo line $i; test $((i % 3)) = 0 && echo err $i >&2; i=$((i+1)); test $((i % 200)) = 0 && sleep 0.1; done; true");
        await Yard.RunAsync(spec);
        for (var i = 0; i < 5; i++)
        {
            await Yard.UntilOutputAsync(spec, $"line {i * 400}\n");
            await Yard.RestartAsync(spec);
        }

        // On a busy machine it may be over before the last agent looks.
        if (await Yard.NextAsync<AgentMessage>(spec) is AgentMessage.ContainerStarted)
        {
            await Yard.NextAsync<AgentMessage.ContainerExited>(spec);
        }

        Assert.That(Yard.Output(spec), Is.EqualTo(string.Concat(Enumerable.Range(0, lines).Select(i => $"line {i}\n"))));
        Assert.That(Yard.Output(spec, "stderr"),
            Is.EqualTo(string.Concat(Enumerable.Range(0, lines).Where(i => i % 3 == 0).Select(i => $"err {i}\n"))));
    }

    [Test]
    public async Task Output_IsRotated()
    {
        Yard.Isolation = new IsolationOptions { MaxLogBytes = 1_000, RotatedLogs = 2 };
        await Yard.RestartAsync();
        var spec = Yard.Spec(
            "i=0; while test $i -lt 40; do echo 0123456789012345678901234567890123456789012345678901234567890123456789 $i; sleep 0.02; i=$((i+1)); done");

        await Yard.RunToEndAsync(spec);

        // What comes at once is written at once: how many files it takes depends on how it comes.
        var files = Directory.GetFiles(Yard.Sandbox(spec), "stdout*").Select(path => Path.GetFileName(path)).Order().ToList();
        Assert.That(files, Is.SubsetOf((string[])["stdout", "stdout.1", "stdout.2"]).And.Contains("stdout.1"));
        Assert.That(string.Concat(files.AsEnumerable().Reverse().Select(file => Yard.Output(spec, file))),
            Does.EndWith(" 38\n" + string.Concat(Enumerable.Repeat("0123456789", 7)) + " 39\n"));
    }
}
