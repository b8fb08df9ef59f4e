using Mesos.V1;
using Mesos.V1.Agent;
using Offerbook.Wire;

namespace Offerbook.Agent.Tests.Http.Operator;

/// <summary>What a client may do with a session, whoever runs the container it is in.</summary>
internal static class SessionScripts
{
    /// <summary>What is typed comes back at once, and the end of the input ends the program.</summary>
    public static async Task TypeAndEndAsync(this AgentFixture agent, MessageFormat format, string name)
    {
        using var session = await agent.SessionAsync(format, name, new CommandInfo { Value = "cat; echo over" });

        var input = await agent.InputAsync(agent.Nested(name), format, async send =>
        {
            await send(AgentFixture.Stdin("hello\n"));
            await session.UntilAsync("hello\n");
            await send(AgentFixture.Stdin(""));
            await session.UntilAsync("over\n");
        });

        Assert.That(input, Is.EqualTo((200, "")));
        Assert.That((await session.ToEndAsync()).Output.ToString(), Is.EqualTo("hello\nover\n"));
    }

    /// <summary>A program at a terminal hears of its new size, and ends with 3 when it is interrupted.</summary>
    /// <param name="stty">The command that tells the size of the terminal.</param>
    public static async Task ResizeAndInterruptAsync(this AgentFixture agent, MessageFormat format, string name, string stty)
    {
        using var session = await agent.SessionAsync(format, name, new CommandInfo
        {
            Value = $"trap '{stty} size' WINCH; trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.05; done",
        }, terminal: true);

        await agent.InputAsync(agent.Nested(name), format, async send =>
        {
            await session.UntilAsync("ready");
            await send(new ProcessIO
            {
                Type = ProcessIO.Types.Type.Control,
                Control = new ProcessIO.Types.Control
                {
                    Type = ProcessIO.Types.Control.Types.Type.TtyInfo,
                    TtyInfo = new TTYInfo { WindowSize = new TTYInfo.Types.WindowSize { Rows = 11, Columns = 22 } },
                },
            });
            await session.UntilAsync("11 22");
            await send(AgentFixture.Stdin("\u0003"));
            await session.UntilAsync("caught");
        });
        await session.ToEndAsync();
    }
}
