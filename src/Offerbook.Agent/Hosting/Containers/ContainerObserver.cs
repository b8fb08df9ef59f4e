using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Agent.Hosting.Networks;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Reads a container's record and tells what has become of it: its start, exactly once, before its end. One look at a time.
/// </summary>
internal sealed class ContainerObserver(
    ContainerFiles files, ContainerEndings endings, SandboxDirectories sandboxes, ContainerKiller killer, SupervisorWatch supervisors,
    TaskTerminals terminals, JoinedNetworks networks, string bootId, Func<AgentMessage, ValueTask> post)
{
    /// <param name="scan">Whether its processes are to be looked at, and not only its record.</param>
    /// <param name="endsWait">Whether an end may be told later.</param>
    /// <returns>Whether it has ended, and that was left for later.</returns>
    public async ValueTask<bool> LookAsync(TrackedContainer container, bool scan, bool endsWait = false)
    {
        if (container.EndReported || container.AwaitsTerminal)
        {
            return false;
        }
        if (files.Read(container.Id) is not { } record)
        {
            if (endings.IsUnbegun(container, scan))
            {
                await EndAsync(container, new AgentMessage.ContainerLaunchFailed(
                    container.Id, "The task's supervisor did not come up; is the disk of the agent's work directory full?"));
            }
            return false;
        }
        container.Record = record;
        if (record.Cancelled)
        {
            container.EndReported = true;
            await post(new AgentMessage.ContainerNeverStarted(container.Id));
            return false;
        }
        if (FailureToStart(container) is { } failure)
        {
            await EndAsync(container, new AgentMessage.ContainerLaunchFailed(container.Id, failure));
            return false;
        }
        // A task may be over before its start is seen; its start is told all the same.
        if (!container.StartReported && record.Main is { } main && record.BootId == bootId
            && (record.Status is not null || (main.IsAlive && !record.IsBeingSetUp)))
        {
            container.StartReported = true;
            if (record is { Status: null, Supervisor: { } supervisor })
            {
                supervisors.TakeOver(container, supervisor);
            }
            await post(new AgentMessage.ContainerStarted(container.Id, main.Pid) { Addresses = networks.AddressesOf(container.Spec) });
        }
        if (endsWait && record.Status is not null)
        {
            return true;
        }
        if (endings.ExitOf(container, scan) is { } exit)
        {
            await EndAsync(container, new AgentMessage.ContainerExited(container.Id, exit));
        }
        return false;
    }

    private ValueTask EndAsync(TrackedContainer container, AgentMessage end)
    {
        container.EndReported = true;
        killer.KillLeftovers(container);
        if (terminals.Find(container.Id) is null)
        {
            return post(end);
        }
        // What it wrote last is in its file before its end is told. No other container waits for that.
        _ = EndTerminalAsync(container.Id, end);
        return ValueTask.CompletedTask;
    }

    private async Task EndTerminalAsync(ContainerId id, AgentMessage end)
    {
        await terminals.EndAsync(id, end is AgentMessage.ContainerExited exited
            ? exited.Exit : new ContainerExit.Vanished("It was never started"));
        await post(end);
    }

    private string? FailureToStart(TrackedContainer container) => container.Record switch
    {
        { Main: null, Status: not null, Words: var words } => $"The task's process could not be started: {words}",
        { IsBeingSetUp: true, Status: not null, Signalled: false } =>
            $"The task's process could not be set up: {sandboxes.LastLineOf(container.Spec.Sandbox, "stderr") ?? "see stderr in its sandbox"}",
        _ => null,
    };
}
