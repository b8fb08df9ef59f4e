using Google.Protobuf;
using Mesos.V1;
using Offerbook.Wire.Identity;
using Type = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Master.Frameworks;

/// <summary>The events that schedulers are sent.</summary>
internal static class SchedulerEvents
{
    /// <summary>One for all: events are never changed after they were emitted.</summary>
    public static readonly SchedulerEvent Heartbeat = new() { Type = Type.Heartbeat };

    public static SchedulerEvent Subscribed(FrameworkId framework, TimeSpan heartbeatInterval, MasterInfo master) => new()
    {
        Type = Type.Subscribed,
        Subscribed = new() { FrameworkId = framework.ToProto(), HeartbeatIntervalSeconds = heartbeatInterval.TotalSeconds,
            MasterInfo = master },
    };

    public static SchedulerEvent Error(string message) => new() { Type = Type.Error, Error = new() { Message = message } };

    public static SchedulerEvent Offers(IEnumerable<Offer> offers)
    {
        var @event = new SchedulerEvent { Type = Type.Offers, Offers = new() };
        @event.Offers.Offers_.Add(offers);
        return @event;
    }

    public static SchedulerEvent Rescind(OfferId offer) => new() { Type = Type.Rescind, Rescind = new() { OfferId = offer.ToProto() } };

    /// <summary>Empty, to be filled.</summary>
    public static SchedulerEvent InverseOffers() => new() { Type = Type.InverseOffers, InverseOffers = new() };

    public static SchedulerEvent RescindInverse(OfferId offer) =>
        new() { Type = Type.RescindInverseOffer, RescindInverseOffer = new() { InverseOfferId = offer.ToProto() } };

    public static SchedulerEvent Update(TaskStatus status) => new() { Type = Type.Update, Update = new() { Status = status } };

    public static SchedulerEvent OperationUpdate(OperationStatus status) =>
        new() { Type = Type.UpdateOperationStatus, UpdateOperationStatus = new() { Status = status } };

    public static SchedulerEvent Message(AgentId agent, ExecutorID executor, ByteString data) => new()
    {
        Type = Type.Message,
        Message = new() { AgentId = agent.ToProto(), ExecutorId = executor, Data = data },
    };

    public static SchedulerEvent AgentFailure(AgentId agent) =>
        new() { Type = Type.Failure, Failure = new() { AgentId = agent.ToProto() } };

    /// <param name="status">A raw wait status.</param>
    public static SchedulerEvent ExecutorFailure(AgentId agent, ExecutorID executor, int status) => new()
    {
        Type = Type.Failure,
        Failure = new() { AgentId = agent.ToProto(), ExecutorId = executor, Status = status },
    };
}
