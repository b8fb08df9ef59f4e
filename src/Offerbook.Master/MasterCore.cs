using Offerbook.Actors;
using Offerbook.Master.Agents;
using Offerbook.Master.Calls;
using Offerbook.Master.Draining;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Invariants;
using Offerbook.Master.Maintenance;
using Offerbook.Master.Offers;
using Offerbook.Master.Operations;
using Offerbook.Master.Operator.Views;
using Offerbook.Master.Quotas;
using Offerbook.Master.Registry;
using Offerbook.Master.Tasks;
using Offerbook.Master.Weights;
using Offerbook.Storage;
using Offerbook.Wire.Identity;

namespace Offerbook.Master;

/// <summary>
/// The decisions of the master: frameworks, agents, offers and tasks. Nothing here does I/O; a shell runs it behind a mailbox
/// or under virtual time. This class only puts the parts together and hands messages out:
/// <code>
/// SchedulerCalls ─┬─ Subscriptions, Departures     frameworks come and go
///                 ├─ AcceptHandler ── OfferBook     offers end, tasks begin
///                 └─ Reconciler, TaskKiller, StatusUpdates
/// AgentCalls ─────┬─ AgentRegistration ── AgentReconciliation
///                 └─ StatusUpdates, AgentLoss
/// all of them ────── ClusterState: FrameworkTable, AgentTable, ClusterRegistry, Allocator
/// </code>
/// </summary>
public sealed class MasterCore : IDurableCore<MasterMessage>
{
    private readonly ClusterState _cluster;
    private readonly OfferBook _offers;
    private readonly Subscriptions _subscriptions;
    private readonly Departures _departures;
    private readonly Remains _remains;
    private readonly AgentLoss _loss;
    private readonly DrainProgress _drains;
    private readonly SchedulerCalls _schedulerCalls;
    private readonly AgentCalls _agentCalls;
    private readonly OperatorCalls _operatorCalls;
    private readonly ViewBuilder _views;
    private readonly ViewRequests _viewRequests;
    private readonly InvariantChecker _invariants;
    private bool _allocationPending;
    private TimeSpan? _filterTimerDue;

    /// <param name="random">Must not repeat over restarts: the master draws its id from it.</param>
    public MasterCore(MasterSettings settings, SeededRandom random)
    {
        _cluster = new ClusterState(settings, random);
        _offers = new OfferBook(_cluster);
        var tasks = new TaskBook(_cluster);
        _remains = new Remains(_cluster);
        var updates = new StatusUpdates(_cluster, tasks, _remains);
        var reconciler = new Reconciler(_cluster);
        var operations = new OperationUpdates(_cluster, _cluster.Operations);
        _subscriptions = new Subscriptions(_cluster, _offers);
        _departures = new Departures(_cluster, _offers, tasks, _remains);
        _loss = new AgentLoss(_cluster, _offers, tasks);
        _schedulerCalls = new SchedulerCalls(_cluster, _subscriptions, new FrameworkUpdates(_cluster, _subscriptions), _departures,
            new AcceptHandler(_cluster, _offers, tasks, _cluster.Operations), reconciler,
            new TaskKiller(_cluster, reconciler), updates, _offers.Inverse, operations, new OperationReconciler(_cluster));
        var gone = new AgentGone(_cluster, _offers, tasks, _loss);
        var unavailabilities = new Unavailabilities(_cluster, _offers);
        _drains = new DrainProgress(_cluster, gone);
        var registration = new AgentRegistration(_cluster, _loss, new AgentReconciliation(_cluster, tasks, _departures, _remains),
            unavailabilities, _drains,
            new OperationReports(_cluster, _cluster.Operations));
        _agentCalls = new AgentCalls(_cluster, registration, _loss, updates, tasks, _remains, operations,
            new ResourceUpdates(_cluster, _offers), new AgentConditions(_cluster, _offers));
        _operatorCalls = new OperatorCalls(_cluster,
            new OperatorOperations(_cluster, _offers, _cluster.Operations),
            new TeardownCalls(_cluster, _departures),
            new QuotaCalls(_cluster, new QuotaOffers(_cluster, _offers)),
            new WeightCalls(_cluster, _offers),
            new MaintenanceCalls(_cluster, unavailabilities, _loss),
            new DrainCalls(_cluster, _offers, _drains),
            gone);
        _views = new ViewBuilder(_cluster, _offers);
        _viewRequests = new ViewRequests(_views);
        _invariants = new InvariantChecker(_cluster, _offers, _views);
    }

    public string PersistenceId => "master";

    public MasterSettings Settings => _cluster.Settings;

    /// <summary>New with every start; prefixes the ids of the frameworks, agents and offers of this start.</summary>
    public string MasterId => _cluster.MasterId;

    public void Recover(Recovery recovery, Now now, Effects effects)
    {
        var turn = new Turn(now, effects);
        _cluster.Registry.Recover(recovery);
        _cluster.Registry.Begin(turn, recovery.Epoch);
        _cluster.Start(turn, recovery.Epoch);
        RegistryRecovery.Restore(turn, _cluster, _departures);
        Rest(turn);
    }

