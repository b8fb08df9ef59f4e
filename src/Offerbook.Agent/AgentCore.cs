using Offerbook.Actors;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Executors;
using Offerbook.Agent.Operations;
using Offerbook.Agent.Pods;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Registration;
using Offerbook.Agent.Sandbox;
using Offerbook.Agent.Standalone;
using Offerbook.Agent.StatusUpdates;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent;

/// <summary>
/// Where an agent decides. It hears the master, the containers and timers (<see cref="AgentMessage"/>) and asks for connections,
/// containers, signals and probes (AgentEffects). Its durable state is <see cref="AgentState"/>; the parts below decide the events.
///
/// <code>
///   master ──▶ MasterLink ──▶ TaskLife ──▶ LaunchContainer … ContainerStarted, ContainerExited ──▶ TaskLife
///                                │  └─▶ TaskChecks ──▶ RunCheck … CheckFinished ──▶ TaskKiller ──▶ SignalContainer
///                                └─▶ UpdateStreams ──▶ CallMaster(UPDATE) … ACKNOWLEDGE ──▶ SandboxKeeper
/// </code>
///
/// Start: the journal is replayed, every container that should exist is asked for, and only when all have answered does the
/// agent register, so that the master is told the truth once.
/// </summary>
public sealed class AgentCore : IDurableCore<AgentMessage>
{
    private readonly AgentContext _context;
    private readonly MasterLink _link;
    private readonly MasterTerms _terms;
    private readonly UpdateStreams _updates;
    private readonly TaskKiller _killer;
    private readonly TaskChecks _checks;
    private readonly TaskLife _life;
    private readonly MasterOrders _orders;
    private readonly CustomExecutors _executors;
    private readonly IContainerOwner[] _owners;
    private readonly OperatorContainers _operatorContainers;
    private readonly ContainerCalls _containerCalls;
    private readonly SandboxKeeper _sandboxes;
    private readonly OperationUpdates _operationUpdates;
    private readonly AgentOperations _operations;
    private readonly AgentCondition _condition;
    private readonly SortedSet<ContainerId> _recovering = [];
    private readonly List<ConnectionId> _awaitingEnd = [];
    private TimeSpan _recoveryBegan;
    private TimeSpan? _recoveryTook;

    public AgentCore(AgentSettings settings, SeededRandom random)
    {
        _context = new AgentContext(settings, random);
        _link = new MasterLink(_context);
        _terms = new MasterTerms(_context);
        _condition = new AgentCondition(_link);
        var statuses = new StatusMaker(_context);
        _updates = new UpdateStreams(_context, _link);
        _killer = new TaskKiller(_context, statuses, _updates);
        _checks = new TaskChecks(_context, statuses, _updates, _killer);
        var ledger = new ResourceLedger(_context);
        _operationUpdates = new OperationUpdates(_context, _link);
        _operations = new AgentOperations(_context, _link, _operationUpdates);
        _life = new TaskLife(_context, statuses, _updates, _killer, _checks, ledger);
        _operatorContainers = new OperatorContainers(_context, SpecOf);
        _containerCalls = new ContainerCalls(_context, _operatorContainers, SpecOf);
        _context.BeforeSignal = _operatorContainers.KillWithin;
        _executors = new CustomExecutors(_context, _link, statuses, _updates, _killer, _life, ledger, () => _recovering.Count > 0);
        var groups = new TaskGroups(_context, statuses, _killer, _checks, _life, ledger, _executors);
        _owners = [groups.Containers, new TaskContainers(_context, _life, ledger), _executors.Containers, _operatorContainers];
        _orders = new MasterOrders(_context, _link, statuses, _updates, _killer, _checks, _life, _operations, _operationUpdates,
            _executors, groups);
        _sandboxes = new SandboxKeeper(_context);
    }

    public string PersistenceId => _context.Settings.PersistenceId;

    public void Recover(Storage.Recovery recovery, Now now, Effects effects)
    {
        _recoveryBegan = now.Elapsed;
        _context.BeginTurn(now, effects);
        _context.Replay(recovery);
        if (_context.State.Operations.Problem is { } problem)
        {
            throw new AgentStartException(
                $"The agent's resources cannot hold what was reserved and created on it: {problem}. Start it with resources that do, "
                + $"or begin with a new work directory. Reservations and volumes: {_context.State.Operations.Checkpointed}");
        }
        if (_context.IsAfterRestart)
        {
            // Before the new life of the machine is written down.
            MachineLife.Bury(_context);
        }
        Reconfiguration.Examine(_context);
        var wanted = _owners.SelectMany(owner => owner.Recoverable()).ToList();
        _recovering.UnionWith(wanted.Select(spec => spec.Container));
        _context.Do(new RecoverContainers(wanted));
        _sandboxes.Start();
        _operations.Start();
        ProceedIfRecovered();
        _context.EndTurn();
    }

