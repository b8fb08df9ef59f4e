using Mesos.V1;
using Offerbook.Actors;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Tasks;

/// <summary>Statuses that the master makes itself. They carry no uuid: nobody acknowledges them.</summary>
internal static class MasterStatus
{
    public static TaskStatus Make(in Turn turn, TaskId task, AgentId? agent, TaskState state, Reason reason, string message) =>
        Make(turn.Now, task, agent, state, reason, message);

    public static TaskStatus Make(Now now, TaskId task, AgentId? agent, TaskState state, Reason reason, string message)
    {
        var status = new TaskStatus
        {
            TaskId = task.ToProto(),
            State = state,
            Message = message,
            Source = Source.Master,
            Reason = reason,
            Timestamp = now.UnixSeconds,
        };
        if (agent is { } id)
        {
            status.AgentId = id.ToProto();
        }
        return status;
    }
}
