using Mesos.V1;
using Offerbook.Master.Frameworks;
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
        if (complete.HealthCheck is { } check && Tasks.Validation.CheckRules.TypeOf(check) is var type and not HealthCheck.Types.Type.Unknown)
        {
            check.Type = type;
        }
        return complete;
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
