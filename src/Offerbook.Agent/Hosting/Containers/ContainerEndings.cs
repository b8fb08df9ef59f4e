using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>Judges from a container's record and its supervisor whether it has ended, or will never begin, and how.</summary>
internal sealed class ContainerEndings(ContainerFiles files, ContainerGroups groups, string bootId)
{
    /// <summary>15 s: a machine so loaded that a supervisor takes longer to begin is better off with one task less.</summary>
    private const int ScansUntilUnbegun = 5;

    /// <summary>Two in a row: a record that is just being begun must not be taken for an abandoned one.</summary>
    private const int ScansUntilVanished = 2;

    /// <param name="scan">Whether its processes are to be looked at, and not only its record.</param>
    /// <returns>Null while it runs.</returns>
    public ContainerExit? ExitOf(TrackedContainer container, bool scan)
    {
        var record = container.Record;
        if (record.Status is { } status)
        {
            if ((record.Over ?? groups.Overuse(container.Spec, record.Signalled && status == 128 + Native.Kill)?.ToExit()) is { } over)
            {
                return over;
            }
            return record.Signalled ? new ContainerExit.Signaled(status - 128) : new ContainerExit.Exited(status);
        }
        if (record.BootId is not null && record.BootId != bootId)
        {
            return new ContainerExit.Vanished("The machine was restarted while the task ran; its exit status is not known");
        }
        if (!scan || record.Supervisor is { IsAlive: true } || record.Main is { IsAlive: true })
        {
            container.AbandonedScans = 0;
            return null;
        }
        return ++container.AbandonedScans < ScansUntilVanished
            ? null
            : new ContainerExit.Vanished("The task's supervisor was killed before it could record the exit status");
    }

    /// <summary>
    /// A supervisor that was started but never began its record (no memory, no disk): nothing runs, and once this has said so, nothing
    /// will.
    /// </summary>
    public bool IsUnbegun(TrackedContainer container, bool scan) =>
        scan && container.Launched && ++container.AbandonedScans >= ScansUntilUnbegun && files.TryCancel(container.Id);
}
