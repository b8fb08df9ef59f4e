using Offerbook.Apps.Access;

namespace Offerbook.Apps.Http.Access;

/// <summary>What a caller must be allowed before a route answers. <see cref="RoutePermissions"/> says which route needs which.</summary>
internal abstract record Permission
{
    private Permission()
    {
    }

    /// <summary>Nothing: it shows what is about nobody, or leaves out what the caller may not view.</summary>
    public sealed record Nothing : Permission;

    /// <summary>On the app or pod in the path, or on the apps of a group that it names by <c>/*</c>.</summary>
    /// <param name="IfMissing">What is to be allowed where none is; null: it is not there, and the answer says so.</param>
    public sealed record OnSpec(AccessAction Action, AccessAction? IfMissing = null) : Permission;

    /// <summary>On all of the group in the path.</summary>
    public sealed record OnGroup(AccessAction Action) : Permission;

    /// <summary>To view a part of the group in the path; the answer leaves out the rest.</summary>
    public sealed record SomeOfGroup : Permission;

    /// <summary>On the apps and pods of the deployment in the path: to view one is enough, for anything else all are needed.</summary>
    public sealed record OnDeployment(AccessAction Action) : Permission;

    /// <summary>One of these somewhere; what the body touches is looked at when that is known.</summary>
    public sealed record Somewhere(params AccessAction[] Actions) : Permission;

    /// <summary>On what belongs to no app: settings, metrics, leadership.</summary>
    public sealed record OnSystem(bool Changes) : Permission;
}
