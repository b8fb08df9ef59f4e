using Offerbook.Apps.Access;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Http.Events;

/// <summary>
/// What one client wants to hear of: types, apps (or all of a group: <c>/shop/*</c>) and labels; of each kind one is enough, and all kinds
/// must agree. Apps and pods are one. An event about no app is not for who asks for apps, except the change of a group that an app asked
/// for
/// lies in. What the client may not view it does not hear of. Labels are those that an app has now; one that has just gone counts as it did
/// before. For one thread at a time.
/// </summary>
internal sealed class EventFilter(IReadOnlyCollection<string> types, IReadOnlyList<PathId> apps, IReadOnlyList<PathId> groups,
    LabelSelector? labels,
    Grants grants)
{
    private readonly HashSet<string> _types = types.ToHashSet(StringComparer.Ordinal);

    /// <summary>Apps whose labels have been right: at most as many as there have been while the client listens.</summary>
    private readonly HashSet<PathId> _labelled = [];

    public bool WantsEverything => _types.Count == 0 && WantsEverySpec && grants.ViewsAll;

    private bool WantsEverySpec => apps.Count == 0 && groups.Count == 0 && labels is null;

    /// <summary>Reads the filter from the query: <c>event_type</c>, <c>app</c>, <c>label</c>.</summary>
    public static ApiResult<EventFilter> Read(ApiRequest request)
    {
        var (apps, groups) = (new List<PathId>(), new List<PathId>());
        foreach (var text in request.Texts("app"))
        {
            var isGroup = text is "*" || text.EndsWith("/*", StringComparison.Ordinal);
            (isGroup ? groups : apps).Add(PathId.Parse(isGroup ? text[..^1] : text));
        }
        LabelSelector? labels = null;
        if (request.Text("label") is { } selector && !LabelSelector.TryParse(selector, out labels))
        {
            return ApiErrors.BadRequest(
                $"The label selector '{selector}' cannot be read. [Terms joined by commas: "
                + "key, key==value, key!=value, key in (a,b), key notin (a,b).]");
        }
        return new EventFilter(request.Texts("event_type").ToList(), apps, groups, labels, request.Grants);
    }

    public bool Wants(EventFrame frame, AppsState state) =>
        (_types.Count == 0 || _types.Contains(frame.Type)) && (grants.ViewsAll || MayHear(frame.Subjects))
            && (WantsEverySpec || WantsSubject(frame.Subjects, state));

    public bool WantsSpec(PathId id, AppsState state) => grants.Views(id) && IsNamed(id) && IsLabelled(id, state);

    /// <summary>What is about no app and no group is for those who may see everything.</summary>
    private bool MayHear(EventSubjects subjects) =>
        subjects.Group is { } group ? grants.ViewsPart(group) : subjects.Specs.Any(grants.Views);

    private bool WantsSubject(EventSubjects subjects, AppsState state) => subjects.Group is { } group
        ? labels is null && (apps.Any(app => app.IsWithin(group)) || groups.Any(named => named.IsWithin(group) || group.IsWithin(named)))
        : subjects.Specs.Any(id => WantsSpec(id, state));

    private bool IsNamed(PathId id) => (apps.Count == 0 && groups.Count == 0) || apps.Contains(id) || groups.Any(id.IsWithin);

    private bool IsLabelled(PathId id, AppsState state)
    {
        if (labels is null)
        {
            return true;
        }
        if (state.Root.FindSpec(id) is not { } spec)
        {
            return _labelled.Contains(id);
        }
        if (!labels.Matches(spec.Labels))
        {
            _labelled.Remove(id);
            return false;
        }
        _labelled.Add(id);
        return true;
    }
}
