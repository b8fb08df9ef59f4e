using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Access;

/// <summary>
/// What one caller may do: for each action the paths below which it may be done, and whether what belongs to nobody's apps (settings,
/// metrics,
/// leadership) may be seen and changed. The only place that decides about access: readers ask it what to show, changes of the tree what
/// they touch.
/// Asking costs a look at every path that is granted, at most <see cref="AccessRules.MaxPaths"/>.
/// </summary>
public sealed record Grants
{
    public static Grants None { get; } =
        new() { Paths = Enum.GetValues<AccessAction>().Select(_ => new ValueList<PathId>([])).ToValueList() };

    /// <summary>Who need not show who they are, or may do everything.</summary>
    public static Grants Everything { get; } = new()
    {
        Paths = Enum.GetValues<AccessAction>().Select(_ => new ValueList<PathId>([PathId.Root])).ToValueList(), ViewsSystem = true,
        ChangesSystem = true,
    };

    /// <summary>May see everything and change nothing.</summary>
    public static Grants Reading { get; } = Everything.OnlyReading();

    /// <summary>By action.</summary>
    public required ValueList<ValueList<PathId>> Paths { get; init; }

    public bool ViewsSystem { get; init; }

    public bool ChangesSystem { get; init; }

    /// <summary>Whether nothing is hidden: what is shown need not be looked through.</summary>
    public bool ViewsAll => Paths[(int)AccessAction.View].Contains(PathId.Root);

    /// <summary>The same for all who see the same.</summary>
    public string ViewKey => ViewsAll ? "" : string.Join(' ', Paths[(int)AccessAction.View]);

    public bool Allows(AccessAction action, PathId path)
    {
        foreach (var granted in Paths[(int)action])
        {
            if (path.IsWithin(granted))
            {
                return true;
            }
        }
        return false;
    }

    public bool Views(PathId path) => Allows(AccessAction.View, path);

    /// <summary>Whether a part of the group, or all of it, may be seen.</summary>
    public bool ViewsPart(PathId group) => Paths[(int)AccessAction.View].Any(granted => group.IsWithin(granted) || granted.IsWithin(group));

    /// <summary>Whether it may be done anywhere.</summary>
    public bool AllowsSome(AccessAction action) => Paths[(int)action].Count > 0;

    public Grants OnlyReading() => None with
    {
        Paths = Paths.Select((paths, action) => action == (int)AccessAction.View ? paths : new ValueList<PathId>([])).ToValueList(),
        ViewsSystem = ViewsSystem,
    };

    /// <summary>Whether the caller may make one tree of the other.</summary>
    /// <param name="runs">What differs is no change of what apps are: a restart, a roll-back.</param>
    /// <returns>Null: it may.</returns>
    public ApiError? Refusal(RootGroup from, RootGroup to, bool runs = false)
    {
        if (ReferenceEquals(this, Everything))
        {
            return null;
        }
        foreach (var difference in TreeDifference.Specs(from, to))
        {
            if (!Allows(runs ? AccessAction.Run : ActionOf(difference), difference.Id))
            {
                return ApiErrors.NotAuthorized();
            }
        }
        foreach (var difference in TreeDifference.GroupSettings(from, to))
        {
            // Groups on the way to what may be made come and go with it.
            var isOnTheWay = (difference.From ?? difference.To)!.TransitiveSpecs.Any()
                && (difference.From is null || difference.To is null);
            if (!runs && !isOnTheWay && !Allows(ActionOf(difference), difference.Id))
            {
                return ApiErrors.NotAuthorized();
            }
        }
        return null;
    }

    private static AccessAction ActionOf<T>(Difference<T> difference) where T : class => difference switch
    {
        { From: null } => AccessAction.Create,
        { To: null } => AccessAction.Delete,
        _ => AccessAction.Update,
    };
}
