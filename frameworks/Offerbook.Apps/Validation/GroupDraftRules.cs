using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Validation;

/// <summary>What a submitted group may combine.</summary>
public static class GroupDraftRules
{
    private const string NotTogether = "not allowed in conjunction with other properties.";

    /// <param name="isAddressed">The group that the request is about, not one inside it.</param>
    public static void Check(GroupDraft draft, string path, bool isAddressed, PathErrors errors)
    {
        CheckAlone(draft.Version is not null, draft with { Version = null }, isAddressed, path + "/version", errors);
        CheckAlone(draft.ScaleBy is not null, draft with { ScaleBy = null }, isAddressed, path + "/scaleBy", errors);
        for (var i = 0; i < draft.Groups?.Count; i++)
        {
            Check(draft.Groups[i], path + "/groups(" + i + ")", false, errors);
        }
    }

    /// <summary>A change of enforcement and a change of services must not come together: which of both would the services follow?</summary>
    public static void CheckEnforcement(RootGroup root, Group edited, PathErrors errors)
    {
        foreach (var group in edited.Id.IsRoot ? edited.Groups.Values : edited.Id.Depth == 1 ? [edited] : [])
        {
            var present = root.FindGroup(group.Id);
            var changesServices = present is not null && !present.TransitiveSpecs.ToValueSet().Equals(group.TransitiveSpecs.ToValueSet());
            if (present?.EnforceRole is { } before && before != (group.EnforceRole ?? false) && changesServices)
            {
                errors.Add("/enforceRole", "enforceRole cannot be changed together with services of the group; change it alone, "
                    + "with PATCH /v2/groups" + group.Id);
            }
        }
    }

    private static void CheckAlone(bool isGiven, GroupDraft rest, bool isAddressed, string path, PathErrors errors)
    {
        if (isGiven && (!isAddressed || rest != new GroupDraft { Id = rest.Id }))
        {
            errors.Add(path, NotTogether);
        }
    }
}
