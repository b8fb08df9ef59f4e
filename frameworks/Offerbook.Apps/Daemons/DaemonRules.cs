using Offerbook.Apps.Errors;
using Offerbook.Apps.Json;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Daemons;

/// <summary>What makes no sense for an app that runs on every agent that suits.</summary>
internal static class DaemonRules
{
    public static void Check(AppDefinition app, string path, PathErrors errors)
    {
        if (!app.Daemon)
        {
            return;
        }
        var at = path + "/daemon";
        if (app.IsResident)
        {
            errors.Add(at, "A daemon cannot have persistent volumes. Use a host volume, which is there on every agent.");
        }
        if (app.ExternalVolumes.Any())
        {
            errors.Add(at, "A daemon cannot have external volumes, as its instances would share them.");
        }
        if (app.IsSingleInstance)
        {
            errors.Add(at, $"A daemon has an instance on every agent, which label {AppDefinition.SingleInstanceLabel} forbids.");
        }
        if (app.Deployment?.PauseAfter is { Count: > 0 })
        {
            errors.Add(at,
                "A daemon's deployment cannot pause after a number of instances. Try the change on some agents by a constraint first.");
        }
        if (app.Preferences.Count > 0)
        {
            errors.Add(path + "/preferences", "A daemon runs on every agent that its constraints allow; there is nothing to prefer.");
        }
        for (var i = 0; i < app.Constraints.Count; i++)
        {
            if (!IsOfPlace(app.Constraints[i]))
            {
                errors.Add($"{path}/constraints({i})",
                    $"{EnumTexts.Operators.Write(app.Constraints[i].Operator)} spreads a number of instances and cannot be "
                    + "combined with daemon. LIKE, UNLIKE, IS and CLUSTER with a value choose the agents.");
            }
        }
    }

    /// <summary>It judges an agent by itself, not by what runs elsewhere.</summary>
    private static bool IsOfPlace(Constraint constraint) => constraint.Operator switch
    {
        ConstraintOperator.Like or ConstraintOperator.Unlike or ConstraintOperator.Is => true,
        ConstraintOperator.Cluster => !string.IsNullOrEmpty(constraint.Value),
        ConstraintOperator.Unique => constraint.Field is "hostname" or "@hostname",
        _ => false,
    };
}
