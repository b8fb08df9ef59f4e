using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Standalone;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Tests.Standalone;

/// <summary>Gives each test a registered agent's core, and the words of an operator who asks it for containers.</summary>
internal abstract class OperatorContainers
{
    protected static readonly ContainerId Alone = new("alone");

    private long _connection;

    protected Bench Agent { get; private set; } = null!;

    [SetUp]
    public void Open() => Agent = new Bench().Register();

    protected static ContainerCall.Launch Launch(ContainerId container) => new(container, new CommandInfo { Value = "sleep 1000" });

    protected void Start(ContainerId container)
    {
        Call(Launch(container));
        Agent.Tell(new AgentMessage.ContainerStarted(container, 7));
    }

    protected void End(ContainerId container, ContainerExit exit) => Agent.Tell(new AgentMessage.ContainerExited(container, exit));

    protected ConnectionId Call(ContainerCall call)
    {
        var connection = new ConnectionId(++_connection);
        Agent.Tell(new AgentMessage.ContainerCallReceived(connection, call));
        return connection;
    }

    protected ContainerReply? Reply(ConnectionId connection) =>
        Agent.Effects<ReplyContainerCall>().SingleOrDefault(reply => reply.Connection == connection)?.Reply;

    protected OperatorContainerEnded Ended(ConnectionId connection) => ((ContainerReply.Ended)Reply(connection)!).Termination;
}
