using System.Globalization;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Validation;

namespace Offerbook.Apps.Pods;

/// <summary>What must hold of one container of a pod.</summary>
internal static class PodContainerRules
{
    public static void Check(PodDefinition pod, PodContainer container, SpecSettings settings, string at, PathErrors errors)
    {
        if (container.Name == InstanceId.AppContainer)
        {
            errors.Add(at + "/name", $"must not be {InstanceId.AppContainer}");
        }
        if (container.Exec is null && container.Image is null)
        {
            errors.Add(at, "exec must be given for a container without an image");
        }
        AppRules.CheckLimit(container.ResourceLimits?.Cpus, container.Resources.Cpus, at + "/resourceLimits/cpus", errors);
        AppRules.CheckLimit(container.ResourceLimits?.Mem, container.Resources.Mem, at + "/resourceLimits/mem", errors);
        if (container.ResourceLimits is not null && pod.LegacySharedCgroups == true)
        {
            errors.Add(at + "/resourceLimits", "resourceLimits cannot be set when legacySharedCgroups is true");
        }
        ContainerRules.CheckLinuxInfo(container.LinuxInfo, at + "/linuxInfo", errors);
        if (container.Image?.PullSecret is { } secret)
        {
            AppRules.RequireFeature(Features.Secrets, settings, at + "/image/pullConfig", errors);
            if (!pod.Secrets.ContainsKey(secret))
            {
                errors.Add(at + "/image/pullConfig", "pullConfig.secret must refer to an existing secret");
            }
        }
        PodRules.CheckEnvironment(container.Environment, pod, settings, at + "/environment", errors);
        for (var i = 0; i < container.Endpoints.Count; i++)
        {
            CheckEndpoint(pod, container.Endpoints[i], at + "/endpoints(" + i.ToString(CultureInfo.InvariantCulture) + ")", errors);
        }
        for (var i = 0; i < container.VolumeMounts.Count; i++)
        {
            if (pod.FindVolume(container.VolumeMounts[i].Name) is null)
            {
                errors.Add(at + "/volumeMounts(" + i.ToString(CultureInfo.InvariantCulture) + ")/name",
                    "Referenced Volume in VolumeMount should exist");
            }
        }
        if (container.KillGracePeriodSeconds is <= 0)
        {
            errors.Add(at + "/lifecycle/killGracePeriodSeconds", "got 0.0, expected more than 0.0");
        }
        CheckChecks(container, at, errors);
    }

    private static void CheckEndpoint(PodDefinition pod, PodEndpoint endpoint, string at, PathErrors errors)
    {
        var isOnContainerNetwork = pod.Networks.Any(network => network.Mode == NetworkMode.Container);
        if (pod.IsHostNetworking && endpoint.ContainerPort is not null)
        {
            errors.Add(at + "/containerPort", "is not allowed when using host-mode networking");
        }
        if (!pod.IsHostNetworking && endpoint.ContainerPort is null)
        {
            errors.Add(at + "/containerPort", "is required when using container-mode networking");
        }
        if (endpoint.Protocols.Distinct(StringComparer.Ordinal).Count() != endpoint.Protocols.Count)
        {
            errors.Add(at + "/protocol", "Duplicate protocols within the same endpoint are not allowed");
        }
        var names = pod.Networks.Select(network => network.Name).OfType<string>().ToList();
        for (var i = 0; i < endpoint.NetworkNames.Count; i++)
        {
            if (!names.Contains(endpoint.NetworkNames[i]))
            {
                errors.Add(at + "/networkNames(" + i.ToString(CultureInfo.InvariantCulture) + ")",
                    $"got {endpoint.NetworkNames[i]}, expected one of: [{string.Join(", ", names)}]");
            }
        }
        if (isOnContainerNetwork && names.Count > 1 && endpoint.HostPort is not null && endpoint.NetworkNames.Count != 1)
        {
            errors.Add(at,
                "networkNames must be a single item list when hostPort is specified and more than 1 container network is defined");
        }
    }

    private static void CheckChecks(PodContainer container, string at, PathErrors errors)
    {
        if (container.HealthCheck is { } health)
        {
            CheckProbe(container, health.Probe, at + "/healthCheck", errors);
            if (health.TimeoutSeconds >= health.IntervalSeconds)
            {
                errors.Add(at + "/healthCheck/timeoutSeconds", $"got {health.TimeoutSeconds}, expected less than {health.IntervalSeconds}");
            }
        }
        if (container.Check is { } check)
        {
            CheckProbe(container, check.Probe, at + "/check", errors);
        }
    }

    private static void CheckProbe(PodContainer container, PodProbe probe, string at, PathErrors errors)
    {
        var (member, endpoint) = probe switch
        {
            PodProbe.Http http => ("http", http.Endpoint),
            PodProbe.Tcp tcp => ("tcp", tcp.Endpoint),
            _ => ("", null),
        };
        if (endpoint is not null && !container.Endpoints.Any(known => known.Name == endpoint))
        {
            errors.Add($"{at}/{member}/endpoint", "contained in the container endpoints");
        }
    }
}
