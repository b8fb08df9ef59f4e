using Mesos.V1;
using Offerbook.Resources;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>A group that is to be launched, with every default filled in and its resources read once for all checks.</summary>
internal sealed record GroupDraft(ExecutorInfo Executor, BagReading ExecutorResources, IReadOnlyList<LaunchDraft> Tasks)
{
    /// <summary>What the tasks need together, without their executor.</summary>
    public ResourceBag Total { get; } = Tasks.Aggregate(ResourceBag.Empty, (sum, draft) => sum + draft.Own.Bag);

    public static GroupDraft Read(ExecutorInfo executor, IEnumerable<TaskInfo> tasks) =>
        new(executor, ResourceReader.Read(executor.Resources), tasks.Select(LaunchDraft.OfGroup).ToList());
}
