using Newtonsoft.Json.Linq;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Pods.Json;
using Offerbook.Apps.Specs;
using Offerbook.Storage;

namespace Offerbook.Apps.Journal;

/// <summary>Apps and pods as the journal has them. A pod is told by its containers.</summary>
internal static class SpecJson
{
    public static JObject Write(RunSpec spec) =>
        spec is PodDefinition pod ? PodWriter.Write(pod, withVersionInfo: true) : JournaledApp.Write((AppDefinition)spec);

    public static RunSpec Read(JToken json)
    {
        if (json["containers"] is null)
        {
            return JournaledApp.Read(json);
        }
        var pod = PodReader.ReadStored(json);
        return pod.IsOk
            ? pod.Value
            : throw new JournalDamagedException($"The journal holds the pod {(string?)json["id"]}, which cannot be read: {pod.Error}");
    }
}
