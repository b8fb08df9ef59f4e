using Google.Protobuf;
using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Tasks;

namespace Offerbook.Agent.Standalone;

/// <summary>
/// The durable half of what is known of operators' containers. An event costs O(log containers), the end of one O(containers).
/// </summary>
internal sealed class OperatorContainerBook
{
    private readonly SortedDictionary<ContainerId, OperatorContainer> _containers = [];
    private readonly LinkedList<OperatorContainer> _ended = [];

    /// <summary>In the order of their ids, which has a container before what lies in it.</summary>
    public IEnumerable<OperatorContainer> All => _containers.Values;

    public int Live => _containers.Count - _ended.Count;

    /// <summary>The first that ended comes first.</summary>
    public IReadOnlyCollection<OperatorContainer> Ended => _ended;

    public OperatorContainer? Find(ContainerId container) => _containers.GetValueOrDefault(container);

    /// <summary>What lies in a container, at any depth.</summary>
    public IEnumerable<OperatorContainer> Within(ContainerId container) => _containers.Values.Where(other => other.Id.IsWithin(container));

    public void Apply(IMessage @event)
    {
        switch (@event)
        {
            case OperatorContainerLaunched launched:
                Add(launched);
                break;
            case OperatorContainerEnded ended:
                End(ended);
                break;
            case OperatorContainersRemoved removed:
                foreach (var id in removed.ContainerIds)
                {
                    Drop(_containers[new ContainerId(id)]);
                }
                break;
            default:
                Invariant.Fail($"operators' containers know no event {@event.Descriptor.Name}");
                break;
        }
    }

    /// <summary>The ended ones come first and in their order, so that a restored book forgets the same ones as this one will.</summary>
    public void Capture(AgentSnapshot snapshot)
    {
        foreach (var container in _ended.Concat(_containers.Values.Where(container => container.Ended is null)))
        {
            snapshot.OperatorContainers.Add(
                new AgentSnapshot.Types.OperatorContainer { Launched = container.Launched, Ended = container.Ended });
        }
    }

    public void Restore(AgentSnapshot snapshot)
    {
        foreach (var captured in snapshot.OperatorContainers)
        {
            Add(captured.Launched);
            if (captured.Ended is { } ended)
            {
                End(ended);
            }
        }
    }

    private void Add(OperatorContainerLaunched launched)
    {
        var container = new OperatorContainer(launched);
        _containers.Add(container.Id, container);
    }

    private void End(OperatorContainerEnded ended)
    {
        var container = _containers[new ContainerId(ended.ContainerId)];
        Invariant.Check(container.Ended is null, "a container of an operator ends once");
        container.Ended = ended;
        container.Phase = ContainerPhase.Ended;
        _ended.AddLast(container);
    }

    private void Drop(OperatorContainer container)
    {
        _containers.Remove(container.Id);
        _ended.Remove(container);
    }
}
