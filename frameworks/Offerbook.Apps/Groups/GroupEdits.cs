using System.Collections.Immutable;
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

    /// <summary>POST: the group must not be there yet. The root always is.</summary>
    public static ApiResult<RootGroup> Create(RootGroup root, PathId urlGroup, GroupDraft draft, SpecSettings settings, TreeVersionLookup versions)
    {
        var id = TargetOf(urlGroup, draft);
        if (root.FindGroup(id) is not null)
        {
            return ApiErrors.GroupExists(id);
        }
        return root.FindApp(id) is not null ? ApiErrors.AppAtGroupPath(id) : Put(root, urlGroup, draft, settings, versions);
    }

    /// <summary>PUT: creates or replaces, or goes back to a version, or scales.</summary>
    public static ApiResult<RootGroup> Put(RootGroup root, PathId urlGroup, GroupDraft draft, SpecSettings settings, TreeVersionLookup versions)
    {
        var id = TargetOf(urlGroup, draft);
        var errors = new PathErrors();
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

/// <summary>Makes groups of drafts, depth first, noting every mistake in them.</summary>
internal sealed class GroupAssembly(RootGroup root, SpecSettings settings, PathErrors errors)
{
    /// <param name="enforces">Whether the top-level group above (or this one) will enforce its role.</param>
    public Group Assemble(GroupDraft draft, PathId id, Group? present, bool enforces, string path)
    {
        var basis = present ?? Group.Empty(id);
        return basis with
        {
            Apps = draft.Apps is null ? basis.Apps : Apps(draft.Apps, id, enforces, path),
            Groups = draft.Groups is null ? basis.Groups : Children(draft.Groups, basis, enforces, path),
            Dependencies = draft.Dependencies?.Select(id.Resolve).ToValueSet() ?? basis.Dependencies,
            EnforceRole = id.Depth == 1 ? enforces : null,
        };
    }

    private ImmutableSortedDictionary<PathId, AppDefinition> Apps(ValueList<AppDraft> drafts, PathId group, bool enforces, string path)
    {
        var apps = ImmutableSortedDictionary.CreateBuilder<PathId, AppDefinition>();
        for (var i = 0; i < drafts.Count; i++)
        {
            var at = path + "/apps(" + i + ")";
            var id = group.Resolve(drafts[i].Id ?? "");
            PathIdRules.CheckChild(id, group, at + "/id", errors);
            if (apps.ContainsKey(id))
            {
                errors.Add(at + "/id", $"An app with id [{id}] is given twice.");
            }
            var present = root.FindApp(id);
            var role = group.IsRoot ? settings.DefaultRole : RoleSettings.For(id, enforces, settings, present?.Role).Default;
            var app = AppAssembly.Assemble(drafts[i], null, new DraftContext(id, group, role, settings, at), errors);
            AppRules.Check(app, settings, at, errors);
            apps[id] = present is null ? app : app with { VersionInfo = present.VersionInfo };
        }
        return apps.ToImmutable();
    }

    private ImmutableSortedDictionary<PathId, Group> Children(ValueList<GroupDraft> drafts, Group parent, bool enforces, string path)
    {
        var groups = ImmutableSortedDictionary.CreateBuilder<PathId, Group>();
        for (var i = 0; i < drafts.Count; i++)
        {
            var at = path + "/groups(" + i + ")";
            var id = parent.Id.Resolve(drafts[i].Id ?? "");
            PathIdRules.CheckChild(id, parent.Id, at + "/id", errors);
            if (groups.ContainsKey(id))
            {
                errors.Add(at + "/id", $"A group with id [{id}] is given twice.");
            }
            var present = parent.Groups.GetValueOrDefault(id);
            var childEnforces = id.Depth == 1 ? drafts[i].EnforceRole ?? present?.EnforceRole ?? settings.NewTopGroupEnforcesRole : enforces;
            groups[id] = Assemble(drafts[i], id, present, childEnforces, at);
        }
        return groups.ToImmutable();
    }
}
