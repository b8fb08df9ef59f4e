using Mesos.V1;
using Offerbook.Master.Agents;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Tasks;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using Type = Mesos.V1.Master.Event.Types.Type;

namespace Offerbook.Master.Operator.Events;

/// <summary>
/// What operators are told, each event in the form that clients know. Events of frameworks and agents carry no offers and nothing that is
/// allocated.
/// </summary>
internal static class OperatorEvents
{
    public static OperatorEvent Heartbeat { get; } = new() { Type = Type.Heartbeat };

    /// <summary>
    /// A state that was not the last one reported, or the outcome of a check. A state that was only learnt otherwise is still news.
    /// </summary>
    public static bool IsNews(TaskModel before, TaskStatus status) =>
        status.Reason is Reason.TaskCheckStatusUpdated or Reason.TaskHealthCheckStatusUpdated
        || before.Statuses.IsEmpty || status.State != before.Statuses[^1].State;

    public static OperatorEvent TaskAdded(TaskModel task) => new() { Type = Type.TaskAdded, TaskAdded = new() { Task = task.ToProto() } };

    public static OperatorEvent TaskUpdated(FrameworkId framework, TaskStatus status, TaskState latest) => new()
    {
        Type = Type.TaskUpdated,
        TaskUpdated = new() { FrameworkId = framework.ToProto(), Status = status, State = latest },
    };

    public static OperatorEvent FrameworkAdded(Framework framework) =>
        new() { Type = Type.FrameworkAdded, FrameworkAdded = new() { Framework = Describe(framework) } };

    public static OperatorEvent FrameworkUpdated(Framework framework) =>
        new() { Type = Type.FrameworkUpdated, FrameworkUpdated = new() { Framework = Describe(framework) } };

    public static OperatorEvent FrameworkRemoved(Framework framework) =>
        new() { Type = Type.FrameworkRemoved, FrameworkRemoved = new() { FrameworkInfo = framework.Info } };

    public static OperatorEvent AgentRemoved(AgentId agent) =>
        new() { Type = Type.AgentRemoved, AgentRemoved = new() { AgentId = agent.ToProto() } };

    public static OperatorEvent AgentAdded(Agent agent)
    {
        var message = new OperatorResponse.Types.GetAgents.Types.Agent
        {
            AgentInfo = agent.Info,
            // It has just come, and is active unless an operator wants otherwise or it does itself.
            Active = agent.Deactivation is null && agent.Degraded is null,
            Deactivated = agent.Deactivation is not null,
            DrainInfo = agent.Deactivation?.DrainInfo,
            EstimatedDrainStartTime = agent.Deactivation is { HasDrainStartedTime: true } draining
                ? new TimeInfo { Nanoseconds = draining.DrainStartedTime } : null,
            Version = agent.Version,
            Pid = agent.Pid,
            RegisteredTime = Time(agent.RegisteredTime),
            ReregisteredTime = agent.ReregisteredTime is { } again ? Time(again) : null,
        };
        message.TotalResources.Add(agent.Total.ToProto(ResourceFormat.Endpoint));
        message.Capabilities.Add(agent.Capabilities);
        return new OperatorEvent { Type = Type.AgentAdded, AgentAdded = new() { Agent = message } };
    }

    private static OperatorResponse.Types.GetFrameworks.Types.Framework Describe(Framework framework) => new()
    {
        FrameworkInfo = framework.Info,
        Active = framework.Connected,
        Connected = framework.Connected,
        Recovered = framework.Recovered,
        RegisteredTime = Time(framework.RegisteredTime),
        ReregisteredTime = Time(framework.ReregisteredTime),
        UnregisteredTime = new TimeInfo { Nanoseconds = 0 },
    };

    private static TimeInfo Time(DateTimeOffset time) => new() { Nanoseconds = Times.ToNanoseconds(time) };
}
