using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Apps.Deployments;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Events;
using Offerbook.Apps.Health;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Journal;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Specs;
using Offerbook.Client.Scheduling;
using Offerbook.Storage;
using Offerbook.Storage.Formats;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Core;

/// <summary>
/// The Apps framework's decisions: one synchronous core whose state is the fold of its journal.
///
/// <code>
/// message ─▶ Turn ─▶ the room it concerns changes the state ─▶ every touched app is looked at:
///                       held by a deployment? the deployment goes on : its instances are counted
///                     every touched instance is looked at: kill? probe? overdue? waiting for an offer?
///                  ─▶ one journal event, then view, events, replies and calls, in this order
/// </code>
///
/// The rooms' rules compare what is with what shall be, so nothing depends on a message being the first of its kind: after a
/// restart every app and instance counts as touched, and life goes on.
/// </summary>
public sealed class AppsCore : IDurableCore<AppsMessage>
{
    /// <summary>An app that is still not settled after so many looks in one turn never will be.</summary>
    private const int MaxLooksPerTurn = 1_000_000;

    private readonly AppsSettings _settings;
    private readonly SubscriptionKeeper _master;
    private readonly ProbeRuns _probes = new();
    private readonly HealthChecker _health;
    private readonly ReadinessChecker _readiness;
    private readonly HealthCheckRegistry _checks = new();
    private readonly TaskReaper _reaper;
    private readonly OverdueWatch _overdue;
    private readonly Launcher _launcher;
    private readonly MasterDesk _masterDesk;
    private readonly DeploymentRunner _deployments;
    private readonly DeploymentLimits _limits;
    private readonly ScaleKeeper _scale;
    private readonly RequestDesk _requests;
    private AppsState _state;
    private LogFormat _format;
    private AppsView? _view;
    private int _eventsSinceSnapshot;

    public AppsCore(AppsSettings settings, SeededRandom random)
    {
        _settings = settings;
        _state = Blank(settings);
        _format = LogFormat.New(settings.Format);
        _master = new SubscriptionKeeper(Framework.Describe(settings), settings.Subscription, random.Fork(),
            timer => new AppsMessage.SubscriptionTimedOut(timer));
        _health = new HealthChecker(settings, _probes);
        _readiness = new ReadinessChecker(_probes);
        _reaper = new TaskReaper(settings, _master);
        _overdue = new OverdueWatch(settings);
        var launches = random.Fork();
        var keeper = new InstanceKeeper(random.Fork());
        _launcher = new Launcher(settings, _master, launches, keeper);
        var lost = new Volumes.LostAgents(_master);
        var reconciler = new Reconciler(settings, _master, lost);
        _masterDesk = new MasterDesk(new TaskUpdates(_master), reconciler, _reaper, _launcher, lost);
        _deployments = new DeploymentRunner(settings, keeper, _checks, reconciler);
        _scale = new ScaleKeeper(keeper);
        var changes = new TreeChanges(settings, random.Fork(), _deployments);
        var rollback = new Rollback(changes, _deployments);
        _limits = new DeploymentLimits(settings, _deployments, rollback);
        _requests = new RequestDesk(settings, changes, _deployments, rollback, _launcher);
    }

    public string PersistenceId => "apps";

    /// <summary>The durable state as of the last turn; ahead of the journal by what is still being written.</summary>
    public AppsState State => _state;

    public void Recover(Recovery recovery, Now now, Effects effects)
    {
        _format = FormatOf(_settings, recovery);
        _state = Replay(_state, recovery);
        _eventsSinceSnapshot = recovery.Events.Count;
        if (_format.Begin(recovery.Epoch) is { } began)
        {
            effects.Add(new Persist(began));
        }
        _master.Restore(_state.Framework);

        var turn = new Turn(_state, now);
        foreach (var app in _state.Instances.Apps.Concat(_state.Root.Specs.Select(app => app.Id)).Concat(_state.Versions.Keys))
        {
            turn.Touch(app);
        }
        foreach (var instance in _state.Instances.All)
        {
            turn.Touch(instance.Id);
        }
        foreach (var deployment in _state.Deployments)
        {
            _deployments.Advance(turn, deployment.Id);
        }
        StartSweep(turn);
        SubscribeToRoles(turn);
        _master.Start(now, turn.Out);
        Finish(turn, effects);
    }

