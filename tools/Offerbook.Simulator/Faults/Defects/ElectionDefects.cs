using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Coordination;
using Offerbook.Coordination.Election;
using Offerbook.Coordination.Sessions;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Seats;
using Offerbook.Simulator.Storage;

namespace Offerbook.Simulator.Faults.Defects;

/// <summary>
/// The ways for an election, a shared store or a takeover to be wrong; see <see cref="Mutation"/> for what each stands for.
/// </summary>
internal static class ElectionDefects
{
    public static void Apply(Mutation mutation, SimCluster cluster)
    {
        if (cluster.Store is null)
        {
            return;
        }
        cluster.Store.Defects = mutation switch
        {
            Mutation.DropTheFence => StoreDefects.NoFence,
            Mutation.KeepTheEpoch => StoreDefects.SameEpoch,
            Mutation.ResendBlindly => StoreDefects.BlindResend,
            Mutation.PresumeDone => StoreDefects.PresumedDone,
            Mutation.ReadStale => StoreDefects.StaleRecovery,
            Mutation.TakeOverLate => StoreDefects.LateTakeover,
            _ => StoreDefects.None,
        };
        foreach (var seat in cluster.Seats)
        {
            seat.Defects = mutation switch
            {
                Mutation.ProveNothing => SeatDefects.ProvesNothing,
                Mutation.SkipTheSessionCheck => SeatDefects.TrustsItself,
                Mutation.ServeUnelected => SeatDefects.LeadsAnyway,
                _ => SeatDefects.None,
            };
            seat.Client.HidesExpiry = mutation == Mutation.IgnoreExpiry;
            seat.Client.MistakesLossForExpiry = mutation == Mutation.MistakeLossForExpiry;
            seat.SpoilCandidate = mutation switch
            {
                Mutation.StandTwice => core => new CreatesTwice(core),
                Mutation.LeadUnelected => core => new SeesNobody(core),
                Mutation.KeepTheNode => core => new KeepsNodes(core),
                Mutation.KeepTheBallot => core => new KeepsBallots(core),
                _ => null,
            };
        }
        foreach (var apps in cluster.AppsRole.Nodes)
        {
            apps.Spoil = mutation switch
            {
                Mutation.RestartEventIds => core => new RestartsIds(core),
                Mutation.KillWhatRuns => core => new KillsWhatRuns(core),
                _ => apps.Spoil,
            };
        }
    }

    /// <summary>A create whose answer was lost seems to have failed.</summary>
    private sealed class CreatesTwice(ICore<ElectionMessage> core) : CoreDefect<ElectionMessage>(core)
    {
        private readonly ICore<ElectionMessage> _core = core;
        private readonly Effects _more = new();
        private ServiceCall.Create? _asked;

        protected override ElectionMessage Hear(ElectionMessage message, Effects effects)
        {
            if (message is ServiceMessage.Answered answered && answered.Request == _asked?.Request)
            {
                _asked = null;
            }
            if (message is ServiceMessage.ConnectionLost && _asked is { } asked)
            {
                _asked = null;
                _core.Handle(new ServiceMessage.Answered(asked.Session, asked.Request, new Answer.Refused(ServiceError.Busy)), default,
                    _more);
                for (var i = 0; i < _more.Count; i++)
                {
                    effects.Add(_more[i]);
                }
                _more.Clear();
            }
            return message;
        }

        protected override void Say(IEffect effect, Effects effects)
        {
            if (effect is ServiceCall.Create { Kind: NodeKind.EphemeralSequential } create)
            {
                _asked = create;
            }
            effects.Add(effect);
        }
    }

    /// <summary>Of the candidates only the highest, which it may take for its own, is seen.</summary>
    private sealed class SeesNobody(ICore<ElectionMessage> core) : CoreDefect<ElectionMessage>(core)
    {
        private string? _own;

        protected override ElectionMessage Hear(ElectionMessage message, Effects effects)
        {
            if (message is ServiceMessage.Answered { Answer: Answer.Created created }
                && !created.Path.Contains("store-paths", StringComparison.Ordinal))
            {
                _own = created.Path[(created.Path.LastIndexOf('/') + 1)..];
            }
            return message is ServiceMessage.Answered { Answer: Answer.Listed listed } answered && _own is not null
                && listed.Names.Contains(_own)
                ? new ServiceMessage.Answered(answered.Session, answered.Request, new Answer.Listed([_own]))
                : message;
        }
    }

    /// <summary>Its node seems to be removed, and is not.</summary>
    private sealed class KeepsNodes(ICore<ElectionMessage> core) : CoreDefect<ElectionMessage>(core)
    {
        private readonly ICore<ElectionMessage> _core = core;
        private readonly Effects _more = new();

        protected override void Say(IEffect effect, Effects effects)
        {
            if (effect is not ServiceCall.Delete delete)
            {
                effects.Add(effect);
                return;
            }
            _core.Handle(new ServiceMessage.Answered(delete.Session, delete.Request, new Answer.Deleted()), default, _more);
            for (var i = 0; i < _more.Count; i++)
            {
                effects.Add(_more[i]);
            }
            _more.Clear();
        }
    }

    /// <summary>What was known of an election in one session is believed in the next.</summary>
    private sealed class KeepsBallots(ICore<ElectionMessage> core) : CoreDefect<ElectionMessage>(core)
    {
        private Standing.Leads? _led;
        private bool _isOver;

        protected override ElectionMessage Hear(ElectionMessage message, Effects effects)
        {
            _isOver |= message is ServiceMessage.SessionExpired;
            if (message is ServiceMessage.SessionOpened opened && _isOver && _led is { Self: { } before })
            {
                var id = $"{before.Id.Split('@')[0]}@{opened.Id:x}";
                effects.Add(new Announce(new Standing.Leads(before with { Id = id }, IsSuspended: false)));
            }
            return message;
        }

        protected override void Say(IEffect effect, Effects effects)
        {
            if (effect is Announce { Standing: Standing.Leads leads })
            {
                (_led, _isOver) = (leads, false);
            }
            effects.Add(effect);
        }
    }

    /// <summary>Every life numbers its events from 1.</summary>
    private sealed class RestartsIds(ICore<AppsMessage> core) : CoreDefect<AppsMessage>(core)
    {
        private long _last;

        protected override void Say(IEffect effect, Effects effects) =>
            effects.Add(effect is PublishEvent published ? published with { Id = ++_last } : effect);
    }

    /// <summary>The first updates of running tasks that a life hears are answered with kills.</summary>
    private sealed class KillsWhatRuns(ICore<AppsMessage> core) : CoreDefect<AppsMessage>(core)
    {
        private int _killed;

        protected override AppsMessage Hear(AppsMessage message, Effects effects)
        {
            if (message is AppsMessage.MasterSignalled { Signal: Client.Scheduling.SchedulerSignal.EventReceived { Event.Update.Status: { } status } received }
                && status is { State: Mesos.V1.TaskState.TaskRunning, Reason: Mesos.V1.TaskStatus.Types.Reason.Reconciliation }
                && _killed++ == 0)
            {
                effects.Add(new Client.Scheduling.CallMaster(received.Subscription, new Mesos.V1.Scheduler.Call
                {
                    Type = Mesos.V1.Scheduler.Call.Types.Type.Kill,
                    Kill = new Mesos.V1.Scheduler.Call.Types.Kill { AgentId = status.AgentId, TaskId = status.TaskId },
                }));
            }
            return message;
        }
    }
}
