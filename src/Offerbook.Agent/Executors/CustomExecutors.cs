using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Registration;
using Offerbook.Agent.StatusUpdates;
using Offerbook.Agent.Tasks;
using Offerbook.Wire.Identity;
using Event = Offerbook.Wire.AgentProtocol.Event;

namespace Offerbook.Agent.Executors;

/// <summary>
/// The executors that are programs of frameworks, as the rest of the core sees them.
///
/// <code>
///   master ──▶ ExecutorLaunch ──▶ ExecutorLife ──▶ LaunchContainer … ContainerStarted, ContainerExited ──▶ ExecutorContainers
///                   └─▶ ExecutorTasks ──▶ LAUNCH, KILL …            executor ──▶ ExecutorCalls ──▶ ExecutorTasks ──▶ UpdateStreams
/// </code>
/// </summary>
internal sealed class CustomExecutors
{
    private readonly AgentContext _context;
    private readonly ExecutorTasks _tasks;
    private readonly ExecutorLife _life;
    private readonly ExecutorCalls _calls;
    private readonly ExecutorLaunch _launch;

    public CustomExecutors(AgentContext context, MasterLink link, StatusMaker statuses, UpdateStreams updates, TaskKiller killer,
        TaskLife life,
        ResourceLedger ledger, Func<bool> recovering)
    {
        _context = context;
        Exits = new ExecutorExits(context, link);
        _tasks = new ExecutorTasks(context, statuses, updates, killer, life);
        _life = new ExecutorLife(context, _tasks, ledger, Exits);
        _calls = new ExecutorCalls(context, link, _life, _tasks, recovering);
        _launch = new ExecutorLaunch(context, _life, _tasks, life, ledger, Exits);
        Containers = new ExecutorContainers(context, _life, _calls, _tasks, ledger);
    }

    public IContainerOwner Containers { get; }

    /// <summary>Tells of those that have ended, of pods too.</summary>
    public ExecutorExits Exits { get; }

    /// <summary>Adds what concerns executors.</summary>
    public AgentCounters CountIn(AgentCounters counters) => counters with
    {
        ExecutorsEnded = _context.ExecutorsEnded,
        LaunchErrors = counters.LaunchErrors + _life.LaunchErrors,
        UpdatesRefused = _tasks.Refused,
        MessagesPassed = _calls.Passed,
        MessagesDropped = _calls.Dropped,
    };

    /// <summary>The agent is registered.</summary>
    public void Resume() => Exits.Resume();

    public void Launch(ExecutorOrder order) => _launch.Launch(order);

    /// <summary>
    /// Of an order that is not even admitted: the master hears if the executor does not run that it has set resources aside for.
    /// </summary>
    public void TellIfAbsent(ExecutorOrder order)
    {
        if (order.LaunchExecutor != false && _context.State.Executors.Find(order.Key) is null)
        {
            Exits.TellNeverRan(order.Framework.Id, order.Executor.ExecutorId);
        }
    }

    public void Kill(AgentTask task, KillCause cause, TimeSpan? grace)
    {
        _tasks.Kill(task, cause, grace);
        if (_context.State.Executors.Of(task) is { } executor && task.Ended)
        {
            _life.UpdateLimits(executor);
        }
    }

    public void Pass(Event.Types.Message message) =>
        _calls.Pass(new ExecutorKey(FrameworkId.From(message.FrameworkId), ExecutorId.From(message.ExecutorId)), message.Data);

    /// <returns>Whether there is such an executor.</returns>
    public bool ShutDown(ExecutorKey key)
    {
        if (_context.State.Executors.Find(key) is not { Kind: ExecutorKind.Custom } executor)
        {
            return false;
        }
        _life.ShutDown(executor);
        return true;
    }

    public void ShutDownAll() => ShutDown(_ => true);

    public void ShutDownOf(FrameworkId framework) => ShutDown(executor => executor.Key.Framework == framework);

    /// <summary>For a drain: nothing that could stay is left behind.</summary>
    public void ShutDownIdle() => ShutDown(executor => !executor.LiveTasks.Any());

    public void Take(AgentMessage.OfExecutor message)
    {
        switch (message)
        {
            case AgentMessage.ExecutorCallReceived received:
                _calls.Receive(received);
                break;
            case AgentMessage.ExecutorStreamEnded ended:
                _calls.StreamEnded(ended.Stream);
                break;
            case AgentMessage.ExecutorSubscriptionOverdue overdue:
                _life.SubscriptionOverdue(overdue.Container);
                break;
            case AgentMessage.ExecutorGraceExpired expired:
                _life.GraceExpired(expired.Container);
                break;
            case AgentMessage.ExecutorHeartbeatDue due:
                _calls.HeartbeatDue(due.Stream);
                break;
            default:
                Invariant.Fail($"executors know no message {message.GetType().Name}");
                break;
        }
    }

    private void ShutDown(Func<AgentExecutor, bool> which)
    {
        foreach (var executor in _context.State.Executors.Live.Where(executor => executor.Kind == ExecutorKind.Custom && which(executor)).ToList())
        {
            _life.ShutDown(executor);
        }
    }
}
