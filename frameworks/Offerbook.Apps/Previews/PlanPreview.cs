using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Json;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Pods.Json;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Previews;

/// <summary>
/// What a document would do to the tree, by the same edits, rules and planner as the change itself. A pure function of the state, so
/// it is asked of a published view and never of the core.
/// </summary>
internal static class PlanPreview
{
    public static ApiResult<DeploymentPlan> Of(AppsState state, AppsSettings settings, JToken document, Versioning versioning, bool force,
        Timestamp now)
    {
        var (root, specs) = (state.Root, TreeChanges.SpecsOf(settings));
        var edited = Edit(state, specs, document);
        if (!edited.IsOk)
        {
            return edited.Error;
        }
        var version = now > root.Version ? now : new Timestamp(root.Version.UnixMilliseconds + 1);
        var target = TreeUpdate.Complete(root, edited.Value, version, specs, force, versioning);
        return target.IsOk
            ? DeploymentPlanner.Plan("plan", root, target.Value, version) with { Warnings = DependencyWarnings.Of(root, target.Value) }
            : target.Error;
    }

    private static ApiResult<RootGroup> Edit(AppsState state, SpecSettings specs, JToken document)
    {
        AppVersionLookup versions = (id, version) => state.FindVersion(id, version) as AppDefinition;
        switch (document)
        {
            case JArray:
                var many = Documents.ReadAppUpdates(document);
                return many.IsOk ? RootOf(AppEdits.UpdateMany(state.Root, many.Value, true, true, specs, versions)) : many.Error;
            case JObject group
                when group.ContainsKey("apps") || group.ContainsKey("groups") || group.ContainsKey("pods") || group.ContainsKey("scaleBy"):
                var draft = Documents.ReadGroup(document);
                return draft.IsOk
                    ? GroupEdits.Put(state.Root, PathId.Root, draft.Value, specs,
                        version => state.Roots.FindLast(stored => stored.Version == version))
                    : draft.Error;
            case JObject json when json.ContainsKey("containers"):
                var read = PodReader.Read(json);
                if (!read.IsOk)
                {
                    return read.Error;
                }
                var pod = PodEdits.Replace(state.Root, PathId.Parse(read.Value.Id), read.Value, specs);
                return pod.IsOk ? pod.Value.Root : pod.Error;
            default:
                var app = Documents.ReadApp(document);
                return app.IsOk
                    ? RootOf(AppEdits.Update(state.Root, PathId.Parse(app.Value.Id ?? ""), app.Value, false, true, specs, versions))
                    : app.Error;
        }
    }

    private static ApiResult<RootGroup> RootOf(ApiResult<AppEdit> edit) => edit.IsOk ? edit.Value.Root : edit.Error;
}
