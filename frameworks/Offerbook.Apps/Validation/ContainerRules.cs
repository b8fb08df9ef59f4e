using System.Text.RegularExpressions;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Validation;

public static class ContainerRules
{
    private static readonly Regex Label = new("^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\\z", RegexOptions.NonBacktracking);

    private static readonly Regex OptionKey =
        new("^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?/[a-zA-Z0-9](?:[-._a-zA-Z0-9]*[a-zA-Z0-9])?\\z", RegexOptions.NonBacktracking);

    public static void Check(AppDefinition app, SpecSettings settings, string path, PathErrors errors)
    {
        if (app.Container is not { } container)
        {
            return;
        }
        var at = path + "/container";
        CheckImage(app, container, settings, at, errors);
        if (container is { Type: EngineType.Docker, LinuxInfo: not null })
        {
            errors.Add(at + "/linuxInfo", "must be empty");
        }
        CheckLinuxInfo(container.LinuxInfo, at + "/linuxInfo", errors);
        var names = app.ExternalVolumes.Select(volume => NameOf(volume.Info)).OfType<string>().ToList();
        if (names.Distinct().Count() != names.Count)
        {
            errors.Add(at + "/volumes", "Volume names must be unique");
        }
        for (var i = 0; i < container.Volumes.Count; i++)
        {
            CheckVolume(app, container.Volumes[i], settings, path, i, errors);
        }
    }

    internal static string? NameOf(ExternalVolumeInfo info) => info switch
    {
        ExternalVolumeInfo.Dvdi dvdi => dvdi.Name,
        ExternalVolumeInfo.Csi csi => csi.Name,
        _ => null,
    };

    private static void CheckImage(AppDefinition app, Container container, SpecSettings settings, string at, PathErrors errors)
    {
        if (container is { Type: EngineType.Docker, Docker: null })
        {
            errors.Add(at + "/docker", "not defined");
        }
        if (container.Docker?.PullSecret is not { } secret)
        {
            return;
        }
        if (container.Type == EngineType.Docker)
        {
            errors.Add(at + "/docker/pullConfig", "pullConfig is not supported with Docker containerizer");
            return;
        }
        AppRules.RequireFeature(Features.Secrets, settings, at + "/docker/pullConfig", errors);
        if (!app.Secrets.ContainsKey(secret))
        {
            errors.Add(at + "/docker/pullConfig", "pullConfig.secret must refer to an existing secret");
        }
    }

    internal static void CheckLinuxInfo(LinuxInfo? linux, string at, PathErrors errors)
    {
        if (linux?.Seccomp is { } seccomp && seccomp.Unconfined == seccomp.ProfileName is not null)
        {
            errors.Add(at + "/seccomp", seccomp.Unconfined
                ? "Seccomp unconfined can NOT be true when Profile is defined"
                : "Seccomp unconfined must be true when Profile is NOT defined");
        }
        if (linux?.IpcInfo is { Mode: IpcMode.ShareParent, ShmSize: not null })
        {
            errors.Add(at + "/ipcInfo", "ipcInfo shmSize can NOT be set when mode is SHARE_PARENT");
        }
    }

    private static void CheckVolume(AppDefinition app, Volume volume, SpecSettings settings, string path, int index, PathErrors errors)
    {
        var at = path + "/container/volumes(" + index + ")";
        switch (volume)
        {
            case Volume.Persistent persistent:
                CheckPersistent(persistent, at, errors);
                break;
            case Volume.External external:
                AppRules.RequireFeature(Features.ExternalVolumes, settings, at, errors);
                if (external.Info is ExternalVolumeInfo.Dvdi dvdi)
                {
                    CheckDvdi(app, dvdi, path, at + "/external", errors);
                }
                break;
            case Volume.Secret secret:
                AppRules.RequireFeature(Features.Secrets, settings, at, errors);
                if (!app.Secrets.ContainsKey(secret.SecretName))
                {
                    errors.Add(at, "volume.secret must refer to an existing secret");
                }
                break;
            default:
                break;
        }
    }

    private static void CheckPersistent(Volume.Persistent volume, string at, PathErrors errors)
    {
        if (volume.ContainerPath is "." or "..")
        {
            errors.Add(at + "/containerPath", "must not be one of (., ..)");
        }
        if (volume.ContainerPath.Contains('/'))
        {
            errors.Add(at + "/containerPath", "value must not contain \"/\"");
        }
        if (volume.Mode != VolumeMode.ReadWrite)
        {
            errors.Add(at + "/mode", "must be equal to RW");
        }
        CheckPersistentInfo(volume.Info, at + "/persistent", errors);
    }

    /// <summary>The same for volumes of apps and pods.</summary>
    internal static void CheckPersistentInfo(PersistentVolumeInfo info, string at, PathErrors errors)
    {
        if (info.Size <= 0)
        {
            errors.Add(at + "/size", $"got {info.Size}, expected more than 0");
        }
        if (info is { MaxSize: not null } && info.EffectiveType != DiskType.Mount)
        {
            errors.Add(at, "Only mount volumes can have maxSize");
        }
        if (info.MaxSize <= info.Size)
        {
            errors.Add(at, "Max size must be larger than size");
        }
        if (info.EffectiveType == DiskType.Root && info.Constraints.Count > 0)
        {
            errors.Add(at, "Constraints on root volumes are not supported");
        }
        for (var i = 0; i < info.Constraints.Count; i++)
        {
            CheckVolumeConstraint(info.Constraints[i], at + "/constraints(" + i + ")", errors);
        }
    }

    private static void CheckVolumeConstraint(Constraint constraint, string at, PathErrors errors)
    {
        if (constraint.Field != "path" || constraint.Value is null)
        {
            errors.Add(at, "Unsupported constraint " + constraint.Field);
        }
        else if (constraint.Operator is not (ConstraintOperator.Like or ConstraintOperator.Unlike))
        {
            errors.Add(at, "Operator must be one of LIKE, UNLIKE");
        }
        else if (!ValuePattern.TryCompile(constraint.Value, out _))
        {
            errors.Add(at, "Invalid regular expression");
        }
    }

    private static void CheckDvdi(AppDefinition app, ExternalVolumeInfo.Dvdi info, string path, string at, PathErrors errors)
    {
        if (info.Name is null || !Label.IsMatch(info.Name))
        {
            errors.Add(at + "/name", info.Name is null ? "not defined" : $"must fully match regular expression '{Label}'");
        }
        if (info.Provider is null || !Label.IsMatch(info.Provider))
        {
            errors.Add(at + "/provider", info.Provider is null ? "not defined" : $"must fully match regular expression '{Label}'");
        }
        foreach (var key in info.Options.Keys.Where(key => !OptionKey.IsMatch(key)))
        {
            errors.Add(at + "/options/" + key, $"must fully match regular expression '{OptionKey}'");
        }
        if (info.Provider == "dvdi" && !info.Options.ContainsKey("dvdi/driver"))
        {
            errors.Add(at + "/options", "dvdi/driver not defined");
        }
        if (info.Provider == "dvdi" && app.Instances > 1)
        {
            errors.Add(path + "/instances", $"got {app.Instances}, expected 1 or less");
        }
        if (info.Size is not null && app.Container?.Type == EngineType.Docker)
        {
            errors.Add(at + "/size", "must be undefined for Docker containers");
        }
    }
}
