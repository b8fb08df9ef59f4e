using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Owns the table of the containers that are not forgotten: at most the agent's bound on tasks, executors and pods. For any thread.
/// </summary>
internal sealed class TrackedContainers
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ContainerId, TrackedContainer> _tracked = [];

    public TrackedContainer Add(ContainerSpec spec)
    {
        var container = new TrackedContainer(spec);
        lock (_lock)
        {
            _tracked[spec.Container] = container;
        }
        return container;
    }

    /// <returns>The container; null when it was not known.</returns>
    public TrackedContainer? Remove(ContainerId id)
    {
        lock (_lock)
        {
            return _tracked.Remove(id, out var container) ? container : null;
        }
    }

    /// <summary>Null when it is not known.</summary>
    public TrackedContainer? Find(ContainerId id)
    {
        lock (_lock)
        {
            return _tracked.GetValueOrDefault(id);
        }
    }

    public List<TrackedContainer> All() => Where(static _ => true);

    public List<TrackedContainer> Running() => Where(static container => container.IsRunning);

    public List<TrackedContainer> Where(Func<TrackedContainer, bool> condition)
    {
        lock (_lock)
        {
            return [.. _tracked.Values.Where(condition)];
        }
    }

    public List<TrackedContainer> Known(IReadOnlyList<ContainerId> ids)
    {
        lock (_lock)
        {
            return [.. ids.Select(id => _tracked.GetValueOrDefault(id)).OfType<TrackedContainer>()];
        }
    }

    /// <summary>Whether a container has that control group, joins it, or is within it.</summary>
    public bool IsGroupNeeded(ContainerId group)
    {
        lock (_lock)
        {
            return _tracked.ContainsKey(group) || _tracked.Values.Any(other => other.Spec.Joins == group || other.Id.IsWithin(group));
        }
    }
}
