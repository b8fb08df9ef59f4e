using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Standalone;

/// <summary>
/// The containers of operators: alone, within another container, and sessions, which are processes to look around with.
///
/// <code>
///   LAUNCH ─recorded─▶ Starting ─started─▶ Running ─exited, recorded─▶ Ended ─REMOVE, or what it lay in has ended─▶ forgotten
///                          └─ launch failed ─▶ forgotten
/// </code>
///
/// Invariants: what lies in a container is killed before the container is, and never outlives it for long; a container runs at most
/// once; its end is told to whoever waits until it is removed. Sessions are the exception: nothing of them is durable, they die
/// with the agent, and their end is known to this agent only.
/// </summary>
internal sealed class OperatorContainers(AgentContext context, Func<ContainerId, ContainerSpec?> specOf) : IContainerOwner
{
    private readonly SortedDictionary<ContainerId, OperatorContainer> _sessions = [];
    private readonly ContainerWaiters _waiters = new(context);

    public ContainerWaiters Waiters => _waiters;

    /// <summary>All that are known, sessions last.</summary>
    public IEnumerable<OperatorContainer> All => context.State.OperatorContainers.All.Concat(_sessions.Values);

    public int Live => context.State.OperatorContainers.Live + _sessions.Values.Count(session => session.Ended is null);

    public OperatorContainer? Find(ContainerId container) =>
        context.State.OperatorContainers.Find(container) ?? _sessions.GetValueOrDefault(container);

    public bool Owns(ContainerId container) => Find(container) is not null;

    public IEnumerable<ContainerSpec> Recoverable() =>
        context.State.OperatorContainers.All.Where(container => container.Ended is null).Select(SpecOf);

    public ContainerSpec? SpecOf(ContainerId container) => Find(container) is { Ended: null } known ? SpecOf(known) : null;

    /// <summary>The command's containers must be new here, and what it lies in must be there.</summary>
    /// <param name="launcher">Is answered when it runs, or cannot.</param>
    public void Launch(OperatorContainerLaunched launched, ContainerSpec? sessionSpec, ConnectionId launcher)
    {
        OperatorContainer container;
        if (sessionSpec is null)
        {
            context.Record(launched);
            container = Find(new ContainerId(launched.ContainerId))!;
        }
        else
        {
            container = new OperatorContainer(launched) { Session = sessionSpec };
            _sessions.Add(container.Id, container);
        }
        container.Phase = ContainerPhase.Starting;
        container.Launcher = launcher;
        context.Do(new LaunchContainer(SpecOf(container)));
    }

    public void Started(AgentMessage.ContainerStarted started)
    {
        if (Find(started.Container) is not { Ended: null } container)
        {
            return;
        }
        container.Phase = ContainerPhase.Running;
        container.Pid = started.Pid;
        Answer(container, new ContainerReply.Done());
        // What it lay in may have ended while this one started, or while no agent ran.
        if (container.Doomed || (container.Id.Parent is { } parent && specOf(parent) is null))
        {
            Kill(container);
        }
    }

    public void LaunchFailed(AgentMessage.ContainerLaunchFailed failed)
    {
        if (Find(failed.Container) is not { Ended: null } container)
        {
            return;
        }
        Forget([container], withSandboxes: true);
        context.Do(new ForgetContainer(container.Id));
        Answer(container, new ContainerReply.Refused(ContainerRefusal.CannotLaunch, failed.Reason));
    }

    public void NeverStarted(ContainerId container)
    {
        if (Find(container) is { Ended: null } known)
        {
            End(known, ContainerTerminations.NeverStarted(container));
        }
    }

    public void Exited(AgentMessage.ContainerExited exited)
    {
        if (Find(exited.Container) is { Ended: null } container)
        {
            End(container, ContainerTerminations.Of(container.Id, exited.Exit));
        }
    }

    /// <summary>A container, whoever owns it, is over: those who wait hear of it, and what lay in it goes the same way.</summary>
    public void AfterEnd(ContainerId container, Func<OperatorContainerEnded> termination)
    {
        _waiters.Answer(container, termination);
        KillWithin(container);
        ForgetIfOver(container.Root);
    }

