using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Core;

/// <summary>What must still be so for a change to be made: clients say what they have read (If-Match) and are refused (412) when others
/// have changed it since. It is looked at in the turn of the change, so nothing comes between.</summary>
/// <param name="Exists">Any version will do, if only it is there (<c>If-Match: *</c>).</param>
/// <param name="Versions">The versions that will do.</param>
/// <param name="IsNew">It must not be there (<c>If-None-Match: *</c>).</param>
public sealed record WriteCondition(bool Exists, ValueList<Timestamp> Versions, bool IsNew)
{
    /// <summary>One that nothing fulfils: the client named versions that were never ours.</summary>
    public static WriteCondition Never { get; } = new(false, [], false);
}

internal static class WriteConditions
{
    /// <returns>Null: the change may be made.</returns>
    public static ApiError? Refusal(AppsState state, ApiCall call, WriteCondition condition) => call switch
    {
        ApiCall.UpdateApp app => OfApp(state, PathId.Parse(app.Id), condition),
        ApiCall.DeleteApp app => OfApp(state, PathId.Parse(app.Id), condition),
        ApiCall.RestartApp app => OfApp(state, PathId.Parse(app.Id), condition),
        ApiCall.UpdateGroup group => OfGroup(state, PathId.Parse(group.Id), condition),
        ApiCall.PatchGroup group => OfGroup(state, PathId.Parse(group.Id), condition),
        ApiCall.DeleteGroup group => OfGroup(state, PathId.Parse(group.Id), condition),
        _ => OfGroup(state, PathId.Root, condition with { IsNew = false, Exists = condition.Exists || condition.IsNew }),
    };

    private static ApiError? OfApp(AppsState state, PathId id, WriteCondition condition)
    {
        var app = state.Root.FindApp(id);
        if (condition.IsNew)
        {
            return app is null ? null : ApiErrors.PreconditionFailed($"App '{id}' exists already");
        }
        if (app is null)
        {
            return ApiErrors.PreconditionFailed($"App '{id}' does not exist");
        }
        return condition.Exists || condition.Versions.Contains(app.Version)
            ? null
            : ApiErrors.PreconditionFailed($"App '{id}' has changed: it is at version {app.Version}");
    }

    /// <summary>A group is as it was when nothing in it has changed, whatever happened elsewhere in the tree.</summary>
    private static ApiError? OfGroup(AppsState state, PathId id, WriteCondition condition)
    {
        var group = state.Root.FindGroup(id);
        if (condition.IsNew)
        {
            return group is null ? null : ApiErrors.PreconditionFailed($"Group '{id}' exists already");
        }
        if (group is null)
        {
            return ApiErrors.PreconditionFailed($"Group '{id}' does not exist");
        }
        return condition.Exists || condition.Versions.Contains(state.Root.Version)
            || state.Roots.Exists(root => condition.Versions.Contains(root.Version) && AreSame(root.FindGroup(id), group))
            ? null
            : ApiErrors.PreconditionFailed($"Group '{id}' has changed: the tree is at version {state.Root.Version}");
    }

    private static bool AreSame(Group? left, Group right) => ReferenceEquals(left, right) || (left is not null
        && left.EnforceRole == right.EnforceRole && left.Dependencies.Equals(right.Dependencies)
        && left.Apps.Values.SequenceEqual(right.Apps.Values) && left.Pods.Values.SequenceEqual(right.Pods.Values)
        && left.Groups.Keys.SequenceEqual(right.Groups.Keys)
        && left.Groups.Values.Zip(right.Groups.Values).All(pair => AreSame(pair.First, pair.Second)));
}
