using System.Text.RegularExpressions;
using Mesos.V1;
using Mesos.V1.Agent;
using Offerbook.Agent.Tests.Http.Operator;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire;
using DockerInfo = Mesos.V1.ContainerInfo.Types.DockerInfo;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>
/// Tasks with terminals of their own that others attach to, as processes and in a real engine, over the agent's API and over a restart of
/// the agent.
/// </summary>
[TestFixture(MessageFormat.Json, true)]
[TestFixture(MessageFormat.Protobuf, true)]
[TestFixture(MessageFormat.Json, false)]
[TestFixture(MessageFormat.Protobuf, false)]
public sealed class DockerTerminalTests(MessageFormat format, bool inEngine)
{
    private AgentFixture _agent = null!;

    [SetUp]
    public async Task Start()
    {
        var engine = await SharedEngine.GetAsync();
        _agent = await AgentFixture.StartAsync(options =>
            options with { Docker = new DockerOptions { Enabled = true, Socket = engine.Socket } },
            "while read word; do echo got $word; stty size; done", task =>
            {
                task.Container = new ContainerInfo
                {
                    Type = ContainerInfo.Types.Type.Mesos,
                    TtyInfo = new TTYInfo { WindowSize = new TTYInfo.Types.WindowSize { Rows = 30, Columns = 100 } },
                };
                if (inEngine)
                {
                    (task.Container.Type, task.Container.Docker) = (ContainerInfo.Types.Type.Docker,
                        new DockerInfo { Image = DockerEngine.Image });
                }
            });
    }

    [TearDown]
    public async Task Stop()
    {
        await _agent.Agent.KillAllTasksAsync(TimeSpan.Zero);
        await _agent.DisposeAsync();
        await (await SharedEngine.GetAsync()).ClearAsync();
    }

    [Test]
    public async Task ATasksTerminal_IsAttachedTo_BeforeAndAfterARestartOfTheAgent()
    {
        await TypeAsync("tree", "got tree\r\n30 100\r\n", null);
        await TypeAsync("wide", "got wide\r\n40 120\r\n", new TTYInfo.Types.WindowSize { Rows = 40, Columns = 120 });

        await _agent.RestartAsync();

        await TypeAsync("later", "got later\r\n40 120\r\n", null);
    }

    private async Task TypeAsync(string word, string expected, TTYInfo.Types.WindowSize? size)
    {
        using var output = await AttachAsync();
        var (status, text) = await _agent.InputAsync(_agent.Task, format, async send =>
        {
            if (size is not null)
            {
                await send(new ProcessIO
                {
                    Type = ProcessIO.Types.Type.Control,
                    Control = new ProcessIO.Types.Control { Type = ProcessIO.Types.Control.Types.Type.TtyInfo,
                        TtyInfo = new TTYInfo { WindowSize = size } },
                });
            }
            // An engine is told of a size beside what is typed: the first lines may be answered with the old one.
            for (var lines = 1; !output.Output.ToString().Contains(expected, StringComparison.Ordinal); lines++)
            {
                await send(AgentFixture.Stdin(word + "\n"));
                await output.UntilAsync(text => Regex.Count(text, $@"got {word}\r\n\d+ \d+\r\n") >= lines, $"answer {lines} to '{word}'");
            }
        });
        Assert.That((status, text), Is.EqualTo((200, "")));
    }

    /// <summary>A restarted agent knows its containers a little later than it answers.</summary>
    private async Task<OutputReading> AttachAsync()
    {
        while (true)
        {
            var answer = await _agent.PostAsync(
                new Call { Type = Call.Types.Type.AttachContainerOutput, AttachContainerOutput = new() { ContainerId = _agent.Task } },
                format);
            if (answer.IsSuccessStatusCode)
            {
                return new OutputReading(answer, format, _agent.Timeout);
            }
            answer.Dispose();
            await Task.Delay(50, _agent.Timeout);
        }
    }
}
