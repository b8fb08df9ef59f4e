using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Deployments.Planning;

/// <summary>Tells of dependencies that lead nowhere, in what a change touches. They are ignored, as they always were.</summary>
internal static class DependencyWarnings
{
    public const int MaxWarnings = 100;

    public static ValueList<string> Of(RootGroup original, RootGroup target)
    {
        var apps = TreeDifference.Apps(original, target).Where(difference => difference.To is not null)
            .SelectMany(difference => difference.To!.Dependencies.Where(id => target.FindApp(id) is null && target.FindGroup(id) is null)
                .Select(id => $"App {difference.Id} depends on {id}, which does not exist: the dependency is ignored."));
        var groups = TreeDifference.Groups(original, target).Where(difference => difference.To is not null)
            .SelectMany(difference => difference.To!.Dependencies.Where(id => target.FindGroup(id) is null)
                .Select(id => $"Group {difference.Id} depends on {id}, which is not a group: the dependency is ignored."));
        return apps.Concat(groups).Take(MaxWarnings).ToValueList();
    }
}
