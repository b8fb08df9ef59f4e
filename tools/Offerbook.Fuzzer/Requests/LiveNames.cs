using Google.Protobuf;
using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Resources;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;
using AgentCallType = Offerbook.Wire.AgentProtocol.Call.Types.Type;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;
using Operation = Mesos.V1.Offer.Types.Operation;
using SchedulerCall = Mesos.V1.Scheduler.Call;

namespace Offerbook.Fuzzer.Requests;

/// <summary>
/// Puts who is subscribed, and what was offered, in the place of made-up names: only then is what follows looked at. A call that
/// would end its caller is let be most of the time, or nobody would be left.
/// </summary>
internal sealed class LiveNames(LiveStreams live, SeededRandom chance)
{
    /// <returns>Whether the call is one of somebody who is subscribed.</returns>
    public bool Use(IMessage call) => call switch
    {
        SchedulerCall { Type: not (CallType.Subscribe or CallType.Unknown) } scheduler => Use(scheduler),
        AgentCall { Type: not (AgentCallType.Subscribe or AgentCallType.Unknown) } agent => Use(agent),
        _ => false,
    };

    private bool Use(SchedulerCall call)
    {
        if (live.AnyFramework(chance) is not { } framework || (call.Type == CallType.Teardown && chance.Chance(0.9)))
        {
            return false;
        }
        call.FrameworkId = new FrameworkID { Value = framework };
        var offers = live.OffersOf(framework);
        var agent = offers.Count > 0 ? offers[^1].Agent : live.AnyAgent(chance);
        if (call.UpdateFramework is { } update)
        {
            update.FrameworkInfo.Id = call.FrameworkId;
        }
        if (call.Accept is { } accept && offers.Count > 0)
        {
            UseOffer(accept.OfferIds, offers);
            foreach (var operation in accept.Operations)
            {
                Fit(operation, offers[^1].Agent);
            }
        }
        if (call.Decline is { } decline && offers.Count > 0)
        {
            UseOffer(decline.OfferIds, offers);
        }
        if (agent is not null)
        {
            Aim(call, new AgentID { Value = agent });
        }
        return true;
    }

    private bool Use(AgentCall call)
    {
        if (live.AnyAgent(chance) is not { } agent || (call.Type == AgentCallType.Leave && chance.Chance(0.9)))
        {
            return false;
        }
        call.AgentId = new AgentID { Value = agent };
        if (call.Update?.Status is { } status)
        {
            status.AgentId = call.AgentId;
            if (live.AnyFramework(chance) is { } framework)
            {
                call.Update.FrameworkId = new FrameworkID { Value = framework };
            }
        }
        return true;
    }

    private static void UseOffer(Google.Protobuf.Collections.RepeatedField<OfferID> ids, IReadOnlyList<LiveOffer> offers)
    {
        ids.Clear();
        ids.Add(new OfferID { Value = offers[^1].Offer });
    }

    private static void Aim(SchedulerCall call, AgentID agent)
    {
        if (call.Kill is { } kill)
        {
            kill.AgentId = agent;
        }
        if (call.Shutdown is { } shutdown)
        {
            shutdown.AgentId = agent;
        }
        if (call.Message is { } message)
        {
            message.AgentId = agent;
        }
        if (call.Acknowledge is { } acknowledge)
        {
            acknowledge.AgentId = agent;
        }
        foreach (var task in call.Reconcile?.Tasks ?? [])
        {
            task.AgentId = agent;
        }
    }

    /// <summary>Makes what is launched or reserved fit on an agent, most of the time.</summary>
    private void Fit(Operation operation, string agent)
    {
        if (chance.Chance(0.2))
        {
            return;
        }
        foreach (var task in (operation.Launch?.TaskInfos ?? []).Concat(operation.LaunchGroup?.TaskGroup?.Tasks ?? []))
        {
            task.AgentId = new AgentID { Value = agent };
            task.Resources.Clear();
            task.Resources.Add(ResourceBag.Parse("cpus:0.01;mem:32").ToProto(ResourceFormat.PostRefinement));
            (task.Executor, task.HealthCheck, task.Check, task.Container) = (null, null, null, null);
            task.Command = new CommandInfo { Value = "true" };
        }
        foreach (var resource in operation.Reserve?.Resources ?? [])
        {
            (resource.Disk, resource.Shared, resource.Revocable) = (null, null, null);
            resource.Scalar = new() { Value = 0.5 };
            resource.Name = "cpus";
            resource.Reservations.Clear();
            resource.Reservations.Add(new Resource.Types.ReservationInfo
            {
                Type = Resource.Types.ReservationInfo.Types.Type.Dynamic, Role = Words.Any(chance, "fuzz", "fuzz/a", "other"),
            });
        }
    }
}