    public void Handle(AgentMessage message, Now now, Effects effects)
    {
        _context.BeginTurn(now, effects);
        Take(message);
        AnswerIfAllEnded();
        _context.EndTurn();
    }

    public AgentView View() => AgentViews.Of(_context.State, _link, _context.Settings, _recovering.Count > 0,
        _executors.CountIn(_life.Counters with { UpdatesAccepted = _updates.Accepted, RegistrationAttempts = _link.Attempts }),
        _context.Oversubscribed, _condition) with
    {
        RecoveryTime = _recoveryTook ?? TimeSpan.Zero,
        SandboxMaxAllowedAge = _sandboxes.MaxAllowedAge,
        OperatorContainers = [.. _operatorContainers.All.Select(container => container.View())],
    };

    /// <summary>What must hold between any two turns.</summary>
    /// <exception cref="InvariantViolationException">It does not.</exception>
    public void CheckInvariants()
    {
        AgentInvariants.Check(_context.State);
        OperationInvariants.Check(_context.State.Operations, _context.Settings);
        _operatorContainers.CheckInvariants();
    }

    /// <summary>The durable state as it would be saved; equal states give equal bytes.</summary>
    public byte[] CaptureState() => Google.Protobuf.MessageExtensions.ToByteArray(AgentSnapshots.Capture(_context.State));

    private void Take(AgentMessage heard)
    {
        switch (heard)
        {
            case AgentMessage.MasterEventReceived received:
                if (!_link.IsCurrent(received.Connection))
                {
                    break;
                }
                if (_terms.IsDeposed(received.Event))
                {
                    LoseMaster(received.Connection);
                }
                else
                {
                    Obey(received.Event);
                }
                break;
            case AgentMessage.MasterConnectionEnded ended:
                LoseMaster(ended.Connection);
                break;
            case AgentMessage.MasterCallFailed failed:
                LoseMaster(failed.Connection);
                break;
            case AgentMessage.SubscribeTimedOut timedOut:
                LoseMaster(timedOut.Connection);
                break;
            case AgentMessage.PingTimedOut timedOut:
                LoseMaster(timedOut.Connection);
                break;
            case AgentMessage.MasterElected when _link.IsWanted:
                _updates.Pause();
                _operationUpdates.Pause();
                _link.BeginAnew();
                break;
            case AgentMessage.MasterElected:
                break;
            case AgentMessage.RegistrationBackedOff:
                _link.Connect();
                break;
            case AgentMessage.ContainerStarted started:
                OnContainer(started.Container, owner => owner.Started(started));
                break;
            case AgentMessage.ContainerLaunchFailed failed:
                OnContainer(failed.Container, owner => owner.LaunchFailed(failed));
                _operatorContainers.AfterEnd(failed.Container, () => ContainerTerminations.LaunchFailed(failed.Container, failed.Reason));
                break;
            case AgentMessage.ContainerExited exited:
                OnContainer(exited.Container, owner => owner.Exited(exited));
                _operatorContainers.AfterEnd(exited.Container, () => ContainerTerminations.Of(exited.Container, exited.Exit));
                break;
            case AgentMessage.ContainerNeverStarted never when _context.IsAfterRestart:
                // What was written down of it may be gone, too.
                Take(new AgentMessage.ContainerExited(never.Container, new ContainerExit.Vanished(
                    "The machine was restarted; whether the task had begun is not known")));
                break;
            case AgentMessage.ContainerNeverStarted never:
                OnContainer(never.Container, owner => owner.NeverStarted(never.Container));
                _operatorContainers.AfterEnd(never.Container, () => ContainerTerminations.NeverStarted(never.Container));
                break;
            case AgentMessage.OfExecutor message:
                _executors.Take(message);
                break;
            case AgentMessage.CheckFinished finished:
                _checks.Finished(finished);
                break;
            case AgentMessage.VolumesReady ready:
                _operations.VolumesReady(ready.Operation, ready.Problem);
                break;
            case AgentMessage.RevocableEstimated estimated:
                _operations.Oversubscribe(estimated.Resources);
                break;
            case AgentMessage.EngineChanged changed:
                _condition.EngineChanged(changed.Problem);
                break;
            case AgentMessage.ContainerDegraded degraded:
                _condition.ContainerChanged(degraded.Container, degraded.Why);
                break;
            case AgentMessage.OperationRetryDue due:
                _operationUpdates.Retry(due.Operation);
                break;
            case AgentMessage.QueryView query:
                _context.Do(new ReplyView(query.Connection, View()));
                break;
            case AgentMessage.KillAllTasks kill:
                _awaitingEnd.Add(kill.Connection);
                _orders.Stop(kill.Grace);
                break;
            case AgentMessage.ContainerCallReceived received:
                _containerCalls.Take(received.Call, received.Connection);
                break;
            case AgentMessage.ContainerCallAbandoned abandoned:
                _operatorContainers.Waiters.Abandon(abandoned.Connection);
                break;
            case AgentMessage.OperatorContainerKillDue due:
                _operatorContainers.KillDue(due.Container);
                break;
            case AgentMessage.UpdateRetryDue due:
                _updates.Retry(new TaskKey(due.Framework, due.Task));
                break;
            case AgentMessage.KillGraceExpired expired:
                _killer.GraceExpired(expired.Container);
                break;
            case AgentMessage.CompletionTimeReached reached:
                _life.CompletionTimeReached(reached.Container);
                break;
            case AgentMessage.CheckDue due:
                _checks.Due(due.Container, due.Purpose);
                break;
            case AgentMessage.SandboxReviewDue:
                _sandboxes.Review();
                break;
            case AgentMessage.DiskMeasured measured:
                _sandboxes.DiskMeasured(measured.UsedFraction);
                break;
            case AgentMessage.SandboxMeasured measured:
                _sandboxes.SandboxMeasured(measured.Container, measured.Bytes);
                break;
            default:
                Invariant.Fail($"an agent knows no message {heard.GetType().Name}");
                break;
        }
    }

