using System.Text;
using System.Text.Json;
using Offerbook.Wire.Json;

namespace Offerbook.Resources;

/// <summary>Resources as a JSON array of messages, which can say everything that the text form cannot.</summary>
internal static class ResourceJson
{
    public static BagReading Parse(string text)
    {
        var resources = new List<Mesos.V1.Resource>();
        var problems = new List<ResourceProblem>();
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MesosJson.MaxDepth });
            foreach (var element in document.RootElement.EnumerateArray())
            {
                if (MesosJson.Read<Mesos.V1.Resource>(element.GetRawText()).TryGet(out var resource, out var error))
                {
                    resources.Add(resource);
                }
                else
                {
                    problems.Add(new ResourceProblem(ResourceProblemKind.Unreadable, element.GetRawText(), error.Detail));
                }
            }
        }
        catch (JsonException malformed)
        {
            problems.Add(new ResourceProblem(ResourceProblemKind.Unreadable, text, "not a JSON array of resources: " + malformed.Message));
        }

        var reading = ResourceReader.Read(resources);
        return reading with { Problems = [.. problems, .. reading.Problems] };
    }

    public static string Print(ResourceBag bag)
    {
        var text = new StringBuilder("[");
        foreach (var resource in bag.ToProto(ResourceFormat.PostRefinement))
        {
            text.Append(text.Length == 1 ? "" : ",").Append(MesosJson.ToText(resource));
        }

        return text.Append(']').ToString();
    }
}
