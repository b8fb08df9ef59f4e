using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Client.Scheduling;
using Offerbook.Simulator.Engine;
using Offerbook.Wire.Identity;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Simulator.Workload.Wild;

/// <summary>
/// A framework that does whatever the scheduler API allows, and some of what it refuses: sits on offers, declines with and without
/// filters, answers offers that are gone, kills what it launched and what it did not, suppresses, revives, reconciles, and forgets
/// to acknowledge now and then. What it must get in return is fixed: each task that it launched ends, and it hears of it.
/// </summary>
public sealed class WildScheduler : ICore<WildMessage>
{
    private const int MaxLiveTasks = 20;

    private readonly string _name;
    private readonly SeededRandom _random;
    private readonly SubscriptionKeeper _keeper;
    private readonly List<Offer> _held = [];
    private readonly List<OfferId> _gone = [];
    private readonly SortedDictionary<string, AgentId> _live = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unreachable = [];
    private readonly SortedDictionary<(string Agent, string Role), ExecutorInfo> _executors = [];
    private readonly SortedDictionary<(string Agent, string Role), ExecutorInfo> _pods = [];
    private readonly bool _operates;
    private int _tasks;
    private int _operations;
    private bool _finishing;

    /// <param name="operates">Whether it reserves resources and makes volumes: somebody must undo that in the end.</param>
    public WildScheduler(string name, SeededRandom random, bool operates)
    {
        (_name, _random, _operates) = (name, random, operates);
        var info = new FrameworkInfo
        {
            Name = name, User = "root", Checkpoint = true, FailoverTimeout = random.Pick<double>([604_800, 604_800, 60, 5]),
            Roles = { random.Pick<string[]>([["*"], ["wild"], ["wild/a"], ["wild", "wild/a"], ["*", "wild"]]) },
        };
        info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole });
        if (random.Chance(0.5))
        {
            info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.PartitionAware });
        }
        if (random.Chance(0.5))
        {
            info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.TaskKillingState });
        }
        if (operates)
        {
            info.Capabilities.Add(
                new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.ReservationRefinement });
        }
        _keeper = new SubscriptionKeeper(info, SubscriptionSettings.Default, random.Fork(),
            timer => new WildMessage.SubscriptionTimedOut(timer));
    }

    /// <summary>
    /// Tasks of which no end has been heard, but for those that are out of reach: their machine may never come back as itself.
    /// </summary>
    public int LiveTasks => _live.Count - _unreachable.Count;

    public void Handle(WildMessage message, Now now, Effects effects)
    {
        switch (message)
        {
            case WildMessage.Begin:
                _keeper.Start(now, effects);
                AwaitWhim(effects);
                break;
            case WildMessage.Finish:
                _finishing = true;
                _keeper.Suppress(effects);
                break;
            case WildMessage.MasterSignalled signalled:
                Take(_keeper.Receive(signalled.Signal, now, effects), effects);
                break;
            case WildMessage.SubscriptionTimedOut timedOut:
                Take(_keeper.Elapse(timedOut.Timer, now, effects), effects);
                break;
            case WildMessage.WhimDue:
                Whim(effects);
                AwaitWhim(effects);
                break;
        }
    }

    private void AwaitWhim(Effects effects) =>
        effects.Add(new StartTimer("whim", _random.Exponential(TimeSpan.FromSeconds(3)), new WildMessage.WhimDue()));

    private void Take(SubscriptionNews? news, Effects effects)
    {
        switch (news)
        {
            case SubscriptionNews.Subscribed subscribed:
                _held.Clear();
                if (subscribed.IsNew)
                {
                    // Torn down, or away for too long: the tasks are gone with the id, and nobody will speak of them.
                    _live.Clear();
                    _unreachable.Clear();
                    _executors.Clear();
                    _pods.Clear();
                }
                Reconcile(effects);
                break;
            case SubscriptionNews.Disconnected or SubscriptionNews.Refused:
                _gone.AddRange(_held.Select(offer => OfferId.From(offer.Id)));
                _held.Clear();
                break;
            case SubscriptionNews.EventArrived { Event: { Type: Event.Types.Type.Offers } arrived }:
                foreach (var offer in arrived.Offers.Offers_)
                {
                    Consider(offer, effects);
                }
                break;
            case SubscriptionNews.EventArrived { Event: { Type: Event.Types.Type.Rescind } arrived }:
                _held.RemoveAll(offer => offer.Id.Equals(arrived.Rescind.OfferId));
                break;
            case SubscriptionNews.EventArrived { Event: { Type: Event.Types.Type.Update } arrived }:
                Hear(arrived.Update.Status, effects);
                break;
            case SubscriptionNews.EventArrived { Event: { Type: Event.Types.Type.UpdateOperationStatus } arrived }:
                Hear(arrived.UpdateOperationStatus.Status, effects);
                break;
        }
    }

    private void Consider(Offer offer, Effects effects)
    {
        if (_finishing)
        {
            _keeper.Decline([OfferId.From(offer.Id)], TimeSpan.FromHours(1), effects);
        }
        else if (_operates && _random.Chance(0.25))
        {
            Operate(offer, effects);
        }
        else if (_live.Count < MaxLiveTasks && _random.Chance(0.4))
        {
            Launch(offer, effects);
        }
        else if (_random.Chance(0.3))
        {
            _held.Add(offer);
        }
        else
        {
            Decline(offer, effects);
        }
    }

    private void Decline(Offer offer, Effects effects)
    {
        _gone.Add(OfferId.From(offer.Id));
        _keeper.Decline([OfferId.From(offer.Id)], _random.Chance(0.3) ? null : _random.Exponential(TimeSpan.FromSeconds(10)), effects);
    }

    /// <summary>One to three operations, of which the later ones may need what the earlier ones made or have used up.</summary>
    private void Operate(Offer offer, Effects effects)
    {
        var operations = new List<Offer.Types.Operation>();
        for (var left = _random.Between(1, 3); left > 0; left--)
        {
            if (WildOperation.Draw(_random, offer, offer.AllocationInfo.Role, $"{_name}-op{++_operations}") is { } operation)
            {
                operations.Add(operation);
            }
        }
        _gone.Add(OfferId.From(offer.Id));
        _keeper.Accept([OfferId.From(offer.Id)], operations, _random.Exponential(TimeSpan.FromSeconds(5)), effects);
    }

    private void Hear(OperationStatus status, Effects effects)
    {
        if (status.Uuid is not null && (_finishing || _random.Chance(0.9)))
        {
            _keeper.Send(new Call
            {
                Type = Call.Types.Type.AcknowledgeOperationStatus,
                AcknowledgeOperationStatus = new Call.Types.AcknowledgeOperationStatus
                {
                    AgentId = status.AgentId, OperationId = status.OperationId, Uuid = status.Uuid.Value,
                },
            }, effects);
        }
    }

    private void Launch(Offer offer, Effects effects)
    {
        var tasks = new List<TaskInfo>();
        for (var left = _random.Between(1, 3); left > 0 && WildTask.Draw(_random, offer, $"{_name}-{_tasks + 1}") is { } task; left--)
        {
            _tasks++;
            tasks.Add(task);
        }
        if (tasks.Count == 0)
        {
            Decline(offer, effects);
            return;
        }
        _gone.Add(OfferId.From(offer.Id));
        var refuse = _random.Exponential(TimeSpan.FromSeconds(5));
        var sent = _random.Chance(0.3) && ExecutorFor(offer) is { } executor
            ? _keeper.Accept([OfferId.From(offer.Id)], [WildTask.Under(executor, offer, tasks, _random.Chance(0.3))], refuse, effects)
            : _random.Chance(0.25) && PodFor(offer) is { } pod
            ? _keeper.Accept([OfferId.From(offer.Id)], [WildTask.Group(pod, offer, tasks)], refuse, effects)
            : _keeper.Launch([OfferId.From(offer.Id)], tasks, refuse, effects);
        if (sent)
        {
            tasks.ForEach(task => _live.Add(task.TaskId.Value, AgentId.From(offer.AgentId)));
        }
    }

    private ExecutorInfo? ExecutorFor(Offer offer) =>
        Again(_executors, 0.7, offer, () => WildTask.Executor(_random, offer, $"{_name}-executor{_tasks}"));

    private ExecutorInfo? PodFor(Offer offer) => Again(_pods, 0.4, offer, () => WildTask.Pod(offer, $"{_name}-pod{_tasks}"));

    /// <summary>
    /// Often one that it has had on the machine before, whether that still runs or not; its resources are then not set aside anew.
    /// </summary>
    private ExecutorInfo? Again(SortedDictionary<(string Agent, string Role), ExecutorInfo> had, double often, Offer offer,
        Func<ExecutorInfo?> make)
    {
        var place = (offer.AgentId.Value, offer.AllocationInfo.Role);
        if (had.TryGetValue(place, out var known) && _random.Chance(often))
        {
            return known;
        }
        var made = make();
        if (made is not null)
        {
            had[place] = made;
        }
        return made;
    }

    private void Hear(TaskStatus status, Effects effects)
    {
        if (_finishing || _random.Chance(0.9))
        {
            _keeper.Acknowledge(status, effects);
        }
        _unreachable.Remove(status.TaskId.Value);
        if (IsEnd(status.State))
        {
            _live.Remove(status.TaskId.Value);
        }
        else if (status.AgentId is not null)
        {
            // One that was given up as lost may come back.
            _live[status.TaskId.Value] = AgentId.From(status.AgentId);
            if (status.State == TaskState.TaskUnreachable)
            {
                _unreachable.Add(status.TaskId.Value);
            }
        }
    }

    private static bool IsEnd(TaskState state) => state is not (TaskState.TaskStaging or TaskState.TaskStarting or TaskState.TaskRunning
        or TaskState.TaskKilling or TaskState.TaskUnreachable);

    private void Whim(Effects effects)
    {
        if (_finishing)
        {
            Return(effects);
            foreach (var (task, agent) in _live)
            {
                _keeper.Kill(new TaskId(task), agent, grace: null, effects);
            }
            Reconcile(effects);
            return;
        }
        if (_random.Chance(0.01))
        {
            _keeper.Teardown(effects);
            return;
        }
        if (_executors.Count + _pods.Count > 0 && _random.Chance(0.05))
        {
            var ((agent, _), executor) = _random.Pick(_executors.Concat(_pods).ToList());
            _keeper.Send(new Call
            {
                Type = Call.Types.Type.Shutdown,
                Shutdown = new Call.Types.Shutdown { ExecutorId = executor.ExecutorId, AgentId = new AgentID { Value = agent } },
            }, effects);
        }
        switch (_random.Next(8))
        {
            case 0 when _live.Count > 0:
                var victim = _random.Pick(_live.Keys.ToList());
                _keeper.Kill(new TaskId(victim), _random.Chance(0.5) ? _live[victim] : null, grace: null, effects);
                break;
            case 1:
                _keeper.Kill(new TaskId("never-launched"), agent: null, grace: null, effects);
                break;
            case 2:
                _keeper.Suppress(effects);
                break;
            case 3 or 4:
                _keeper.Revive(effects);
                break;
            case 5 when _gone.Count > 0:
                AnswerWhatIsGone(effects);
                break;
            case 6:
                Reconcile(effects);
                break;
            default:
                Return(effects);
                break;
        }
    }

    /// <summary>Accepts an offer that was used or declined before: nothing may come of it but the task's loss.</summary>
    private void AnswerWhatIsGone(Effects effects)
    {
        var task = new TaskInfo { Name = "late", TaskId = new TaskID { Value = $"{_name}-{++_tasks}" },
            AgentId = new AgentID { Value = "any" } };
        task.Command = new CommandInfo { Value = "sim serve" };
        task.Resources.Add(WildTask.Scalar("cpus", 0.1));
        _keeper.Launch([_random.Pick(_gone)], [task], refuse: null, effects);
    }

    private void Return(Effects effects)
    {
        foreach (var offer in _held)
        {
            Decline(offer, effects);
        }
        _held.Clear();
    }

    private void Reconcile(Effects effects)
    {
        if (!_finishing && _random.Chance(0.5))
        {
            _keeper.ReconcileAll(effects);
        }
        else
        {
            _keeper.Reconcile(_live.Select(item => (new TaskId(item.Key), (AgentId?)item.Value)), effects);
        }
    }
}
