using System.Globalization;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Newtonsoft.Json;
using Offerbook.Resources;
using Offerbook.Wire.Http;
using Offerbook.Wire.Json;

namespace Offerbook.Agent.Http;

/// <summary>
/// The JSON of the read endpoints: built in memory, compact, and wrapped in a function's call when <c>?jsonp=NAME</c> asks for it.
/// </summary>
internal static class JsonAnswer
{
    public static async Task WriteAsync(HttpContext context, Action<JsonWriter> write)
    {
        if (!Jsonp.TryGetName(context.Request, out var callback))
        {
            await context.Response.RefuseAsync(Jsonp.BadName);
            return;
        }
        var text = new StringWriter(new StringBuilder(4096), CultureInfo.InvariantCulture);
        using (var json = new JsonTextWriter(text))
        {
            write(json);
        }
        var body = callback.Length == 0 ? text.ToString() : $"{callback}({text});";
        await context.WriteBytesAsync(Encoding.UTF8.GetBytes(body), callback.Length == 0 ? MediaTypes.Json : Jsonp.MediaType);
    }

    public static void Member(this JsonWriter json, string name, object? value)
    {
        json.WritePropertyName(name);
        json.WriteValue(value);
    }

    /// <summary>A message in Mesos' own JSON mapping.</summary>
    public static void Message(this JsonWriter json, string name, IMessage? message)
    {
        if (message is not null)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(MesosJson.ToText(message));
        }
    }

    public static void Messages(this JsonWriter json, string name, IEnumerable<IMessage> messages)
    {
        json.WritePropertyName(name);
        json.WriteStartArray();
        foreach (var message in messages)
        {
            json.WriteRawValue(MesosJson.ToText(message));
        }
        json.WriteEndArray();
    }

    /// <summary>The short form of resources: numbers by name, ranges and sets as text.</summary>
    public static void Resources(this JsonWriter json, string name, ResourceBag bag)
    {
        json.WritePropertyName(name);
        json.WriteStartObject();
        foreach (var item in ResourceSummary.Of(bag))
        {
            json.Member(item.Name, item.Text ?? (object)item.Amount.ToDouble());
        }
        json.WriteEndObject();
    }
}
