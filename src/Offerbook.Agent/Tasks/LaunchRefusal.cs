using Mesos.V1;

namespace Offerbook.Agent.Tasks;

/// <summary>Why a launch is not carried out; becomes the task's only update.</summary>
internal sealed record LaunchRefusal(TaskState State, TaskStatus.Types.Reason Reason, string Message)
{
    public static LaunchRefusal Invalid(string message) => new(TaskState.TaskError, TaskStatus.Types.Reason.TaskInvalid, message);

    public static LaunchRefusal Failed(string message) => new(TaskState.TaskFailed, TaskStatus.Types.Reason.ContainerLaunchFailed, message);
}
