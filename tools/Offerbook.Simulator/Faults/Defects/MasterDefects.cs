using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Master;
using AgentEventType = Offerbook.Wire.AgentProtocol.Event.Types.Type;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;
using OperatorCallType = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Simulator.Faults.Defects;

/// <summary>The ways for a master to be wrong; see <see cref="Mutation"/> for what each stands for.</summary>
internal static class MasterDefects
{
    public static Func<ICore<MasterMessage>, ICore<MasterMessage>>? Of(Mutation mutation) => mutation switch
    {
        Mutation.RescindTwice => core => new DoublesRescinds(core),
        Mutation.IgnoreRefusals => core => new IgnoresRefusals(core),
        Mutation.QuotaOffByOne => core => new MissesQuotas(core),
        Mutation.LoseAcknowledgements => core => new LosesCalls(core, CallType.Acknowledge),
        Mutation.IgnoreSuppression => core => new LosesCalls(core, CallType.Suppress),
        Mutation.LoseKills => core => new LosesCalls(core, CallType.Kill),
        Mutation.LaunchTwice => core => new LaunchesTwice(core),
        Mutation.InflateOffers => core => new InflatesOffers(core),
        Mutation.ForgetDrains => core => new ForgetsDrains(core),
        Mutation.LoseEvents => core => new LosesEvents(core),
        Mutation.ForgetToPersist => core => new ForgetsToPersist(core),
        Mutation.KeepEndedOffers => core => new KeepsEndedOffers(core),
        Mutation.OfferInOtherRoles => core => new MistakesRoles(core),
        Mutation.AcceptBackwardState => core => new GoesBack(core),
        Mutation.ForgetFailoverDeadlines => core => new ForgetsDeadlines(core),
        _ => null,
    };

    /// <summary>Some ends of tasks are followed by the state before them.</summary>
    private sealed class GoesBack(ICore<MasterMessage> core) : MasterDefect(core)
    {
        private int _ends;

        protected override void Say(IEffect effect, Effects effects)
        {
            effects.Add(effect);
            if (effect is MasterEffect.SendToScheduler { Event.Type: EventType.Update } send
                && send.Event.Update.Status is { State: TaskState.TaskKilled or TaskState.TaskFinished or TaskState.TaskFailed }
                && ++_ends % 3 == 0)
            {
                var older = send.Event.Clone();
                older.Update.Status.State = TaskState.TaskRunning;
                older.Update.Status.ClearUuid();
                effects.Add(send with { Event = older });
            }
        }
    }

    /// <summary>That a framework has left is not written down.</summary>
    private sealed class ForgetsDeadlines(ICore<MasterMessage> core) : MasterDefect(core)
    {
        protected override void Say(IEffect effect, Effects effects)
        {
            if (effect is not Persist { Event.Manifest: "FrameworkDisconnected/1" })
            {
                effects.Add(effect);
            }
        }
    }

    private sealed class DoublesRescinds(ICore<MasterMessage> core) : MasterDefect(core)
    {
        protected override void Say(IEffect effect, Effects effects)
        {
            effects.Add(effect);
            if (effect is MasterEffect.SendToScheduler { Event.Type: EventType.Rescind })
            {
                effects.Add(effect);
            }
        }
    }

    private sealed class IgnoresRefusals(ICore<MasterMessage> core) : MasterDefect(core)
    {
        protected override MasterMessage Hear(MasterMessage message, Effects effects)
        {
            if (message is not MasterMessage.SchedulerCallReceived { Call.Decline: not null } decline)
            {
                return message;
            }
            var call = decline.Call.Clone();
            call.Decline.Filters = new Filters { RefuseSeconds = 0 };
            return decline with { Call = call };
        }
    }