    /// <summary>Kills what lies in the container, the innermost first.</summary>
    public void KillWithin(ContainerId container)
    {
        foreach (var within in Within(container).Where(within => within is { Ended: null, Doomed: false }).Reverse().ToList())
        {
            Kill(within);
        }
    }

    /// <summary>Kills again what did not die of it: a process may be in an uninterruptible wait.</summary>
    public void KillDue(ContainerId container)
    {
        if (Find(container) is { Ended: null } known)
        {
            Kill(known);
        }
    }

    public void CheckInvariants()
    {
        foreach (var container in All)
        {
            Invariant.Check(container.Ended is null == (container.Phase != ContainerPhase.Ended),
                "a container of an operator has ended exactly when its end is known");
        }
        Invariant.Check(Live <= context.Settings.MaxOperatorContainers, "operators' containers are bounded");
        Invariant.Check(
            All.Count(container => container.Ended is not null) <= context.Settings.MaxEndedOperatorContainers,
            "operators' ended containers are bounded");
    }

    /// <summary>As soon as it runs, and again until it has ended.</summary>
    public void Kill(OperatorContainer container)
    {
        container.Doomed = true;
        if (container.Phase == ContainerPhase.Running)
        {
            context.Do(new SignalContainer(container.Id, ContainerSignal.Kill));
            context.StartTimer(new AgentMessage.OperatorContainerKillDue(container.Id), context.Settings.KillRetry);
        }
    }

    /// <param name="withSandboxes">Else their sandboxes stay as long as the one that they lie in.</param>
    public void Forget(IReadOnlyCollection<OperatorContainer> containers, bool withSandboxes)
    {
        var removed = new OperatorContainersRemoved();
        foreach (var container in containers)
        {
            if (!_sessions.Remove(container.Id))
            {
                removed.ContainerIds.Add(container.Id.Value);
            }
            if (withSandboxes || container.Sandbox.IsAlone)
            {
                context.Do(new RemoveSandbox(container.Sandbox));
            }
        }
        if (removed.ContainerIds.Count > 0)
        {
            context.Record(removed);
        }
    }

    public IEnumerable<OperatorContainer> Within(ContainerId container) => context.State.OperatorContainers.Within(container)
        .Concat(_sessions.Values.Where(session => session.Id.IsWithin(container)))
        .OrderBy(within => within.Id);

    private static ContainerSpec SpecOf(OperatorContainer container) =>
        container.Session ?? OperatorContainerSpecs.Of(container, [], isSession: false);

    private void End(OperatorContainer container, OperatorContainerEnded ended)
    {
        if (container.Session is null)
        {
            context.Record(ended);
        }
        else
        {
            container.Ended = ended;
            container.Phase = ContainerPhase.Ended;
        }
        if (container.Doomed)
        {
            context.CancelTimer(new AgentMessage.OperatorContainerKillDue(container.Id));
        }
        context.Do(new ForgetContainer(container.Id));
        // One that was over before it was seen to run has run all the same.
        Answer(container, new ContainerReply.Done());
        ForgetOldest();
    }

    /// <summary>Keeps the ended ones within their bound; sessions, whose end nobody may come to ask for, first.</summary>
    private void ForgetOldest()
    {
        var most = context.Settings.MaxEndedOperatorContainers;
        var sessions = _sessions.Values.Count(session => session.Ended is not null);
        if (sessions + context.State.OperatorContainers.Ended.Count > most)
        {
            Forget([sessions > 0
                ? _sessions.Values.First(session => session.Ended is not null) : context.State.OperatorContainers.Ended.First()],
                    withSandboxes: false);
        }
    }

    /// <summary>Of a container of others that is over nobody asks any more what lay in it.</summary>
    private void ForgetIfOver(ContainerId root)
    {
        if (Owns(root) || specOf(root) is not null)
        {
            return;
        }
        var within = Within(root).ToList();
        if (within.Count > 0 && within.All(container => container.Ended is not null))
        {
            Forget(within, withSandboxes: false);
        }
    }

    private void Answer(OperatorContainer container, ContainerReply reply)
    {
        if (container.Launcher is { } launcher)
        {
            container.Launcher = null;
            context.Do(new ReplyContainerCall(launcher, reply));
        }
    }
}
