using Mesos.V1;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;
using AgentEvent = Offerbook.Wire.AgentProtocol.Event;
using SchedulerCall = Mesos.V1.Scheduler.Call;
using SchedulerEvent = Mesos.V1.Scheduler.Event;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Simulator.Adapters;

/// <summary>One line for each call and event, as the trace shows it: what it is, and which tasks it is about.</summary>
internal static class Describe
{
    public static string Call(SchedulerCall call) => call.Type switch
    {
        SchedulerCall.Types.Type.Accept =>
            $"ACCEPT launching {string.Join(' ', call.Accept.Operations.Where(item => item.Launch is not null)
            .SelectMany(item => item.Launch.TaskInfos).Select(task => task.TaskId.Value))}",
        SchedulerCall.Types.Type.Kill => "KILL " + call.Kill.TaskId.Value,
        SchedulerCall.Types.Type.Acknowledge => "ACKNOWLEDGE " + call.Acknowledge.TaskId.Value,
        SchedulerCall.Types.Type.Reconcile => "RECONCILE " + string.Join(' ', call.Reconcile.Tasks.Select(task => task.TaskId.Value)),
        _ => "scheduler " + call.Type,
    };

    public static string Event(SchedulerEvent @event) => @event.Type switch
    {
        SchedulerEvent.Types.Type.Update => "UPDATE " + Status(@event.Update.Status),
        SchedulerEvent.Types.Type.Offers => $"OFFERS of {string.Join(' ', @event.Offers.Offers_.Select(offer => offer.Hostname))}",
        SchedulerEvent.Types.Type.Error => "ERROR " + @event.Error.Message,
        _ => "event " + @event.Type,
    };

    public static string Call(AgentCall call) => call.Type switch
    {
        AgentCall.Types.Type.Subscribe =>
            $"agent SUBSCRIBE {call.AgentId?.Value} with {string.Join(' ', call.Subscribe.Tasks.Select(task => $"{task.TaskId.Value}:{task.State}"))}",
        AgentCall.Types.Type.Update => "agent UPDATE " + Status(call.Update.Status),
        _ => "agent " + call.Type,
    };

    public static string Event(AgentEvent @event) => @event.Type switch
    {
        AgentEvent.Types.Type.Subscribed => "SUBSCRIBED as " + @event.Subscribed.AgentId.Value,
        AgentEvent.Types.Type.Launch => "LAUNCH " + @event.Launch.Task.TaskId.Value,
        AgentEvent.Types.Type.Kill => "KILL " + @event.Kill.TaskId.Value,
        AgentEvent.Types.Type.Acknowledge => "ACKNOWLEDGE " + @event.Acknowledge.TaskId.Value,
        AgentEvent.Types.Type.Reconcile => "RECONCILE " + string.Join(' ', @event.Reconcile.Tasks.Select(task => task.TaskId.Value)),
        _ => "event " + @event.Type,
    };

    private static string Status(TaskStatus status) =>
        $"{status.TaskId.Value} {status.State}{(status.HasReason ? " " + status.Reason : "")}{(status.HasHealthy ? status.Healthy ? " healthy" : " unhealthy" : "")}";
}
