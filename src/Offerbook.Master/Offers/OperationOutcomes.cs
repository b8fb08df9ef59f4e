using Mesos.V1;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Operator;
using Offerbook.Master.Tasks;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Offers;

/// <summary>
/// What a framework is told of operations that the master refuses: each task, and each operation with an id, gets an outcome.
/// </summary>
internal sealed class OperationOutcomes(ClusterState cluster)
{
    /// <summary>Refuses an operation whatever it is: its tasks end with TASK_ERROR, its id with OPERATION_ERROR.</summary>
    public void Refuse(in Turn turn, AcceptRun run, Operation operation, string why)
    {
        var reason = operation.Type == OperationType.LaunchGroup ? Reason.TaskGroupInvalid : Reason.TaskInvalid;
        foreach (var task in TasksOf(operation))
        {
            Tell(turn, run.Framework, task, TaskState.TaskError, reason, why);
        }
        TellOperation(turn, run.Framework, run.Agent.Id, operation, why);
    }

    public void Tell(in Turn turn, Framework framework, TaskInfo task, TaskState state, Reason reason, string message)
    {
        cluster.Counters.CountTerminal(state);
        cluster.Counters.CountReason(state, Source.Master, reason);
        framework.Counters.CountTerminal(state);
        var status = MasterStatus.Make(turn, TaskId.From(task.TaskId), AgentId.From(task.AgentId), state, reason, message);
        framework.Send(turn, SchedulerEvents.Update(status));
    }

    /// <summary>Says that an operation failed, if it has an id to say it of.</summary>
    public static void TellOperation(in Turn turn, Framework framework, AgentId? agent, Operation operation, string message)
    {
        if (operation.Id is null || operation.Type is OperationType.Launch or OperationType.LaunchGroup)
        {
            return;
        }
        framework.Send(turn, SchedulerEvents.OperationUpdate(new OperationStatus
        {
            OperationId = operation.Id,
            State = OperationState.OperationError,
            Message = message,
            AgentId = agent?.ToProto(),
        }));
    }

    public static IEnumerable<TaskInfo> TasksOf(Operation operation) => operation.Type switch
    {
        OperationType.Launch => operation.Launch?.TaskInfos ?? [],
        OperationType.LaunchGroup => operation.LaunchGroup?.TaskGroup.Tasks ?? [],
        _ => [],
    };

    /// <summary>The type as it is written: LAUNCH_GROUP.</summary>
    public static string NameOf(OperationType type) => MasterCounters.Snake(type.ToString()).ToUpperInvariant();
}
