using Offerbook.Apps.Errors;
using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Validation;

namespace Offerbook.Apps.Groups;

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

    private PathMap<AppDefinition> Apps(ValueList<AppDraft> drafts, PathId group, bool enforces, string path)
    {
        var apps = PathMap<AppDefinition>.Empty;
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
            apps = apps.SetItem(id, present is null ? app : app with { VersionInfo = present.VersionInfo });
        }
        return apps;
    }

    private PathMap<Group> Children(ValueList<GroupDraft> drafts, Group parent, bool enforces, string path)
    {
        var groups = PathMap<Group>.Empty;
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
            var childEnforces = id.Depth == 1 ? drafts[i].EnforceRole ?? present?.EnforceRole
                ?? settings.NewTopGroupEnforcesRole : enforces;
            groups = groups.SetItem(id, Assemble(drafts[i], id, present, childEnforces, at));
        }
        return groups;
    }
}
