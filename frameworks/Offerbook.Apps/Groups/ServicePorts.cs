using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Groups;

/// <summary>
/// Replaces every service port 0 of a tree by a number that nothing in the old or the new tree uses: first the app's own earlier
/// ports in their order, then the lowest free one of the range. Numbers given by hand are taken as they are.
/// </summary>
public static class ServicePorts
{
    public static ApiResult<RootGroup> Assign(RootGroup original, RootGroup edited, SpecSettings settings)
    {
        if (!edited.Apps.Any(NeedsPorts))
        {
            return edited;
        }
        var taken = original.Apps.Concat(edited.Apps).SelectMany(app => app.ServicePorts).Where(port => port != 0).ToHashSet();
        var next = settings.LocalPortMin;
        var isExhausted = false;
        var assigned = edited.MapApps(app => NeedsPorts(app) ? Assign(app, original.FindApp(app.Id), TakeNext) : app);
        return isExhausted ? ApiErrors.NoFreeServicePort(settings.LocalPortMin, settings.LocalPortMax) : assigned;

        int TakeNext()
        {
            while (next <= settings.LocalPortMax && taken.Contains(next))
            {
                next++;
            }
            isExhausted |= next > settings.LocalPortMax;
            return next++;
        }
    }

    private static bool NeedsPorts(AppDefinition app) => app.ServicePorts.Contains(0);

    private static AppDefinition Assign(AppDefinition app, AppDefinition? before, Func<int> takeNext)
    {
        var own = new Queue<int>(before?.ServicePorts.Where(port => port != 0).Except(app.ServicePorts) ?? []);
        int Next() => own.TryDequeue(out var port) ? port : takeNext();
        return app.IsHostNetworking
            ? app with { PortDefinitions = app.PortDefinitions.Select(port => port.Port == 0 ? port with { Port = Next() } : port).ToValueList() }
            : app with
            {
                Container = app.Container! with
                {
                    PortMappings = app.PortMappings.Select(mapping => mapping.ServicePort == 0 ? mapping with { ServicePort = Next() } : mapping)
                        .ToValueList(),
                },
            };
    }
}
