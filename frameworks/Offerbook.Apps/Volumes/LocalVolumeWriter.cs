using Newtonsoft.Json.Linq;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Json.Writing;

namespace Offerbook.Apps.Volumes;

/// <summary>The persistent volumes of an instance, as tasks and the status of pods show them.</summary>
internal static class LocalVolumeWriter
{
    public static JArray Write(Instance instance) => (instance.Reservation?.Volumes ?? []).JsonOf(volume => new JObject
    {
        ["runSpecId"] = instance.App.ToString(),
        ["containerPath"] = volume.ContainerPath,
        ["uuid"] = volume.Uuid,
        ["persistenceId"] = volume.PersistenceId,
    });
}