    public void Handle(AppsMessage message, Now now, Effects effects)
    {
        var turn = new Turn(_state, now);
        switch (message)
        {
            case AppsMessage.MasterSignalled signalled:
                _masterDesk.Take(turn, _master.Receive(signalled.Signal, now, turn.Out));
                break;
            case AppsMessage.SubscriptionTimedOut timedOut:
                _masterDesk.Take(turn, _master.Elapse(timedOut.Timer, now, turn.Out));
                break;
            case AppsMessage.ApiCalled { Call: ApiCall.RaiseFormat raise } called:
                RaiseFormat(turn, called.Connection, raise.Level, effects);
                break;
            case AppsMessage.ApiCalled called:
                _requests.Take(turn, called);
                break;
            case AppsMessage.EventStreamChanged stream:
                turn.Publish(stream.Attached
                    ? AppsEvents.StreamAttached(stream.RemoteAddress) : AppsEvents.StreamDetached(stream.RemoteAddress));
                break;
            case AppsMessage.HealthCheckFinished finished:
                TakeProbe(turn, finished);
                break;
            case AppsMessage.SecretsRead read:
                _launcher.TakeSecrets(turn, read.Secrets);
                break;
            case AppsMessage.TimedOut timedOut:
                TakeTimer(turn, timedOut.Timer);
                break;
            default:
                Invariant.Fail("an unknown message: " + message.GetType().Name);
                break;
        }
        Finish(turn, effects);
    }

    /// <summary>An event of its own, before whatever else the turn writes down.</summary>
    private void RaiseFormat(Turn turn, ConnectionId connection, int level, Effects effects)
    {
        var answer = _format.Ask(level);
        _format = answer.After;
        if (answer.Event is { } raised)
        {
            effects.Add(new Persist(raised));
        }
        turn.Out.Add(Replies.Of(connection, answer.Status, JObject.Parse(answer.Json)));
    }

    private void TakeProbe(Turn turn, AppsMessage.HealthCheckFinished finished)
    {
        if (_probes.Finish(finished.Run) is not { } run)
        {
            return;
        }
        if (run.Check == ProbeRuns.Readiness)
        {
            _readiness.Take(turn, run, finished.Result);
        }
        else
        {
            _health.Take(turn, run, finished.Result);
        }
    }

    private void TakeTimer(Turn turn, AppsTimer timer)
    {
        switch (timer)
        {
            case AppsTimer.ReconciliationDue:
                _masterDesk.Reconcile(turn);
                break;
            case AppsTimer.SweepDue:
                _reaper.Sweep(turn);
                _overdue.Sweep(turn);
                _launcher.Sweep(turn);
                _limits.Sweep(turn);
                _masterDesk.Sweep(turn);
                StartSweep(turn);
                break;
            case AppsTimer.HealthCheckDue due:
                _health.Ask(turn, due);
                break;
            case AppsTimer.ReadinessCheckDue due:
                _readiness.Ask(turn, new InstanceId(due.Instance));
                break;
            case AppsTimer.LookAroundOver:
                _launcher.EndLookAround(turn);
                break;
            case AppsTimer.PreferenceWaitOver:
                _launcher.EndPreferenceWait();
                break;
            case AppsTimer.DaemonLookOver look:
                turn.Touch(PathId.Parse(look.App));
                break;
            case AppsTimer.LaunchDelayOver or AppsTimer.ReviveAllowed:
                // The launcher looks at its clocks at the end of every turn.
                break;
            default:
                Invariant.Fail("an unknown timer: " + timer.GetType().Name);
                break;
        }
    }

    /// <summary>Lets every rule look at what was touched until nothing moves any more, then lets the turn's effects go.</summary>
    private void Finish(Turn turn, Effects effects)
    {
        for (var looks = 0; turn.TryTakeTouched(out PathId app); looks++)
        {
            Invariant.Check(looks < MaxLooksPerTurn, $"{app} settles in one turn");
            if (turn.State.LockOf(app) is { } deployment)
            {
                _limits.Advance(turn, deployment, app);
            }
            else
            {
                _scale.Keep(turn, app);
            }
        }
        while (turn.TryTakeTouched(out InstanceId id))
        {
            Look(turn, id);
        }
        if (!ReferenceEquals(turn.State.Root, _state.Root))
        {
            SubscribeToNewRoles(turn);
        }
        _launcher.Settle(turn);
        _state = turn.State;
        Emit(turn, effects);
    }

    private void Look(Turn turn, InstanceId id)
    {
        if (turn.State.Instances.Find(id) is { } instance)
        {
            _reaper.Look(turn, instance);
            _overdue.Look(turn, instance);
            _health.Look(turn, instance);
            _readiness.Look(turn, instance);
            _launcher.Look(turn, instance);
        }
        else
        {
            _reaper.Forget(turn, id);
            _overdue.Forget(id);
            _health.Forget(id);
            _readiness.Forget(id);
            _launcher.Forget(turn, id);
        }
    }