    private void Obey(Event @event)
    {
        switch (@event)
        {
            case { Type: Event.Types.Type.Subscribed, Subscribed: { } subscribed }:
                _terms.Follow(subscribed);
                _context.Follow(subscribed.FormatLevel);
                _orders.Register(subscribed);
                break;
            case { Type: Event.Types.Type.Shutdown }:
                _orders.Retire();
                ProceedIfRecovered();
                break;
            default:
                // A master speaks of nothing else before it has taken the agent.
                if (_link.Registered)
                {
                    _orders.Obey(@event);
                }
                break;
        }
    }

    private ContainerSpec? SpecOf(ContainerId container)
    {
        foreach (var owner in _owners)
        {
            if (owner.SpecOf(container) is { } spec)
            {
                return spec;
            }
        }
        return null;
    }

    private void OnContainer(ContainerId container, Action<IContainerOwner> then)
    {
        _context.Launched(container);
        if (Array.Find(_owners, owner => owner.Owns(container)) is { } owner)
        {
            then(owner);
        }
        if (_recovering.Remove(container) || _context.State.Id is null)
        {
            ProceedIfRecovered();
        }
    }

    /// <summary>
    /// Registers once all containers are known. An agent that gave up its id also waits for the last of its old containers.
    /// </summary>
    private void ProceedIfRecovered()
    {
        if (_recovering.Count > 0)
        {
            return;
        }
        _recoveryTook ??= _context.Now.Elapsed - _recoveryBegan;
        if (_context.State.Id is null && _context.State.HoldsAnything)
        {
            _orders.KillAll(KillCause.Shutdown, null);
        }
        else if (!_context.Settings.CleansUp)
        {
            _link.Begin();
        }
    }

    private void LoseMaster(long connection)
    {
        if (_link.IsCurrent(connection))
        {
            _updates.Pause();
            _operationUpdates.Pause();
            _link.Begin();
        }
    }

    private void AnswerIfAllEnded()
    {
        if (_awaitingEnd.Count > 0 && !_context.State.HoldsAnything)
        {
            foreach (var connection in _awaitingEnd)
            {
                _context.Do(new ReplyAllTasksEnded(connection));
            }
            _awaitingEnd.Clear();
        }
    }
}
