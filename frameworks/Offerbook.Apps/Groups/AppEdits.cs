using Offerbook.Apps.Errors;
using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Validation;

namespace Offerbook.Apps.Groups;

/// <summary>An edited tree, not yet completed by <see cref="TreeUpdate"/>, and the apps that were touched as they are before that
/// (service ports may still be 0).</summary>
public sealed record AppEdit(RootGroup Root, IReadOnlyList<AppDefinition> Apps, bool Created);

/// <summary>Finds the stored definition of an app at a version, or null.</summary>
public delegate AppDefinition? AppVersionLookup(PathId id, Timestamp version);

/// <summary>What the apps API does to the tree: create, update, delete, restart, scale.</summary>
public static class AppEdits
{
    public static ApiResult<AppEdit> Create(RootGroup root, AppDraft draft, SpecSettings settings)
    {
        var id = PathId.Parse(draft.Id ?? "");
        if (root.FindApp(id) is not null)
        {
            return ApiErrors.AppExists(id);
        }
        var app = Assemble(root, draft, id, null, settings, "");
        return app.IsOk ? Put(root, app.Value, settings, created: true) : app.Error;
    }

    /// <summary>PUT or PATCH of one app. The id in the body is ignored.</summary>
    /// <param name="isPartial">Absent members stay; else they get their defaults. An app that is not there is always created whole.</param>
    /// <param name="mayCreate">False for PATCH: an unknown app is refused.</param>
    public static ApiResult<AppEdit> Update(RootGroup root, PathId id, AppDraft draft, bool isPartial, bool mayCreate,
        SpecSettings settings, AppVersionLookup versions) => Update(root, id, draft, isPartial, mayCreate, settings, versions, "");

    /// <summary>PUT or PATCH of several apps at once; each says its id. All or none.</summary>
    public static ApiResult<AppEdit> UpdateMany(RootGroup root, IReadOnlyList<AppDraft> drafts, bool isPartial, bool mayCreate,
        SpecSettings settings, AppVersionLookup versions)
    {
        var edit = new AppEdit(root, [], false);
        for (var i = 0; i < drafts.Count; i++)
        {
            var next = Update(edit.Root, PathId.Parse(drafts[i].Id ?? ""), drafts[i], isPartial, mayCreate, settings, versions,
                "(" + i + ")");
            if (!next.IsOk)
            {
                return next.Error;
            }
            edit = new AppEdit(next.Value.Root, [.. edit.Apps, .. next.Value.Apps], edit.Created || next.Value.Created);
        }
        return edit;
    }

    public static ApiResult<AppEdit> Delete(RootGroup root, PathId id) =>
        root.FindApp(id) is { } app ? new AppEdit(root.WithoutApp(id), [app], false) : ApiErrors.UnknownApp(id);

    /// <summary>
    /// Marks the app as changed at <paramref name="version"/>, which must be the one that <see cref="TreeUpdate.Complete"/> gets.
    /// </summary>
    public static ApiResult<AppEdit> Restart(RootGroup root, PathId id, Timestamp version)
    {
        if (root.FindApp(id) is not { } app)
        {
            return ApiErrors.UnknownApp(id);
        }
        var restarted = app with { VersionInfo = app.VersionInfo.WithConfigChange(version) };
        return new AppEdit(root.WithApp(restarted), [restarted], false);
    }

    /// <summary>Sets the number of instances of apps and pods that exist (killing and scaling); others are skipped.</summary>
    public static RootGroup Scale(RootGroup root, IReadOnlyList<KeyValuePair<PathId, int>> instances)
    {
        foreach (var (id, count) in instances)
        {
            root = root.FindSpec(id) is { } spec ? root.WithSpec(spec with { Instances = Math.Max(0, count) }) : root;
        }
        return root;
    }

    private static ApiResult<AppEdit> Update(RootGroup root, PathId id, AppDraft draft, bool isPartial, bool mayCreate,
        SpecSettings settings, AppVersionLookup versions, string path)
    {
        var existing = root.FindApp(id);
        if (existing is null && !mayCreate)
        {
            return ApiErrors.UnknownApp(id);
        }
        if (draft.Version is not null && !draft.HasOnlyVersion)
        {
            return ApiErrors.NotValid(path, "The 'version' field may only be combined with the 'id' field.");
        }
        if (existing is not null && draft.Version is { } back)
        {
            return versions(id, back) is { } stored
                ? Put(root, stored with { VersionInfo = existing.VersionInfo }, settings, created: false)
                : ApiErrors.UnknownApp(id, back);
        }
        var app = Assemble(root, draft, id, existing, settings, path, isPartial);
        return app.IsOk ? Put(root, app.Value, settings, created: existing is null) : app.Error;
    }

    private static ApiResult<AppDefinition> Assemble(RootGroup root, AppDraft draft, PathId id, AppDefinition? existing,
        SpecSettings settings, string path, bool isPartial = false)
    {
        var errors = new PathErrors();
        var role = RoleSettings.For(id, root, settings, existing?.Role).Default;
        var app = AppAssembly.Assemble(draft, isPartial ? existing : null, new DraftContext(id, PathId.Root, role, settings, path), errors);
        AppRules.Check(app, settings, path, errors);
        if (errors.Any)
        {
            return ApiErrors.NotValid(errors);
        }
        return existing is null ? app : app with { VersionInfo = existing.VersionInfo };
    }

    private static ApiResult<AppEdit> Put(RootGroup root, AppDefinition app, SpecSettings settings, bool created) =>
        new AppEdit(root.WithApp(app, settings.NewTopGroupEnforcesRole), [app], created);
}
