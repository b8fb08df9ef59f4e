using Newtonsoft.Json.Linq;
using Offerbook.Apps.Json;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Pods.Json;

/// <summary>Writes a pod as the API shows it. Reading what is written gives the same definition again, version info apart.</summary>
public static class PodWriter
{
    /// <param name="withVersionInfo">Clients see the version only; the journal needs all of it.</param>
    public static JObject Write(PodDefinition pod, bool withVersionInfo = false)
    {
        var json = new JObject { ["id"] = pod.Id.ToString() };
        json.AddNonEmpty("labels", pod.Labels.Json());
        json["version"] = pod.Version.ToString();
        json.AddOptional("user", pod.User);
        json.AddNonEmpty("environment", AppWriter.WriteEnv(pod.Env));
        json["containers"] = pod.Containers.JsonOf(PodContainerWriter.Write);
        json.AddNonEmpty("secrets", AppWriter.WriteSecrets(pod.Secrets));
        json.AddNonEmpty("volumes", pod.Volumes.JsonOf(WriteVolume));
        json["networks"] = pod.Networks.JsonOf(NetworkWriter.Write);
        json["scaling"] = new JObject { ["kind"] = "fixed", ["instances"] = pod.Instances };
        json["scheduling"] = WriteScheduling(pod);
        json["executorResources"] = AppWriter.Write(pod.EffectiveExecutorResources);
        json["role"] = pod.Role;
        json.AddOptional("linuxInfo", pod.LinuxInfo is null ? null : ContainerWriter.Write(pod.LinuxInfo));
        json.AddOptional("legacySharedCgroups", pod.LegacySharedCgroups);
        json.AddNonEmpty("preferences", pod.Preferences.JsonOf(AppWriter.WritePreference));
        json.AddOptional("deployment", pod.Deployment is null ? null : DeploymentPolicyWriter.Write(pod.Deployment));
        if (withVersionInfo)
        {
            json["versionInfo"] = new JObject
            {
                ["lastScalingAt"] = pod.VersionInfo.LastScalingAt.ToString(),
                ["lastConfigChangeAt"] = pod.VersionInfo.LastConfigChangeAt.ToString(),
            };
        }
        return json;
    }

    private static JObject WriteScheduling(PodDefinition pod)
    {
        var placement = new JObject();
        placement.AddNonEmpty("constraints", pod.Constraints.JsonOf(WriteConstraint));
        placement.AddNonEmpty("acceptedResourceRoles", (pod.AcceptedResourceRoles ?? []).Json());
        return new JObject
        {
            ["backoff"] = new JObject
            {
                ["backoff"] = pod.Backoff.Seconds.Number(),
                ["backoffFactor"] = pod.Backoff.Factor.Number(),
                ["maxLaunchDelay"] = pod.Backoff.MaxLaunchDelaySeconds.Number(),
            },
            ["upgrade"] = new JObject
            {
                ["minimumHealthCapacity"] = pod.UpgradeStrategy.MinimumHealthCapacity.Number(),
                ["maximumOverCapacity"] = pod.UpgradeStrategy.MaximumOverCapacity.Number(),
            },
            ["placement"] = placement,
            ["killSelection"] = EnumTexts.KillSelections.Write(pod.KillSelection),
            ["unreachableStrategy"] = AppWriter.WriteUnreachable(pod.UnreachableStrategy),
        };
    }

    private static JToken WriteConstraint(Constraint constraint)
    {
        var json = new JObject { ["fieldName"] = constraint.Field, ["operator"] = EnumTexts.Operators.Write(constraint.Operator) };
        json.AddOptional("value", constraint.Value);
        return json;
    }

    private static JToken WriteVolume(PodVolume volume)
    {
        var json = new JObject { ["name"] = volume.Name };
        switch (volume)
        {
            case PodVolume.Host host:
                json["host"] = host.HostPath;
                break;
            case PodVolume.Persistent persistent:
                json["persistent"] = ContainerWriter.Write(persistent.Info);
                break;
            case PodVolume.Secret secret:
                json["secret"] = secret.SecretName;
                break;
        }
        return json;
    }
}
