using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Registration;

/// <summary>
/// What the agent cannot vouch for at the moment: the engine that runs its containers, which keeps it from being offered for new work,
/// and single containers. None of it is durable: whoever finds it out says so again after a restart.
/// </summary>
internal sealed class AgentCondition(MasterLink link)
{
    /// <summary>Bounded by the containers there are: each is taken out again at its end at the latest.</summary>
    private readonly SortedDictionary<ContainerId, string> _containers = [];

    /// <summary>Why no new work can be taken; null when it can.</summary>
    public string? Problem => link.Degraded;

    public void EngineChanged(string? problem) => link.Degrade(problem);

    public void ContainerChanged(ContainerId container, string? why)
    {
        if (why is null)
        {
            _containers.Remove(container);
        }
        else
        {
            _containers[container] = why;
        }
    }

    /// <summary>Why it is not known what becomes of the container; null when it is.</summary>
    public string? Of(ContainerId container) => _containers.GetValueOrDefault(container);
}
