using Newtonsoft.Json.Linq;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Writing;

internal static class ContainerWriter
{
    public static JObject Write(Container container, bool withPortMappings)
    {
        var json = new JObject { ["type"] = EnumTexts.Engines.Write(container.Type) };
        json.AddOptional("docker", container.Docker is null ? null : Write(container.Docker));
        json.AddOptional("linuxInfo", container.LinuxInfo is null ? null : Write(container.LinuxInfo));
        json["volumes"] = container.Volumes.JsonOf(Write);
        if (withPortMappings)
        {
            json["portMappings"] = container.PortMappings.JsonOf(NetworkWriter.Write);
        }
        return json;
    }

    private static JObject Write(DockerImage image)
    {
        var json = new JObject
        {
            ["forcePullImage"] = image.ForcePullImage,
            ["image"] = image.Image,
            ["parameters"] = image.Parameters.JsonOf(parameter => new JObject { ["key"] = parameter.Key, ["value"] = parameter.Value }),
            ["privileged"] = image.Privileged,
        };
        json.AddOptional("pullConfig", image.PullSecret is null ? null : new JObject { ["secret"] = image.PullSecret });
        return json;
    }

    internal static JObject Write(LinuxInfo linux)
    {
        var json = new JObject();
        if (linux.Seccomp is { } seccomp)
        {
            var written = new JObject();
            written.AddOptional("profileName", seccomp.ProfileName);
            written["unconfined"] = seccomp.Unconfined;
            json["seccomp"] = written;
        }
        if (linux.IpcInfo is { } ipc)
        {
            var written = new JObject { ["mode"] = EnumTexts.IpcModes.Write(ipc.Mode) };
            written.AddOptional("shmSize", ipc.ShmSize);
            json["ipcInfo"] = written;
        }
        return json;
    }

    private static JToken Write(Volume volume)
    {
        var json = new JObject { ["containerPath"] = volume.ContainerPath };
        switch (volume)
        {
            case Volume.Host host:
                json["hostPath"] = host.HostPath;
                json["mode"] = EnumTexts.VolumeModes.Write(host.Mode);
                break;
            case Volume.Secret secret:
                json["secret"] = secret.SecretName;
                break;
            case Volume.Persistent persistent:
                json["persistent"] = Write(persistent.Info);
                json["mode"] = EnumTexts.VolumeModes.Write(persistent.Mode);
                break;
            case Volume.External external:
                json["external"] = Write(external.Info);
                json["mode"] = EnumTexts.VolumeModes.Write(external.Mode);
                break;
        }
        return json;
    }

    internal static JObject Write(PersistentVolumeInfo info)
    {
        var json = new JObject();
        json.AddOptional("type", info.Type is { } type ? EnumTexts.DiskTypes.Write(type) : null);
        json["size"] = info.Size;
        json.AddOptional("maxSize", info.MaxSize);
        json.AddOptional("profileName", info.ProfileName);
        json["constraints"] = info.Constraints.JsonOf(AppWriter.WriteConstraint);
        return json;
    }

    private static JObject Write(ExternalVolumeInfo info)
    {
        var json = new JObject();
        switch (info)
        {
            case ExternalVolumeInfo.Dvdi dvdi:
                json.AddOptional("size", dvdi.Size);
                json.AddOptional("name", dvdi.Name);
                json.AddOptional("provider", dvdi.Provider);
                json.AddNonEmpty("options", dvdi.Options.Json());
                json["shared"] = dvdi.Shared;
                break;
            case ExternalVolumeInfo.Csi csi:
                json["name"] = csi.Name;
                json["provider"] = "csi";
                json["options"] = Write(csi);
                break;
        }
        return json;
    }

    private static JObject Write(ExternalVolumeInfo.Csi csi)
    {
        var capability = new JObject { ["accessMode"] = csi.Capability.AccessMode, ["accessType"] = csi.Capability.AccessType };
        capability.AddOptional("fsType", csi.Capability.FsType);
        capability.AddNonEmpty("mountFlags", csi.Capability.MountFlags.Json());
        var options = new JObject { ["pluginName"] = csi.PluginName, ["capability"] = capability };
        options.AddNonEmpty("nodeStageSecret", csi.NodeStageSecret.Json());
        options.AddNonEmpty("nodePublishSecret", csi.NodePublishSecret.Json());
        options.AddNonEmpty("volumeContext", csi.VolumeContext.Json());
        return options;
    }
}
