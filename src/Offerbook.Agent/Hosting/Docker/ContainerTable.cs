using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Docker;

/// <summary>The containers of an engine that are not forgotten, for many threads.</summary>
internal sealed class ContainerTable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ContainerId, DockerContainer> _containers = [];

    public DockerContainer? Find(ContainerId id)
    {
        lock (_lock)
        {
            return _containers.GetValueOrDefault(id);
        }
    }

    /// <summary>The nearest container of the engine around another.</summary>
    public DockerContainer? FindAround(ContainerId id)
    {
        for (var around = id.Parent; around is { } candidate; around = candidate.Parent)
        {
            if (Find(candidate) is { } found)
            {
                return found;
            }
        }
        return null;
    }

    public DockerContainer[] All()
    {
        lock (_lock)
        {
            return [.. _containers.Values];
        }
    }

    public void Add(DockerContainer container)
    {
        lock (_lock)
        {
            _containers[container.Id] = container;
        }
    }

    public void Remove(DockerContainer container)
    {
        lock (_lock)
        {
            _containers.Remove(container.Id);
        }
    }
}