    private void Emit(Turn turn, Effects effects)
    {
        if (turn.ToJournal() is { } persist)
        {
            effects.Add(persist);
            if (++_eventsSinceSnapshot >= Math.Max(_settings.EventsPerSnapshot, _state.Instances.Count / 2))
            {
                // The state is immutable, so it is written out beside the loop.
                var (state, format) = (_state, _format);
                _eventsSinceSnapshot = 0;
                effects.Add(new SaveSnapshotOf(() => format.Marked(StateSnapshot.Pack(state))));
            }
        }
        var view = new AppsView
        {
            State = _state,
            Format = _format,
            At = turn.Time,
            Health = _health.Latest,
            Readiness = _readiness.Latest,
            Queue = _launcher.Stats,
            Counters = _launcher.Counters with { StatusUpdates = _masterDesk.StatusUpdates, UpdatesByState = _masterDesk.UpdatesByState,
                EventsPublished = _state.LastEventId, DeploymentsStarted = _deployments.Started,
                DeploymentsDismissed = _deployments.Dismissed },
            MissingSecrets = _launcher.MissingSecrets,
            Known = _launcher.Memory.Known,
            HomeRegion = _launcher.HomeRegion,
            MasterUrl = _masterDesk.MasterUrl,
            IsSubscribed = _master.IsSubscribed,
        };
        // The first is told in any case: before it, readers see nothing, or what another core left.
        if (_view is null || view with { At = _view.At } != _view)
        {
            _view = view;
            effects.Add(new PublishView(view));
        }
        for (var i = 0; i < turn.Out.Count; i++)
        {
            effects.Add(turn.Out[i]);
        }
    }

    /// <summary>
    /// Roles are only added while the process lives: instances of a role that no app has any more may still run, or what they held is
    /// still to be given back.
    /// </summary>
    private void SubscribeToRoles(Turn turn) => _master.AddRoles(
        turn.State.Root.Specs.Select(app => app.Role).Concat(turn.State.Instances.All.Select(instance => instance.Role))
            .Concat(turn.State.Releases.Values.Select(release => release.Role)), turn.Now, turn.Out);

    /// <summary>Only what the turn changed may bring a role.</summary>
    private void SubscribeToNewRoles(Turn turn)
    {
        var roles = TreeDifference.Specs(_state.Root, turn.State.Root).Select(difference => difference.To?.Role).OfType<string>().ToList();
        if (roles.Exists(role => !_master.Roles.Contains(role)))
        {
            _master.AddRoles(roles, turn.Now, turn.Out);
        }
    }

    private void StartSweep(Turn turn)
    {
        var due = new AppsTimer.SweepDue();
        turn.Out.Add(new StartTimer(due, _settings.SweepInterval, new AppsMessage.TimedOut(due)));
    }

    /// <summary>The durable state as it would be saved; equal states give equal bytes.</summary>
    public byte[] CaptureState() => Capture(_format, _state);

    /// <summary>The durable state that a journal gives, in the same form: it must be that of the core which wrote the journal.</summary>
    public static byte[] Fold(AppsSettings settings, Recovery recovery) =>
        Capture(FormatOf(settings, recovery), Replay(Blank(settings), recovery));

    private static byte[] Capture(LogFormat format, AppsState state) => [(byte)format.Level, .. StateSnapshot.Pack(state).Payload.Span];

    /// <exception cref="JournalTooNewException">The journal is of a format that this program does not know.</exception>
    private static LogFormat FormatOf(AppsSettings settings, Recovery recovery) => LogFormat.Of(recovery, settings.Format, "Apps");

    private static AppsState Blank(AppsSettings settings) =>
        AppsState.Empty with { MaxVersions = settings.MaxVersions, MaxFinished = settings.MaxFinishedDeployments,
            MaxEvents = settings.MaxReplayedEvents };

    private static AppsState Replay(AppsState state, Recovery recovery)
    {
        if (recovery.Snapshot is { } snapshot)
        {
            state = StateSnapshot.Unpack(state, LogFormat.Plain(snapshot.Record));
        }
        foreach (var record in recovery.Events)
        {
            state = LogFormat.IsOwn(record) ? state : ChangeCodec.Fold(state, record);
        }
        return state;
    }

    /// <summary>Asserts what must hold between any two turns. Costs a walk over all instances; meant for the simulator and tests.</summary>
    /// <exception cref="InvariantViolationException">It does not.</exception>
    public void CheckInvariants() => StateInvariants.Check(_state, _settings);

    /// <summary>For every app, in order of ids: how many instances are wanted, run, and count as healthy.</summary>
    public IReadOnlyList<AppCounts> HealthyCounts() => _state.Root.Specs.OrderBy(app => app.Id).Select(app =>
    {
        var instances = _state.Instances.Of(app.Id);
        return new AppCounts(
            app.Id.ToString(),
            Daemons.DaemonCount.Wanted(_state, app),
            instances.Count(instance => instance.Condition == Condition.Running),
            instances.Count(instance => InstanceHealth.IsHealthy(_state.DefinitionOf(instance), instance)),
            app.IsDaemon ? 0 : (int)Math.Ceiling(app.Instances * app.UpgradeStrategy.MinimumHealthCapacity));
    }).ToList();
}
