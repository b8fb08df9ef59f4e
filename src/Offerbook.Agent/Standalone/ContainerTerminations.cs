using System.Globalization;
using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Recovery;
using Offerbook.Resources;

namespace Offerbook.Agent.Standalone;

/// <summary>How WAIT tells the end of a container.</summary>
internal static class ContainerTerminations
{
    public static OperatorContainerEnded Of(ContainerId container, ContainerExit exit)
    {
        var ended = new OperatorContainerEnded { ContainerId = container.Value };
        if (exit.WaitStatus is { } status)
        {
            ended.WaitStatus = status;
        }
        switch (exit)
        {
            case ContainerExit.OverLimit over:
                ended.State = TaskState.TaskFailed;
                ended.Reason = over.Resource == LimitedResource.Memory
                    ? Mesos.V1.TaskStatus.Types.Reason.ContainerLimitationMemory
                    : Mesos.V1.TaskStatus.Types.Reason.ContainerLimitationDisk;
                ended.Message = over.Message;
                ended.Limitation = LimitationOf(over);
                break;
            case ContainerExit.Vanished vanished:
                ended.Message = vanished.Why;
                break;
        }
        return ended;
    }

    /// <summary>It had not begun when the agent was restarted, and never will.</summary>
    public static OperatorContainerEnded NeverStarted(ContainerId container) => new()
    {
        ContainerId = container.Value, Message = "Container launched during agent restart; it never ran",
    };

    public static OperatorContainerEnded LaunchFailed(ContainerId container, string why) =>
        new() { ContainerId = container.Value, Message = why };

    private static TaskResourceLimitation LimitationOf(ContainerExit.OverLimit over)
    {
        var limitation = new TaskResourceLimitation();
        var name = over.Resource == LimitedResource.Memory ? "mem" : "disk";
        limitation.Resources.AddRange(
            ResourceBag.Parse(string.Create(CultureInfo.InvariantCulture, $"{name}:{over.Megabytes:0.###}"))
                .ToProto(ResourceFormat.PostRefinement));
        return limitation;
    }
}
