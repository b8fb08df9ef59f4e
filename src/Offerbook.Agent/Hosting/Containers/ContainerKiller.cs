using Microsoft.Extensions.Logging;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>Kills containers, what they leave behind, and those that belong to nobody.</summary>
internal sealed class ContainerKiller(ContainerFiles files, ContainerGroups groups, string bootId, ILogger logger) : IAsyncDisposable
{
    private readonly SessionKiller _sessions = new(groups);

    public void Kill(TrackedContainer container) =>
        KillSession(container.Record, ContainerGroups.IsOwn(container.Spec) ? container.Id : null);

    /// <summary>A container that no task claims: its launch was never made durable, or its end was and its record stayed.</summary>
    public void KillStray(ContainerId id)
    {
        if (files.Read(id) is { Status: null } record)
        {
            logger.LogWarning("Killing container {Container}, which belongs to no task.", id);
            KillSession(record, id);
        }
        files.Delete(id);
    }

    /// <summary>What the task has left in its control group, whatever session it is in.</summary>
    public void KillLeftovers(TrackedContainer container)
    {
        if (groups.IsPopulated(container.Spec))
        {
            _sessions.Kill(null, container.Id);
        }
    }

    /// <summary>Written down first, so that an agent that dies now knows later why the container ended.</summary>
    public void EndOverDisk(TrackedContainer container, double usedMegabytes, double limitMegabytes)
    {
        files.Append(container.Id, ContainerRecord.OverDiskLine(usedMegabytes, limitMegabytes));
        Kill(container);
    }

    public ValueTask DisposeAsync() => _sessions.DisposeAsync();

    private void KillSession(ContainerRecord record, ContainerId? group)
    {
        if (record.Main is { } main && record.BootId == bootId)
        {
            _sessions.Kill(main, group);
        }
    }
}
