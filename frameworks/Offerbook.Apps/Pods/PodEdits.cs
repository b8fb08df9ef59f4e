using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Pods.Json;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Pods;

/// <summary>An edited tree, not yet completed by <see cref="TreeUpdate"/>, and the pod in it.</summary>
public sealed record PodEdit(RootGroup Root, PodDefinition Pod);

/// <summary>What the pods API does to the tree: create, replace, delete. Pods know no partial update.</summary>
public static class PodEdits
{
    public static ApiResult<PodEdit> Create(RootGroup root, PodDraft draft, SpecSettings settings)
    {
        var id = PathId.Parse(draft.Id);
        return root.FindPod(id) is null ? Put(root, id, draft, settings) : ApiErrors.PodExists(id);
    }

    /// <summary>Creates the pod if it is not there.</summary>
    public static ApiResult<PodEdit> Replace(RootGroup root, PathId id, PodDraft draft, SpecSettings settings) =>
        PathId.Parse(draft.Id) == id
        ? Put(root, id, draft, settings)
        : ApiErrors.BadRequest($"'{id}' does not match definition's id ('{draft.Id}')");

    private static ApiResult<PodEdit> Put(RootGroup root, PathId id, PodDraft draft, SpecSettings settings)
    {
        var present = root.FindPod(id);
        var pod = draft.Complete(id, RoleSettings.For(id, root, settings, present?.Role).Default, settings);
        var errors = new PathErrors();
        PodRules.Check(pod, settings, errors);
        if (errors.Any)
        {
            return ApiErrors.NotValid(errors);
        }
        pod = present is null ? pod : pod with { VersionInfo = present.VersionInfo };
        return new PodEdit(root.WithPod(pod, settings.NewTopGroupEnforcesRole), pod);
    }
}
