using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Validation;

/// <summary>
/// What a definition must fulfil on its own, whatever else is in the tree. Every broken rule is noted, with the member's path
/// (<c>/</c> when several members are at odds).
/// </summary>
public static class AppRules
{
    public static void Check(AppDefinition app, SpecSettings settings, string path, PathErrors errors)
    {
        CheckIds(app, path, errors);
        CheckCommand(app, path, errors);
        CheckResources(app, settings, path, errors);
        CheckSecrets(app, settings, path, errors);
        CheckStrategies(app, path, errors);
        CheckLabels(app, path, errors);
        Daemons.DaemonRules.Check(app, path, errors);
        CheckFetch(app, path, errors);
        NetworkRules.Check(app, path, errors);
        ContainerRules.Check(app, settings, path, errors);
        CheckRules.Check(app, path, errors);
    }

    private static void CheckIds(AppDefinition app, string path, PathErrors errors)
    {
        if (app.Id.IsRoot)
        {
            errors.Add(path, "must not be root");
        }
        PathIdRules.Check(app.Id, path + "/id", errors);
        for (var i = 0; i < app.Dependencies.Count; i++)
        {
            PathIdRules.Check(app.Dependencies[i], path + "/dependencies(" + i + ")", errors);
        }
    }

    private static void CheckCommand(AppDefinition app, string path, PathErrors errors)
    {
        if (app.Cmd is { Length: <= 1 })
        {
            errors.Add(path, "must not be an empty string");
        }
        var (hasCmd, hasArgs, hasImage) = (app.Cmd is not null, app.Args.Count > 0, app.Container?.Docker is not null);
        if (hasCmd ? hasArgs : !hasArgs && !hasImage)
        {
            errors.Add(path, "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.");
        }
    }

    private static void CheckResources(AppDefinition app, SpecSettings settings, string path, PathErrors errors)
    {
        if (app.Resources.Gpus > 0)
        {
            if (app.Container?.Type == EngineType.Docker)
            {
                errors.Add(path, "GPU resources only work with the Mesos containerizer");
            }
            RequireFeature(Features.GpuResources, settings, path, errors);
        }
        CheckLimit(app.ResourceLimits?.Cpus, app.Resources.Cpus, path + "/resourceLimits/cpus", errors);
        CheckLimit(app.ResourceLimits?.Mem, app.Resources.Mem, path + "/resourceLimits/mem", errors);
        if (app.AcceptedResourceRoles is { Count: 0 })
        {
            errors.Add(path + "/acceptedResourceRoles", "must not be empty");
        }
        if (app is { IsResident: true, AcceptedResourceRoles: { } accepted } && !accepted.Equals(["*"]))
        {
            errors.Add(path + "/acceptedResourceRoles", "A resident app must have `acceptedResourceRoles = [\"*\"]`.");
        }
    }

    internal static void CheckLimit(ResourceLimit? limit, Quantity requested, string path, PathErrors errors)
    {
        if (limit is ResourceLimit.AtMost atMost && atMost.Amount < requested)
        {
            errors.Add(path, $"must be greater than or equal to {requested}");
        }
    }

    private static void CheckSecrets(AppDefinition app, SpecSettings settings, string path, PathErrors errors)
    {
        if (app.Secrets.Count > 0)
        {
            RequireFeature(Features.Secrets, settings, path + "/secrets", errors);
        }
        if (app.Secrets.ContainsKey(""))
        {
            errors.Add(path + "/secrets", "must not be empty");
        }
        foreach (var (name, value) in app.Env)
        {
            if (name.Length == 0)
            {
                errors.Add(path + "/env", "must not be empty");
            }
            if (value is EnvValue.SecretRef reference)
            {
                RequireFeature(Features.Secrets, settings, path + "/env", errors);
                if (!app.Secrets.ContainsKey(reference.Name))
                {
                    errors.Add(path + "/env/" + name, $"references an undefined secret named '{reference.Name}'");
                }
            }
        }
    }

    private static void CheckStrategies(AppDefinition app, string path, PathErrors errors)
    {
        var at = path + "/upgradeStrategy";
        if (app is { IsSingleInstance: true, UpgradeStrategy.MinimumHealthCapacity: not 0 })
        {
            errors.Add(at + "/minimumHealthCapacity", $"got {Number(app.UpgradeStrategy.MinimumHealthCapacity)}, expected 0.0");
        }
        if ((app.IsSingleInstance || app.IsResident) && app.UpgradeStrategy.MaximumOverCapacity != 0)
        {
            errors.Add(at + "/maximumOverCapacity", $"got {Number(app.UpgradeStrategy.MaximumOverCapacity)}, expected 0.0");
        }
        if (app is { IsSingleInstance: true, Instances: > 1 })
        {
            errors.Add(path, "Single instance app may only have one instance");
        }
        if (app.UnreachableStrategy is UnreachableStrategy.Enabled enabled && enabled.InactiveAfterSeconds > enabled.ExpungeAfterSeconds)
        {
            errors.Add(path + "/unreachableStrategy/inactiveAfterSeconds",
                $"got {enabled.InactiveAfterSeconds}, expected {enabled.ExpungeAfterSeconds} or less");
        }
        if (app.IsResident && app.UnreachableStrategy is not UnreachableStrategy.Disabled)
        {
            errors.Add(path, "unreachableStrategy must be disabled for resident tasks");
        }
    }

    private static void CheckLabels(AppDefinition app, string path, PathErrors errors)
    {
        if (app.Labels.GetValueOrDefault("DCOS_MIGRATION_API_VERSION") is not { Length: > 0 } version)
        {
            return;
        }
        if (version != "v1" || string.IsNullOrEmpty(app.Labels.GetValueOrDefault("DCOS_PACKAGE_FRAMEWORK_NAME"))
            || string.IsNullOrEmpty(app.Labels.GetValueOrDefault("DCOS_MIGRATION_API_PATH")))
        {
            errors.Add(path, "DCOS_PACKAGE_FRAMEWORK_NAME and DCOS_MIGRATION_API_PATH must be defined"
                + " when using DCOS_MIGRATION_API_VERSION");
        }
    }

    private static void CheckFetch(AppDefinition app, string path, PathErrors errors)
    {
        for (var i = 0; i < app.Fetch.Count; i++)
        {
            if (!Uri.TryCreate(app.Fetch[i].Uri, UriKind.RelativeOrAbsolute, out _) || app.Fetch[i].Uri.Any(char.IsWhiteSpace))
            {
                errors.Add(path + "/fetch(" + i + ")/uri", "URI has invalid syntax.");
            }
        }
    }

    /// <summary>The text, its stray parenthesis included, is what clients know.</summary>
    internal static void RequireFeature(string feature, SpecSettings settings, string path, PathErrors errors)
    {
        if (!settings.Has(feature))
        {
            errors.Add(path, $"Feature {feature} is not enabled. Enable with --enable_features {feature})");
        }
    }

    private static string Number(decimal value) => value.ToString("0.0###############", System.Globalization.CultureInfo.InvariantCulture);
}
