using Mesos.V1;
using Offerbook.Master.Frameworks;
using Offerbook.Master.Tasks.Validation;
using Offerbook.Resources;

namespace Offerbook.Master.Offers;

/// <summary>Resources between the forms in which frameworks write and read them and the bags of the core.</summary>
internal static class ResourceForms
{
    public static List<Resource> ForFramework(Framework framework, ResourceBag resources) =>
        (framework.MultiRole ? resources : resources.Unallocate())
        .ToProto(framework.ReservationRefinement ? ResourceFormat.PostRefinement : ResourceFormat.PreRefinement);

    /// <summary>A copy of a task in which every resource says its role and the executor its framework, as agents expect.</summary>
    public static TaskInfo Complete(Framework framework, string role, TaskInfo task)
    {
        var complete = task.Clone();
        Allocate(complete.Resources, role);
        if (complete.Executor is { } executor)
        {
            executor.FrameworkId ??= framework.Id.ToProto();
            Allocate(executor.Resources, role);
        }
        if (complete.HealthCheck is { } check && CheckRules.TypeOf(check) is { } type)
        {
            check.Type = type;
        }
        return complete;
    }

    /// <summary>
    /// A copy of a group in which every resource says its role; a task that names no executor has the group's.
    /// </summary>
    public static GroupDraft CompleteGroup(string role, Operation.Types.LaunchGroup group)
    {
        var executor = group.Executor.Clone();
        Allocate(executor.Resources, role);
        var tasks = group.TaskGroup.Clone().Tasks;
        foreach (var task in tasks)
        {
            Allocate(task.Resources, role);
            Allocate(task.Executor?.Resources ?? [], role);
            task.Executor ??= executor;
        }
        return GroupDraft.Read(executor, tasks);
    }

    private static void Allocate(IEnumerable<Resource> resources, string role)
    {
        foreach (var resource in resources)
        {
            resource.AllocationInfo ??= new Resource.Types.AllocationInfo();
            if (!resource.AllocationInfo.HasRole)
            {
                resource.AllocationInfo.Role = role;
            }
        }
    }
}
