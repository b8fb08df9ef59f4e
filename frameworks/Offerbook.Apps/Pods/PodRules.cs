using System.Globalization;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Validation;

namespace Offerbook.Apps.Pods;

/// <summary>What must hold of one pod by itself, with the texts that clients know.</summary>
internal static class PodRules
{
    public static void Check(PodDefinition pod, SpecSettings settings, PathErrors errors)
    {
        if (pod.Id.IsRoot)
        {
            errors.Add("/id", "Path must contain at least one path element");
        }
        PathIdRules.Check(pod.Id, "/id", errors);
        if (pod.User is { Length: 0 })
        {
            errors.Add("/user", "must not be empty");
        }
        CheckNames(pod, errors);
        CheckSecrets(pod, settings, errors);
        NetworkRules.CheckNetworks(pod, "/networks", errors);
        CheckVolumes(pod, settings, errors);
        CheckScheduling(pod, errors);
        if (pod.LinuxInfo?.Seccomp is not null)
        {
            errors.Add("/linuxInfo/seccomp", "Seccomp configuration on executor level is not supported");
        }
        ContainerRules.CheckLinuxInfo(pod.LinuxInfo is { } linux ? linux with { Seccomp = null } : null, "/linuxInfo", errors);
        if (pod.Gpus > 0)
        {
            AppRules.RequireFeature(Features.GpuResources, settings, "/", errors);
        }
        for (var i = 0; i < pod.Containers.Count; i++)
        {
            PodContainerRules.Check(pod, pod.Containers[i], settings, "/containers(" + i.ToString(CultureInfo.InvariantCulture) + ")",
                errors);
        }
    }

    private static void CheckNames(PodDefinition pod, PathErrors errors)
    {
        RequireUnique(pod.Containers.Select(container => container.Name), "/containers", "container names are unique", errors);
        RequireUnique(pod.Volumes.Select(volume => volume.Name), "/volumes", "volume names are unique", errors);
        var endpoints = pod.Endpoints.Select(pair => pair.Endpoint).ToList();
        RequireUnique(endpoints.Select(endpoint => endpoint.Name), "/", "Endpoint names are unique", errors);
        RequireUnique(endpoints.Select(endpoint => endpoint.ContainerPort).OfType<int>().Where(port => port != 0), "/",
            "Container ports are unique", errors);
        RequireUnique(endpoints.Select(endpoint => endpoint.HostPort).OfType<int>().Where(port => port != 0), "/", "Host ports are unique",
            errors);
    }

    private static void CheckSecrets(PodDefinition pod, SpecSettings settings, PathErrors errors)
    {
        if (pod.Secrets.Count > 0)
        {
            AppRules.RequireFeature(Features.Secrets, settings, "/secrets", errors);
        }
        CheckEnvironment(pod.Env, pod, settings, "/environment", errors);
    }

    public static void CheckEnvironment(ValueMap<EnvValue> environment, PodDefinition pod, SpecSettings settings, string path,
        PathErrors errors)
    {
        foreach (var (name, value) in environment)
        {
            if (value is EnvValue.SecretRef reference)
            {
                AppRules.RequireFeature(Features.Secrets, settings, path, errors);
                if (!pod.Secrets.ContainsKey(reference.Name))
                {
                    errors.Add(path + "/" + name, $"references an undefined secret named '{reference.Name}'");
                }
            }
        }
    }

    private static void CheckVolumes(PodDefinition pod, SpecSettings settings, PathErrors errors)
    {
        for (var i = 0; i < pod.Volumes.Count; i++)
        {
            var (volume, at) = (pod.Volumes[i], "/volumes(" + i.ToString(CultureInfo.InvariantCulture) + ")");
            if (!pod.Containers.Any(container => container.VolumeMounts.Any(mount => mount.Name == volume.Name)))
            {
                errors.Add(at, "volume must be referenced by at least one container");
            }
            switch (volume)
            {
                case PodVolume.Host { HostPath.Length: 0 }:
                    errors.Add(at + "/host", "must not be empty");
                    break;
                case PodVolume.Secret secret:
                    AppRules.RequireFeature(Features.Secrets, settings, at, errors);
                    if (!pod.Secrets.ContainsKey(secret.SecretName))
                    {
                        errors.Add(at, "volume.secret must refer to an existing secret");
                    }
                    break;
                case PodVolume.Persistent persistent:
                    ContainerRules.CheckPersistentInfo(persistent.Info, at + "/persistent", errors);
                    break;
            }
        }
    }

    private static void CheckScheduling(PodDefinition pod, PathErrors errors)
    {
        const string at = "/scheduling";
        var i = 0;
        foreach (var constraint in pod.Constraints)
        {
            var texts = new List<string> { constraint.Field, Apps.Json.EnumTexts.Operators.Write(constraint.Operator) };
            if (constraint.Value is { } value)
            {
                texts.Add(value);
            }
            var wrong = new PathErrors();
            ConstraintText.Parse([texts], "", wrong);
            foreach (var text in wrong.Entries.SelectMany(entry => entry.Errors))
            {
                errors.Add(at + "/placement/constraints(" + i.ToString(CultureInfo.InvariantCulture) + ")", text);
            }
            i++;
        }
        if (pod.IsResident && pod.UpgradeStrategy.MaximumOverCapacity != 0)
        {
            errors.Add(at + "/upgrade/maximumOverCapacity",
                $"got {pod.UpgradeStrategy.MaximumOverCapacity.ToString("0.0###", CultureInfo.InvariantCulture)}, expected 0.0");
        }
        if (pod.UnreachableStrategy is UnreachableStrategy.Enabled enabled)
        {
            if (pod.IsResident)
            {
                errors.Add(at + "/unreachableStrategy", "unreachableStrategy must be disabled for pods with persistent volumes");
            }
            else if (enabled.InactiveAfterSeconds > enabled.ExpungeAfterSeconds)
            {
                errors.Add(at + "/unreachableStrategy/inactiveAfterSeconds",
                    $"got {enabled.InactiveAfterSeconds}, expected {enabled.ExpungeAfterSeconds} or less");
            }
        }
        if (pod is { IsResident: true, AcceptedResourceRoles: { } accepted } && !accepted.Equals(["*"]))
        {
            errors.Add(at + "/placement/acceptedResourceRoles", "A resident pod must have `acceptedResourceRoles = [\"*\"]`.");
        }
    }

    private static void RequireUnique<T>(IEnumerable<T> items, string path, string text, PathErrors errors)
    {
        var seen = new HashSet<T>();
        if (items.Any(item => !seen.Add(item)))
        {
            errors.Add(path, text);
        }
    }
}
