using Newtonsoft.Json.Linq;
using Offerbook.Apps.Json;
using Offerbook.Apps.Json.Writing;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Pods.Json;

/// <summary>One container of a pod.</summary>
internal static class PodContainerWriter
{
    public static JToken Write(PodContainer container)
    {
        var json = new JObject { ["name"] = container.Name };
        json.AddOptional("exec", container.Exec is null ? null : Write(container.Exec));
        json["resources"] = Write(container.Resources);
        json.AddOptional("resourceLimits", container.ResourceLimits is null ? null : AppWriter.Write(container.ResourceLimits));
        json.AddNonEmpty("endpoints", container.Endpoints.JsonOf(Write));
        json.AddOptional("linuxInfo", container.LinuxInfo is null ? null : ContainerWriter.Write(container.LinuxInfo));
        json.AddOptional("image", container.Image is null ? null : Write(container.Image));
        json.AddNonEmpty("environment", AppWriter.WriteEnv(container.Environment));
        json.AddOptional("user", container.User);
        json.AddOptional("healthCheck", container.HealthCheck is null ? null : Write(container.HealthCheck));
        json.AddOptional("check", container.Check is null ? null : Write(container.Check));
        json.AddNonEmpty("volumeMounts", container.VolumeMounts.JsonOf(Write));
        json.AddNonEmpty("artifacts", container.Artifacts.JsonOf(AppWriter.WriteArtifact));
        json.AddNonEmpty("labels", container.Labels.Json());
        json.AddOptional("lifecycle", container.KillGracePeriodSeconds is { } grace
            ? new JObject { ["killGracePeriodSeconds"] = grace.Number() } : null);
        json.AddOptional("tty", container.Tty);
        return json;
    }

    public static JObject Write(InstanceResources resources) => new()
    {
        ["cpus"] = resources.Cpus.Number(),
        ["mem"] = resources.Mem.Number(),
        ["disk"] = resources.Disk.Number(),
        ["gpus"] = resources.Gpus,
    };

    private static JObject Write(PodExec exec)
    {
        var json = new JObject { ["command"] = Write(exec.Command) };
        json.AddOptional("overrideEntrypoint", exec.OverrideEntrypoint);
        return json;
    }

    private static JObject Write(PodCommand command) => command switch
    {
        PodCommand.Argv argv => new JObject { ["argv"] = argv.Arguments.Json() },
        PodCommand.Shell shell => new JObject { ["shell"] = shell.Text },
        _ => [],
    };

    private static JObject Write(PodImage image)
    {
        var json = new JObject { ["kind"] = "DOCKER", ["id"] = image.Id };
        json.AddOptional("pullConfig", image.PullSecret is null ? null : new JObject { ["secret"] = image.PullSecret });
        json.AddOptional("forcePull", image.ForcePull);
        json.AddNonEmpty("labels", image.Labels.Json());
        return json;
    }

    private static JToken Write(PodEndpoint endpoint)
    {
        var json = new JObject { ["name"] = endpoint.Name };
        json.AddOptional("containerPort", endpoint.ContainerPort);
        json.AddOptional("hostPort", endpoint.HostPort);
        json.AddNonEmpty("protocol", endpoint.Protocols.Json());
        json.AddNonEmpty("labels", endpoint.Labels.Json());
        json.AddNonEmpty("networkNames", endpoint.NetworkNames.Json());
        return json;
    }

    private static JToken Write(VolumeMount mount)
    {
        var json = new JObject { ["name"] = mount.Name, ["mountPath"] = mount.MountPath };
        json.AddOptional("readOnly", mount.ReadOnly);
        return json;
    }

    private static JObject Write(PodHealthCheck check)
    {
        var json = WriteProbe(check.Probe);
        json["gracePeriodSeconds"] = check.GracePeriodSeconds;
        json["intervalSeconds"] = check.IntervalSeconds;
        json["maxConsecutiveFailures"] = check.MaxConsecutiveFailures;
        json["timeoutSeconds"] = check.TimeoutSeconds;
        json["delaySeconds"] = check.DelaySeconds;
        return json;
    }

    private static JObject Write(PodTaskCheck check)
    {
        var json = WriteProbe(check.Probe);
        json["intervalSeconds"] = check.IntervalSeconds;
        json["timeoutSeconds"] = check.TimeoutSeconds;
        json["delaySeconds"] = check.DelaySeconds;
        return json;
    }

    private static JObject WriteProbe(PodProbe probe)
    {
        switch (probe)
        {
            case PodProbe.Http http:
                var written = new JObject { ["endpoint"] = http.Endpoint };
                written.AddOptional("path", http.Path);
                written["scheme"] = EnumTexts.HttpSchemes.Write(http.Scheme);
                return new JObject { ["http"] = written };
            case PodProbe.Tcp tcp:
                return new JObject { ["tcp"] = new JObject { ["endpoint"] = tcp.Endpoint } };
            case PodProbe.Exec exec:
                return new JObject { ["exec"] = new JObject { ["command"] = Write(exec.Command) } };
            default:
                return [];
        }
    }
}
