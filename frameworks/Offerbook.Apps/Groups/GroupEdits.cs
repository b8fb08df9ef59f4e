using Offerbook.Apps.Errors;
using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Validation;

namespace Offerbook.Apps.Groups;

/// <summary>Finds the stored tree of a version, or null.</summary>
public delegate RootGroup? TreeVersionLookup(Timestamp version);

/// <summary>What the groups API does to the tree. Results still have to go through <see cref="TreeUpdate.Complete"/>.</summary>
public static class GroupEdits
{
    /// <summary>Where a request points: the id in the body is relative to the group in the URL.</summary>
    public static PathId TargetOf(PathId urlGroup, GroupDraft draft) => draft.Id is null ? urlGroup : urlGroup.Resolve(draft.Id);

    /// <summary>
    /// What a body addresses that lies outside the group in the URL: <c>/</c> there would replace everything. Null: it lies within.
    /// </summary>
    public static PathId? StrayTarget(PathId urlGroup, GroupDraft draft) =>
        TargetOf(urlGroup, draft) is var target && target.IsWithin(urlGroup) ? null : target;

    /// <summary>POST: the group must not be there yet. The root always is.</summary>
    public static ApiResult<RootGroup> Create(RootGroup root, PathId urlGroup, GroupDraft draft, SpecSettings settings,
        TreeVersionLookup versions)
    {
        var id = TargetOf(urlGroup, draft);
        if (root.FindGroup(id) is not null)
        {
            return ApiErrors.GroupExists(id);
        }
        return root.FindApp(id) is not null ? ApiErrors.AppAtGroupPath(id) : Put(root, urlGroup, draft, settings, versions);
    }

    /// <summary>PUT: creates or replaces, or goes back to a version, or scales.</summary>
    public static ApiResult<RootGroup> Put(RootGroup root, PathId urlGroup, GroupDraft draft, SpecSettings settings,
        TreeVersionLookup versions)
    {
        var id = TargetOf(urlGroup, draft);
        var errors = new PathErrors();
        PathIdRules.Check(id, "/id", errors);
        GroupDraftRules.Check(draft, "", isAddressed: true, errors);
        if (errors.Any)
        {
            return ApiErrors.NotValid(errors);
        }
        if (draft.Version is { } version)
        {
            return versions(version)?.FindGroup(id) is { } stored
                ? root.WithGroup(stored, settings.NewTopGroupEnforcesRole)
                : ApiErrors.Unprocessable($"Group {id} not available in version {version}");
        }
        if (draft.ScaleBy is { } factor)
        {
            return root.FindGroup(id) is null ? ApiErrors.UnknownGroup(id) : ScaleBy(root, id, factor);
        }
        var top = id.Ancestor(1);
        var enforces = (id.Depth == 1 ? draft.EnforceRole : null) ?? root.FindGroup(top)?.EnforceRole ?? settings.NewTopGroupEnforcesRole;
        var group = new GroupAssembly(root, settings, errors).Assemble(draft, id, root.FindGroup(id), enforces, "");
        GroupDraftRules.CheckEnforcement(root, group, errors);
        return errors.Any ? ApiErrors.NotValid(errors) : root.WithGroup(group, settings.NewTopGroupEnforcesRole);
    }

    public static ApiResult<RootGroup> Delete(RootGroup root, PathId id) =>
        root.FindGroup(id) is null ? ApiErrors.UnknownGroup(id) : root.WithoutGroup(id);

    /// <summary>PATCH: only enforceRole, only of top-level groups. Starts no deployment; the tree keeps its version.</summary>
    public static ApiResult<RootGroup> PatchEnforceRole(RootGroup root, PathId id, bool? enforceRole, SpecSettings settings)
    {
        if (id.Depth != 1)
        {
            return ApiErrors.NotTopLevel();
        }
        return root.FindGroup(id) is { } group
            ? root.WithGroup(group with { EnforceRole = enforceRole ?? settings.NewTopGroupEnforcesRole })
            : ApiErrors.UnknownGroup(id);
    }

    /// <summary>Every app below gets instances × factor, rounded up; at most what a count can hold.</summary>
    private static RootGroup ScaleBy(RootGroup root, PathId id, double factor) => root.MapApps(app => app.Id.IsWithin(id)
        ? app with { Instances = (int)Math.Min(int.MaxValue, Math.Ceiling(app.Instances * (decimal)Math.Min(factor, int.MaxValue))) }
        : app);
}