    private sealed class MissesQuotas(ICore<MasterMessage> core) : MasterDefect(core)
    {
        protected override MasterMessage Hear(MasterMessage message, Effects effects)
        {
            if (message is not MasterMessage.OperatorCallReceived { Call.UpdateQuota: not null } update)
            {
                return message;
            }
            var call = update.Call.Clone();
            foreach (var limit in call.UpdateQuota.QuotaConfigs.SelectMany(config => config.Limits.Values))
            {
                limit.Value++;
            }
            return update with { Call = call };
        }
    }

    private sealed class LosesCalls(ICore<MasterMessage> core, CallType type) : MasterDefect(core)
    {
        protected override MasterMessage? Hear(MasterMessage message, Effects effects) =>
            message is MasterMessage.SchedulerCallReceived call && call.Call.Type == type
                ? Swallow(call.Connection, 202, effects) : message;
    }

    private sealed class LaunchesTwice(ICore<MasterMessage> core) : MasterDefect(core)
    {
        protected override void Say(IEffect effect, Effects effects)
        {
            effects.Add(effect);
            if (effect is MasterEffect.SendToAgent { Event.Type: AgentEventType.Launch })
            {
                effects.Add(effect);
            }
        }
    }

    private sealed class InflatesOffers(ICore<MasterMessage> core) : MasterDefect(core)
    {
        protected override void Say(IEffect effect, Effects effects)
        {
            if (effect is MasterEffect.SendToScheduler { Event.Type: EventType.Offers } send)
            {
                var inflated = send.Event.Clone();
                foreach (var resource in inflated.Offers.Offers_.SelectMany(offer => offer.Resources).Where(resource => resource.Scalar is not null))
                {
                    resource.Scalar.Value += 1;
                }
                effect = send with { Event = inflated };
            }
            effects.Add(effect);
        }
    }

    private sealed class ForgetsDrains(ICore<MasterMessage> core) : MasterDefect(core)
    {
        protected override MasterMessage? Hear(MasterMessage message, Effects effects) =>
            message is MasterMessage.OperatorCallReceived { Call.Type: OperatorCallType.DrainAgent or OperatorCallType.DeactivateAgent } call
                ? Swallow(call.Connection, 200, effects)
                : message;
    }

    /// <summary>Every tenth event does not reach operators.</summary>
    private sealed class LosesEvents(ICore<MasterMessage> core) : MasterDefect(core)
    {
        private int _events;

        protected override void Say(IEffect effect, Effects effects) =>
            effects.Add(effect is MasterEffect.SendToOperators send
                ? new MasterEffect.SendToOperators([.. send.Events.Where(_ => ++_events % 10 != 0)]) : effect);
    }

    /// <summary>Every fifth event does not reach the journal.</summary>
    private sealed class ForgetsToPersist(ICore<MasterMessage> core) : MasterDefect(core)
    {
        private int _events;

        protected override void Say(IEffect effect, Effects effects)
        {
            if (effect is not Persist || ++_events % 5 != 0)
            {
                effects.Add(effect);
            }
        }
    }

    /// <summary>Frameworks are not told that an offer was rescinded.</summary>
    private sealed class KeepsEndedOffers(ICore<MasterMessage> core) : MasterDefect(core)
    {
        protected override void Say(IEffect effect, Effects effects)
        {
            if (effect is not MasterEffect.SendToScheduler { Event.Type: EventType.Rescind })
            {
                effects.Add(effect);
            }
        }
    }

    private sealed class MistakesRoles(ICore<MasterMessage> core) : MasterDefect(core)
    {
        protected override void Say(IEffect effect, Effects effects)
        {
            if (effect is MasterEffect.SendToScheduler { Event.Type: EventType.Offers } send)
            {
                var mistaken = send.Event.Clone();
                foreach (var offer in mistaken.Offers.Offers_.Where(offer => offer.AllocationInfo is not null))
                {
                    offer.AllocationInfo.Role = "nobody";
                }
                effect = send with { Event = mistaken };
            }
            effects.Add(effect);
        }
    }
}
