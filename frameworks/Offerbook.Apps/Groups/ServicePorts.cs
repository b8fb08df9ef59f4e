using Offerbook.Apps.Deployments.Planning;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Groups;

/// <summary>
/// Replaces every service port 0 of a tree by a number that nothing in the old or the new tree uses: first the app's own earlier
/// ports in their order, then the lowest free one of the range. Numbers given by hand are taken as they are.
/// </summary>
public static class ServicePorts
{
    /// <param name="inUse">Brought to <paramref name="original"/>; cheapest if it was at the tree before.</param>
    public static ApiResult<RootGroup> Assign(RootGroup original, RootGroup edited, SpecSettings settings, PortsInUse inUse)
    {
        var touched = TreeDifference.Touched(original, edited).Select(difference => difference.To).OfType<AppDefinition>().ToList();
        if (!touched.Exists(NeedsPorts))
        {
            return edited;
        }
        inUse.Follow(original);
        var given = touched.SelectMany(app => app.ServicePorts).ToHashSet();
        var next = settings.LocalPortMin;
        var isExhausted = false;
        var assigned = touched.Where(NeedsPorts)
            .Aggregate(edited, (tree, app) => tree.Replacing(Assign(app, original.FindApp(app.Id), TakeNext)));
        return isExhausted ? ApiErrors.NoFreeServicePort(settings.LocalPortMin, settings.LocalPortMax) : assigned;

        int TakeNext()
        {
            do
            {
                next = inUse.FirstFree(next);
            }
            while (given.Contains(next++));
            isExhausted |= next > settings.LocalPortMax + 1;
            return next - 1;
        }
    }

    private static bool NeedsPorts(AppDefinition app) => app.ServicePorts.Contains(0);

    private static AppDefinition Assign(AppDefinition app, AppDefinition? before, Func<int> takeNext)
    {
        var own = new Queue<int>(before?.ServicePorts.Where(port => port != 0).Except(app.ServicePorts) ?? []);
        int Next() => own.TryDequeue(out var port) ? port : takeNext();
        return app.IsHostNetworking
            ? app with { PortDefinitions = app.PortDefinitions.Select(port => port.Port == 0 ? port with { Port = Next() }
                : port).ToValueList() }
            : app with
            {
                Container = app.Container! with
                {
                    PortMappings = app.PortMappings.Select(mapping => mapping.ServicePort == 0
                        ? mapping with { ServicePort = Next() } : mapping)
                        .ToValueList(),
                },
            };
    }
}
