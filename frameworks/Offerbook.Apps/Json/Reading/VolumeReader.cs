using Newtonsoft.Json.Linq;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Reading;

/// <summary>
/// What kind of volume it is, is told by which member it has: <c>persistent</c>, <c>external</c>, <c>secret</c>, else it is the host's.
/// </summary>
public static class VolumeReader
{
    private static readonly string[] AccessModes =
    [
        "SINGLE_NODE_WRITER", "SINGLE_NODE_READER_ONLY", "MULTI_NODE_READER_ONLY", "MULTI_NODE_SINGLE_WRITER", "MULTI_NODE_MULTI_WRITER",
    ];

    private static readonly string[] AccessTypes = ["block", "mount"];

    public static Volume Read(ObjectReader volume)
    {
        var path = volume.Required("containerPath", volume.Text("containerPath", minLength: 1), "");
        if (volume.Has("persistent"))
        {
            return new Volume.Persistent(path, volume.Object("persistent", ReadPersistent) ?? Nothing, ReadMode(volume));
        }
        if (volume.Has("external"))
        {
            return new Volume.External(path, volume.Object("external", ReadExternal) ?? NoDriver, ReadMode(volume));
        }
        if (volume.Has("secret"))
        {
            return new Volume.Secret(path, volume.Text("secret", minLength: 1) ?? "");
        }
        return new Volume.Host(path, volume.Required("hostPath", volume.Text("hostPath", minLength: 1), ""), ReadMode(volume));
    }

    internal static readonly PersistentVolumeInfo Nothing = new(null, 0, null, null, []);

    private static readonly ExternalVolumeInfo NoDriver = new ExternalVolumeInfo.Dvdi(null, null, null, ValueMap<string>.Empty, false);

    private static VolumeMode ReadMode(ObjectReader volume) => volume.Required("mode", volume.Choice("mode", EnumTexts.VolumeModes));

    internal static PersistentVolumeInfo ReadPersistent(ObjectReader info) => new(
        info.Choice("type", EnumTexts.DiskTypes),
        info.Required("size", info.Long("size")),
        info.Long("maxSize"),
        info.Text("profileName"),
        info.List("constraints", ReadConstraint)?.ToValueSet() ?? []);

    private static Constraint? ReadConstraint(JToken token, string path, ReadErrors errors)
    {
        if (token is not JArray { Count: >= 2 and <= 3 } array)
        {
            errors.Shape.Add(path, token is JArray ? "error.minLength" : "error.expected.jsarray");
            return null;
        }
        var texts = array.Select((element, i) => Element.Text(element, path + "(" + i + ")", errors) ?? "").ToList();
        if (!EnumTexts.Operators.TryParse(texts[1], out var operation))
        {
            errors.Shape.Add(path + "(1)", "error.unknown.enum.literal");
            return null;
        }
        return new Constraint(texts[0], operation, texts.Count > 2 ? texts[2] : null);
    }

    private static ExternalVolumeInfo ReadExternal(ObjectReader info) =>
        string.Equals(info.Text("provider"), "csi", StringComparison.OrdinalIgnoreCase)
            ? info.Object("options", options => ReadCsi(info, options)) ?? MissingOptions(info)
            : new ExternalVolumeInfo.Dvdi(info.Text("name"), info.Text("provider"), info.Long("size"),
                info.TextMap("options") ?? ValueMap<string>.Empty, info.Flag("shared") ?? false);

    private static ExternalVolumeInfo MissingOptions(ObjectReader info)
    {
        info.Required("options", info.Member("options"), JValue.CreateNull());
        return NoDriver;
    }

    private static ExternalVolumeInfo ReadCsi(ObjectReader info, ObjectReader options) => new ExternalVolumeInfo.Csi(
        info.Required("name", info.Text("name"), ""),
        options.Required("pluginName", options.Text("pluginName", minLength: 1), ""),
        options.Required("capability", options.Object("capability", ReadCapability), new CsiCapability("", "", null, [])),
        options.TextMap("nodeStageSecret") ?? ValueMap<string>.Empty,
        options.TextMap("nodePublishSecret") ?? ValueMap<string>.Empty,
        options.TextMap("volumeContext") ?? ValueMap<string>.Empty);

    private static CsiCapability ReadCapability(ObjectReader capability) => new(
        OneOf(capability, "accessMode", AccessModes), OneOf(capability, "accessType", AccessTypes),
        capability.Text("fsType"), capability.Texts("mountFlags") ?? []);

    private static string OneOf(ObjectReader reader, string name, string[] allowed)
    {
        var text = reader.Required(name, reader.Text(name), "");
        var match = allowed.FirstOrDefault(value => string.Equals(value, text, StringComparison.OrdinalIgnoreCase));
        if (match is null && text.Length > 0)
        {
            reader.Fail(name, "error.unknown.enum.literal");
        }
        return match ?? "";
    }
}
