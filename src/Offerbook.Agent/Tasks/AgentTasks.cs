using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Tasks;

/// <summary>Makes the task that an event admits.</summary>
internal static class AgentTasks
{
    public static AgentTask Of(TaskAdmitted admitted) => new(
        FrameworkId.From(admitted.FrameworkId), admitted.Task, new ContainerId(admitted.ContainerId), admitted.AdmittedNanoseconds,
        admitted.ExecutorId is null ? null : ExecutorId.From(admitted.ExecutorId))
    {
        SharesContainer = admitted.SharesContainer,
        Group = admitted.HasGroup ? admitted.Group : null,
    };
}
