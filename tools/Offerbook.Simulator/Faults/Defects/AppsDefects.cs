using Mesos.V1.Scheduler;
using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;
using Offerbook.Client.Scheduling;

namespace Offerbook.Simulator.Faults.Defects;

/// <summary>The ways for the Apps framework to be wrong; see <see cref="Mutation"/> for what each stands for.</summary>
internal static class AppsDefects
{
    public static Func<ICore<AppsMessage>, ICore<AppsMessage>>? Of(Mutation mutation) => mutation switch
    {
        Mutation.AppsForgetToPersist => core => new AppsDefect(core) { Said = Every(40, effect => effect is Persist, _ => []) },
        Mutation.AppsRepeatEvents => core =>
            new AppsDefect(core) { Said = Every(40, effect => effect is PublishEvent, effect => [effect, effect]) },
        Mutation.AppsSkipEvents => core => new AppsDefect(core) { Said = Every(40, effect => effect is PublishEvent, _ => []) },
        Mutation.AppsReorderEvents => core => new AppsDefect(core)
        {
            Said = Every(40, effect => effect is PublishEvent,
                effect => [effect, new PublishEvent(((PublishEvent)effect).Id - 1, "instance_changed_event", "{}")]),
        },
        Mutation.AppsSwallowRequests => core => new AppsDefect(core) { Answer = Swallow },
        Mutation.AppsLoseKills => core =>
            new AppsDefect(core) { Said = Every(1, effect => effect is CallMaster { Call.Kill: not null }, _ => []) },
        Mutation.AppsAcknowledgeUnheard => core => new AppsDefect(core) { Answer = AcknowledgeUnheard },
        Mutation.AppsDenyHealth => core => new AppsDefect(core)
        {
            Heard = message => message is AppsMessage.HealthCheckFinished finished
                ? finished with { Result = new ProbeResult.NoAnswer("nobody asked") }
                : message,
        },
        Mutation.AppsOverreach => core => new AppsDefect(core)
        {
            Heard = message => Misread(message, document =>
            {
                if (document.ContainsKey("minimumHealthCapacity"))
                {
                    document["minimumHealthCapacity"] = 0;
                }
            }),
        },
        Mutation.AppsDisorder => core =>
            new AppsDefect(core) { Heard = message => Misread(message, document => document.Remove("dependencies")) },
        Mutation.AppsPresumeHealth => core => new AppsDefect(core) { Heard = PresumeHealth },
        _ => KindsDefects.Of(mutation),
    };

    private static AppsMessage PresumeHealth(AppsMessage message) => message is AppsMessage.HealthCheckFinished finished
        ? finished with { Result = new ProbeResult.Connected() }
        : Mishear(message, status =>
        {
            if (status.HasHealthy)
            {
                status.Healthy = true;
            }
        });

    /// <summary>A task's status says something else than the master did. Others who heard it heard it right.</summary>
    internal static AppsMessage Mishear(AppsMessage message, Action<Mesos.V1.TaskStatus> change)
    {
        if (message is not AppsMessage.MasterSignalled { Signal: SchedulerSignal.EventReceived { Event.Update.Status: not null } received })
        {
            return message;
        }
        var heard = received.Event.Clone();
        change(heard.Update.Status);
        return new AppsMessage.MasterSignalled(received with { Event = heard });
    }

    /// <summary>Every object of a submitted app or group says something else.</summary>
    internal static AppsMessage Misread(AppsMessage message, Action<JObject> change) => message is AppsMessage.ApiCalled called
        ? called.Call switch
        {
            ApiCall.UpdateApp update => called with { Call = update with { Body = Changed(update.Body, change) } },
            ApiCall.UpdateGroup update => called with { Call = update with { Body = Changed(update.Body, change) } },
            _ => message,
        }
        : message;

    private static JToken Changed(JToken body, Action<JObject> change)
    {
        var copy = (JContainer)body.DeepClone();
        foreach (var document in copy.DescendantsAndSelf().OfType<JObject>().ToList())
        {
            change(document);
        }
        return copy;
    }

    /// <summary>Changes every so-many-th effect of a kind.</summary>
    private static Func<IEffect, IEnumerable<IEffect>> Every(int times, Func<IEffect, bool> isMeant,
        Func<IEffect, IEnumerable<IEffect>> change)
    {
        var seen = 0;
        return effect => isMeant(effect) && ++seen % times == 0 ? change(effect) : [effect];
    }

    /// <summary>An app's new number of instances is answered for, and not done.</summary>
    private static IEffect? Swallow(AppsMessage message) =>
        message is AppsMessage.ApiCalled { Call: ApiCall.UpdateApp { Body: JObject { Count: 1 } body } } called
            && body.ContainsKey("instances")
            ? new Reply(called.Connection, 200, [], new JObject { ["version"] = "", ["deploymentId"] = "" })
            : null;

    /// <summary>An update of a task that has ended is acknowledged, and not taken.</summary>
    private static IEffect? AcknowledgeUnheard(AppsMessage message)
    {
        if (message is not AppsMessage.MasterSignalled { Signal: SchedulerSignal.EventReceived { Event.Update.Status: { HasUuid: true } status } received }
            || status.State is not (Mesos.V1.TaskState.TaskFinished or Mesos.V1.TaskState.TaskFailed or Mesos.V1.TaskState.TaskKilled))
        {
            return null;
        }
        return new CallMaster(received.Subscription, new Call
        {
            Type = Call.Types.Type.Acknowledge,
            Acknowledge = new Call.Types.Acknowledge { AgentId = status.AgentId, TaskId = status.TaskId, Uuid = status.Uuid },
        });
    }
}

/// <summary>An Apps framework that is wrong in one way, told by functions.</summary>
internal sealed class AppsDefect(ICore<AppsMessage> core) : CoreDefect<AppsMessage>(core)
{
    /// <summary>What the core hears instead.</summary>
    public Func<AppsMessage, AppsMessage> Heard { get; init; } = message => message;

    /// <summary>What is said instead of asking the core; null: it is asked.</summary>
    public Func<AppsMessage, IEffect?> Answer { get; init; } = _ => null;

    /// <summary>What is said instead of an effect.</summary>
    public Func<IEffect, IEnumerable<IEffect>> Said { get; init; } = effect => [effect];

    protected override AppsMessage? Hear(AppsMessage message, Effects effects)
    {
        if (Answer(message) is not { } answer)
        {
            return Heard(message);
        }
        effects.Add(answer);
        return null;
    }

    protected override void Say(IEffect effect, Effects effects)
    {
        foreach (var said in Said(effect))
        {
            effects.Add(said);
        }
    }
}
