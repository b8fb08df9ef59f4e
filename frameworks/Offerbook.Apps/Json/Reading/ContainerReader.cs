using Offerbook.Apps.Json.Drafts;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Reading;

public static class ContainerReader
{
    public static ContainerDraft Read(ObjectReader container)
    {
        LegacyDockerNetwork? network = null;
        ValueList<PortMapping>? dockerMappings = null;
        var hasCredential = false;
        var docker = container.Object("docker", image =>
        {
            network = image.Choice("network", EnumTexts.DockerNetworks);
            dockerMappings = image.Objects("portMappings", NetworkReader.ReadPortMapping);
            hasCredential = image.Has("credential");
            return ReadImage(image);
        });
        var mappings = container.Objects("portMappings", NetworkReader.ReadPortMapping);
        return new ContainerDraft(
            new Container(
                container.Choice("type", EnumTexts.Engines) ?? EngineType.Docker,
                docker,
                container.Object("linuxInfo", ReadLinuxInfo),
                container.Objects("volumes", VolumeReader.Read) ?? [],
                mappings ?? []),
            mappings is not null, network, dockerMappings, hasCredential);
    }

    private static DockerImage ReadImage(ObjectReader image) => new(
        image.Required("image", image.Text("image", minLength: 1), ""),
        image.Flag("forcePullImage") ?? false,
        image.Flag("privileged") ?? false,
        image.Objects("parameters", ReadParameter) ?? [],
        image.Object("pullConfig", config => config.Required("secret", config.Text("secret", minLength: 1), "")));

    private static DockerParameter ReadParameter(ObjectReader parameter) => new(
        parameter.Required("key", parameter.Text("key", minLength: 1), ""),
        parameter.Required("value", parameter.Text("value"), ""));

    internal static LinuxInfo ReadLinuxInfo(ObjectReader linux) => new(
        linux.Object("seccomp", seccomp => new Seccomp(seccomp.Text("profileName"), seccomp.Flag("unconfined") ?? false)),
        linux.Object("ipcInfo", ipc => new IpcInfo(ipc.Required("mode", ipc.Choice("mode", EnumTexts.IpcModes)), ipc.Int("shmSize"))));
}
