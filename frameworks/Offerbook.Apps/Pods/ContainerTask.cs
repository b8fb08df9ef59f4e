using Mesos.V1;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Pods;

/// <summary>The newest task of one container of a pod's instance.</summary>
/// <param name="Since">When <paramref name="Condition"/> began.</param>
public sealed record ContainerTask(string Name, Condition Condition, Timestamp Since)
{
    /// <summary>The master's last word; null before the first update.</summary>
    public TaskState? MesosState { get; init; }

    public Timestamp? StagedAt { get; init; }

    public Timestamp? StartedAt { get; init; }

    /// <summary>What the agent's health check says; null: nothing yet.</summary>
    public bool? Healthy { get; init; }

    /// <summary>What was said of the last state; bounded like <see cref="TaskFailure.MaxMessageLength"/>.</summary>
    public string Message { get; init; } = "";

    public static ContainerTask Provisioned(string name, Timestamp now) => new(name, Condition.Provisioned, now) { StagedAt = now };
}
