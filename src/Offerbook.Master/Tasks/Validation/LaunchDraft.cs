using Mesos.V1;
using Offerbook.Resources;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>A task that is to be launched, with every default filled in and its resources read once for all checks.</summary>
/// <param name="Own">The resources of the task alone.</param>
/// <param name="Executor">Those of the executor that it brings; nothing when it brings none, or shares its group's.</param>
internal sealed record LaunchDraft(TaskInfo Task, BagReading Own, BagReading Executor)
{
    private static readonly BagReading Nothing = new(ResourceBag.Empty, []);

    public static LaunchDraft Alone(TaskInfo task) =>
        new(task, ResourceReader.Read(task.Resources), task.Executor is null ? Nothing : ResourceReader.Read(task.Executor.Resources));

    public static LaunchDraft OfGroup(TaskInfo task) => new(task, ResourceReader.Read(task.Resources), Nothing);
}
