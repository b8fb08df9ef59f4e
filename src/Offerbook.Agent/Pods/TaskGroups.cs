using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.StatusUpdates;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Pods;

/// <summary>
/// Task groups under the default executor, as the rest of the core sees them. The agent itself is that executor: there is no program.
///
/// <code>
///   LAUNCH_GROUP ─▶ PodLaunch ─▶ PodLife ─▶ LaunchContainer(holder) … ContainerStarted ─▶ TaskLife: a container in the holder for each
/// task
/// </code>
/// </summary>
internal sealed class TaskGroups
{
    private readonly AgentContext _context;
    private readonly PodLife _life;
    private readonly PodLaunch _launch;

    public TaskGroups(AgentContext context, StatusMaker statuses, TaskKiller killer, TaskChecks checks, TaskLife life,
        ResourceLedger ledger, CustomExecutors executors)
    {
        _context = context;
        _life = new PodLife(context, life, killer, checks, statuses, ledger, executors.Exits);
        _launch = new PodLaunch(context, _life, life, ledger, executors);
        Containers = new PodContainers(context, _life, ledger);
        life.Ended = _life.TaskEnded;
    }

    public IContainerOwner Containers { get; }

    public void Launch(ExecutorOrder order) => _launch.Launch(order);

    public void Kill(AgentTask task, KillCause cause, TimeSpan? grace) => _life.Kill(task, cause, grace);

    /// <returns>Whether there is such a pod.</returns>
    public bool ShutDown(ExecutorKey key)
    {
        if (_context.State.Executors.Find(key) is not { Kind: ExecutorKind.Default } pod)
        {
            return false;
        }
        _life.ShutDown(pod, KillCause.Framework);
        return true;
    }

    public void ShutDownOf(FrameworkId framework)
    {
        foreach (var pod in _context.State.Executors.Of(framework).Where(executor => executor.Kind == ExecutorKind.Default))
        {
            _life.ShutDown(pod, KillCause.Shutdown);
        }
    }
}