    public void Handle(MasterMessage message, Now now, Effects effects)
    {
        var turn = new Turn(now, effects);
        switch (message)
        {
            case MasterMessage.SchedulerCallReceived call:
                _schedulerCalls.Handle(turn, call);
                break;
            case MasterMessage.AgentCallReceived call:
                _agentCalls.Handle(turn, call);
                break;
            case MasterMessage.OperatorCallReceived call:
                _operatorCalls.Handle(turn, call);
                break;
            case MasterMessage.ViewRequested request:
                _viewRequests.Add(turn, request.Connection);
                break;
            case MasterMessage.ViewContinued:
                _viewRequests.Continue(turn);
                break;
            case MasterMessage.OperatorStreamRequested request:
                _cluster.OperatorStreams.Request(turn, request.Connection);
                break;
            case MasterMessage.OperatorStreamsDue when !_views.Refresh():
                turn.StartTimer(OperatorStreamTimer.Only, TimeSpan.Zero, message);
                break;
            case MasterMessage.OperatorStreamsDue:
                _cluster.OperatorStreams.Open(turn, () => _views.Build(now));
                break;
            case MasterMessage.OfferBookAsked request:
                effects.Add(new MasterEffect.OfferBookReached(request.Connection));
                break;
            case MasterMessage.WhyAsked why:
                effects.Add(
                    new MasterEffect.WhyAnswered(why.Connection, _cluster.Allocator.Why(why.Framework, why.Role, why.From, why.Count),
                        now));
                break;
            case MasterMessage.FormatAsked asked:
                turn.Answer(asked.Connection, _cluster.Registry.AskFormat(turn, asked.RaiseTo));
                break;
            case MasterMessage.WhitelistChanged whitelist:
                _cluster.Allocator.SetWhitelist(whitelist.Hostnames);
                break;
            case MasterMessage.ConnectionClosed closed:
                Close(turn, closed.Connection);
                break;
            case MasterMessage.AllocationBatched:
                _allocationPending = false;
                _offers.Allocate(turn);
                break;
            case MasterMessage.FiltersExpired:
                _filterTimerDue = null;
                _cluster.Allocator.ExpireFilters(now);
                break;
            case MasterMessage.HeartbeatDue heartbeat:
                _cluster.OperatorStreams.Heartbeat(turn, heartbeat.Stream);
                _subscriptions.Heartbeat(turn, heartbeat.Stream);
                break;
            case MasterMessage.AgentPingDue ping:
                _loss.PingDue(turn, ping.Agent);
                break;
            case MasterMessage.RecoveryEnded:
                _loss.EndRecovery(turn);
                break;
            case MasterMessage.RemovalPermitted:
                _loss.RemovalTimerRanOut(turn);
                break;
            case MasterMessage.RegistryGcDue:
                RegistryGc.Run(turn, _cluster);
                break;
            case MasterMessage.AllocatorRecoveryEnded:
                _cluster.Recovery.AllocatorTimedOut();
                break;
            case MasterMessage.FailoverTimedOut failover:
                _departures.TimeOut(turn, failover.Framework, failover.Epoch);
                break;
            case MasterMessage.OfferTimedOut offer when _offers.Find(offer.Offer) is null:
                _offers.Inverse.TimeOut(turn, offer.Offer);
                break;
            case MasterMessage.RemainsTimedOut remains:
                _remains.TimeOut(turn, remains.Agent, remains.Framework);
                break;
            case MasterMessage.OfferTimedOut offer when _offers.Find(offer.Offer) is { } live:
                _offers.Rescind(turn, live, OfferEnd.TimedOut);
                break;
        }
        Rest(turn);
    }

    /// <summary>The state at this moment, as <see cref="MasterMessage.ViewRequested"/> would publish it.</summary>
    public MasterView View(Now now) => _views.Build(now);

    /// <summary>
    /// Throws <see cref="InvariantViolationException"/> unless everything the master must keep true holds. Costs a walk over its whole
    /// state.
    /// </summary>
    public void CheckInvariants() => _invariants.Check();

    /// <summary>The durable state as it would be saved; equal states give equal bytes.</summary>
    public byte[] CaptureState() => _cluster.Registry.Capture();

    /// <summary>The durable state that a journal gives, in the same form: it must be that of the master which wrote the journal.</summary>
    public static byte[] Fold(MasterSettings settings, Recovery recovery)
    {
        var registry = new ClusterRegistry(settings);
        registry.Recover(recovery);
        return registry.Capture();
    }

    private void Close(in Turn turn, ConnectionId connection)
    {
        if (_cluster.OperatorStreams.Close(turn, connection) || !_cluster.Streams.TryGetValue(connection, out var owner))
        {
            return;
        }
        if (owner.Framework is { } framework)
        {
            _departures.Disconnect(turn, _cluster.Frameworks.Find(framework)!);
        }
        else
        {
            _loss.Disconnect(turn, _cluster.Agents.Find(owner.Agent!.Value)!);
        }
    }

    /// <summary>Ends a turn: sees to it that what has become free is offered, and that filters end in time.</summary>
    private void Rest(in Turn turn)
    {
        _drains.Review(turn);
        _cluster.OperatorStreams.Flush(turn);
        if (!_allocationPending && !_cluster.Recovery.AllocationHeld && _cluster.Allocator.HasCandidates)
        {
            _allocationPending = true;
            turn.StartTimer(AllocationTimer.Only, Settings.AllocationBatchInterval, new MasterMessage.AllocationBatched());
        }
        var due = _cluster.Allocator.NextFilterExpiry;
        if (due is { } expiry && (_filterTimerDue is null || expiry < _filterTimerDue))
        {
            _filterTimerDue = expiry;
            var after = expiry - turn.Now.Elapsed;
            turn.StartTimer(FilterTimer.Only, after > TimeSpan.Zero ? after : TimeSpan.Zero, new MasterMessage.FiltersExpired());
        }
    }
}
