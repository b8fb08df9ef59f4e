using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Standalone;

/// <summary>Who waits for the end of which container, whoever owns it. Bounded by the connections that the server takes.</summary>
internal sealed class ContainerWaiters(AgentContext context)
{
    private readonly SortedDictionary<ContainerId, List<ConnectionId>> _byContainer = [];
    private readonly SortedDictionary<ConnectionId, ContainerId> _byConnection = [];

    public void Add(ContainerId container, ConnectionId connection)
    {
        if (!_byContainer.TryGetValue(container, out var waiting))
        {
            _byContainer.Add(container, waiting = []);
        }
        waiting.Add(connection);
        _byConnection[connection] = container;
    }

    public void Abandon(ConnectionId connection)
    {
        if (_byConnection.Remove(connection, out var container))
        {
            var waiting = _byContainer[container];
            waiting.Remove(connection);
            if (waiting.Count == 0)
            {
                _byContainer.Remove(container);
            }
        }
    }

    public void Answer(ContainerId container, Func<OperatorContainerEnded> termination)
    {
        if (!_byContainer.Remove(container, out var waiting))
        {
            return;
        }
        var ended = new ContainerReply.Ended(termination());
        foreach (var connection in waiting)
        {
            _byConnection.Remove(connection);
            context.Do(new ReplyContainerCall(connection, ended));
        }
    }
}
