using Google.Protobuf;
using Mesos.V1;
using Offerbook.Apps.Specs;
using Capability = Mesos.V1.Volume.Types.Source.Types.CSIVolume.Types.VolumeCapability;
using CsiVolume = Mesos.V1.Volume.Types.Source.Types.CSIVolume;
using VolumeSource = Mesos.V1.Volume.Types.Source;

namespace Offerbook.Apps.Matching;

internal static class ExternalVolumeBuilder
{
    private const string DvdiDriverOption = "dvdi/driver";

    public static VolumeSource SourceOf(ExternalVolumeInfo info) => info switch
    {
        ExternalVolumeInfo.Csi csi => new VolumeSource { Type = VolumeSource.Types.Type.CsiVolume, CsiVolume = Csi(csi) },
        ExternalVolumeInfo.Dvdi dvdi => new VolumeSource { Type = VolumeSource.Types.Type.DockerVolume, DockerVolume = Dvdi(dvdi) },
        _ => throw new InvalidOperationException("An external volume is dvdi or csi."),
    };

    /// <summary>Driver options are those of the provider, without its name in front.</summary>
    private static VolumeSource.Types.DockerVolume Dvdi(ExternalVolumeInfo.Dvdi info)
    {
        var options = new Parameters();
        if (info.Size is { } size)
        {
            options.Parameter.Add(new Parameter { Key = "size", Value = size.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        }
        options.Parameter.Add(
            info.Options.Where(option => option.Key.StartsWith("dvdi/", StringComparison.Ordinal) && option.Key != DvdiDriverOption)
            .Select(option => new Parameter { Key = option.Key["dvdi/".Length..], Value = option.Value }));
        var volume = new VolumeSource.Types.DockerVolume { Name = info.Name ?? "", DriverOptions = options };
        if (info.Options.TryGetValue(DvdiDriverOption, out var driver))
        {
            volume.Driver = driver;
        }
        return volume;
    }

    private static CsiVolume Csi(ExternalVolumeInfo.Csi info)
    {
        var capability = new Capability
        {
            AccessMode = new Capability.Types.AccessMode { Mode = ModeOf(info.Capability.AccessMode) },
        };
        if (info.Capability.AccessType == "block")
        {
            capability.Block = new Capability.Types.BlockVolume();
        }
        else
        {
            capability.Mount = new Capability.Types.MountVolume();
            capability.Mount.MountFlags.Add(info.Capability.MountFlags);
            if (info.Capability.FsType is not null)
            {
                capability.Mount.FsType = info.Capability.FsType;
            }
        }
        var provisioning = new CsiVolume.Types.StaticProvisioning { VolumeId = info.Name, VolumeCapability = capability };
        foreach (var (key, value) in info.NodeStageSecret)
        {
            provisioning.NodeStageSecrets[key] = SecretOf(value);
        }
        foreach (var (key, value) in info.NodePublishSecret)
        {
            provisioning.NodePublishSecrets[key] = SecretOf(value);
        }
        foreach (var (key, value) in info.VolumeContext)
        {
            provisioning.VolumeContext[key] = value;
        }
        return new CsiVolume { PluginName = info.PluginName, StaticProvisioning = provisioning };
    }

    private static Secret SecretOf(string value) => new()
    {
        Type = Secret.Types.Type.Value,
        Value = new Secret.Types.Value { Data = ByteString.CopyFromUtf8(value) },
    };

    private static Capability.Types.AccessMode.Types.Mode ModeOf(string text) => text switch
    {
        "SINGLE_NODE_WRITER" => Capability.Types.AccessMode.Types.Mode.SingleNodeWriter,
        "SINGLE_NODE_READER_ONLY" => Capability.Types.AccessMode.Types.Mode.SingleNodeReaderOnly,
        "MULTI_NODE_READER_ONLY" => Capability.Types.AccessMode.Types.Mode.MultiNodeReaderOnly,
        "MULTI_NODE_SINGLE_WRITER" => Capability.Types.AccessMode.Types.Mode.MultiNodeSingleWriter,
        _ => Capability.Types.AccessMode.Types.Mode.MultiNodeMultiWriter,
    };
}
