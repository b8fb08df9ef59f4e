using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Offerbook.Resources;

namespace Offerbook.Master.Hosting.History;

/// <summary>Parts of a row that are kept as JSON, in the form in which they are answered.</summary>
internal static class BookText
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>{"cpus":0.5,"mem":64}</c></summary>
    public static string Amounts(ResourceQuantities quantities) => Write(json =>
    {
        json.WriteStartObject();
        for (var i = 0; i < quantities.Count; i++)
        {
            json.WriteNumber(quantities.Names[i], quantities.Amounts[i].ToDouble());
        }
        json.WriteEndObject();
    });

    /// <summary><c>[{"type":"LAUNCH","count":1,"tasks":3}]</c>: each type once, in the order in which they came.</summary>
    public static string Operations(IReadOnlyList<Operation> operations) => Write(json =>
    {
        json.WriteStartArray();
        foreach (var group in operations.GroupBy(operation => operation.Type))
        {
            json.WriteStartObject();
            json.WriteString("type", Operator.MasterCounters.Snake(group.Key.ToString()).ToUpperInvariant());
            json.WriteNumber("count", group.Count());
            var tasks = group.Sum(operation => (operation.Launch?.TaskInfos.Count ?? 0)
                + (operation.LaunchGroup?.TaskGroup?.Tasks.Count ?? 0));
            if (tasks > 0)
            {
                json.WriteNumber("tasks", tasks);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(output, Options))
        {
            write(json);
        }
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
