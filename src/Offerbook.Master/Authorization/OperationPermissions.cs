using Mesos.V1;
using Offerbook.Master.Frameworks;

namespace Offerbook.Master.Authorization;

/// <summary>A permission that something takes.</summary>
internal readonly record struct Need(AclAction Action, string? Object);

/// <summary>What the operations on resources and launches ask permission for, and what a framework is told that has none.</summary>
internal static class OperationPermissions
{
    public static bool Allow(Authorizer authorizer, string? principal, IEnumerable<Need> needs)
    {
        foreach (var need in needs)
        {
            if (!authorizer.Allows(need.Action, principal, need.Object))
            {
                return false;
            }
        }
        return true;
    }

    public static IEnumerable<Need> ToReserve(IEnumerable<Resource> resources) =>
        resources.Select(resource => new Need(AclAction.ReserveResources, RoleOf(resource)));

    /// <summary>Of each resource the newest reservation is undone.</summary>
    public static IEnumerable<Need> ToUnreserve(IEnumerable<Resource> resources) =>
        resources.Where(resource => resource.Reservations.Count > 0 || resource.Reservation is not null)
            .Select(resource => new Need(AclAction.UnreserveResources, ReserverOf(resource)));

    public static IEnumerable<Need> ToCreate(IEnumerable<Resource> volumes) =>
        volumes.Select(volume => new Need(AclAction.CreateVolume, RoleOf(volume)));

    public static IEnumerable<Need> ToDestroy(IEnumerable<Resource> volumes) =>
        volumes.Select(volume =>
            new Need(AclAction.DestroyVolume, volume.Disk?.Persistence is { HasPrincipal: true } made ? made.Principal : null));

    public static IEnumerable<Need> ToResize(Resource volume) => [new Need(AclAction.ResizeVolume, RoleOf(volume))];

    /// <param name="operation">Well-formed; no launch.</param>
    /// <returns>Why the framework may not; null when it may.</returns>
    public static string? Refuse(Authorizer authorizer, Framework framework, Offer.Types.Operation operation)
    {
        if (authorizer.IsUnrestricted)
        {
            return null;
        }
        var (needs, what) = operation.Type switch
        {
            OperationType.Reserve => (ToReserve(operation.Reserve.Resources), "reserve resources"),
            OperationType.Unreserve => (ToUnreserve(operation.Unreserve.Resources), "unreserve resources"),
            OperationType.Create => (ToCreate(operation.Create.Volumes), "create persistent volumes"),
            OperationType.Destroy => (ToDestroy(operation.Destroy.Volumes), "destroy persistent volumes"),
            OperationType.GrowVolume => (ToResize(operation.GrowVolume.Volume), "grow a volume"),
            OperationType.ShrinkVolume => (ToResize(operation.ShrinkVolume.Volume), "shrink a volume"),
            _ => ([], ""),
        };
        return Allow(authorizer, PrincipalOf(framework), needs) ? null : $"Not authorized to {what} as '{framework.Info.Principal}'";
    }

    /// <returns>The user as whom the framework may not run the task; null when it may.</returns>
    public static string? ForbiddenUser(Authorizer authorizer, Framework framework, TaskInfo task)
    {
        if (authorizer.IsUnrestricted)
        {
            return null;
        }
        var user = UserOf(task, framework.Info);
        return authorizer.Allows(AclAction.RunTask, PrincipalOf(framework), user) ? null : user;
    }

    private static string UserOf(TaskInfo task, FrameworkInfo framework) =>
        task.Command is { HasUser: true } command ? command.User
        : task.Executor?.Command is { HasUser: true } executor ? executor.User
        : framework.User;

    private static string? PrincipalOf(Framework framework) => framework.Info.HasPrincipal ? framework.Info.Principal : null;

    /// <summary>The role that it is reserved for, in any of the three forms that clients write.</summary>
    private static string RoleOf(Resource resource) =>
        resource.Reservations.Count > 0 ? resource.Reservations[^1].Role : resource.HasRole ? resource.Role : "*";

    private static string? ReserverOf(Resource resource)
    {
        var reservation = resource.Reservations.Count > 0 ? resource.Reservations[^1] : resource.Reservation;
        return reservation is { HasPrincipal: true } ? reservation.Principal : null;
    }
}
