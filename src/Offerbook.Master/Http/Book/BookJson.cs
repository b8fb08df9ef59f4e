using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Offerbook.Master.Hosting.History;
using Offerbook.Resources;

namespace Offerbook.Master.Http.Book;

/// <summary>The offer book's JSON: snake_case, absent instead of null, times in UTC.</summary>
internal static class BookJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return output.WrittenMemory;
    }

    public static string Name<T>(T value) where T : struct, Enum => Operator.MasterCounters.Snake(value.ToString());

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>To the microsecond, which is what is kept.</summary>
    public static void Seconds(this Utf8JsonWriter json, string name, TimeSpan time) =>
        json.WriteNumber(name, Math.Round(time.TotalSeconds, 6));

    public static void TextIf(this Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    /// <summary>JSON that is kept as such.</summary>
    public static void RawIf(this Utf8JsonWriter json, string name, string? raw)
    {
        if (raw is not null)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(raw);
        }
    }

    public static void Amounts(this Utf8JsonWriter json, string name, ResourceQuantities quantities)
    {
        json.WriteStartObject(name);
        for (var i = 0; i < quantities.Count; i++)
        {
            json.WriteNumber(quantities.Names[i], quantities.Amounts[i].ToDouble());
        }
        json.WriteEndObject();
    }

    public static void Offer(this Utf8JsonWriter json, OfferRow row)
    {
        var outcome = OfferOutcomes.Of(row.End);
        json.WriteStartObject();
        json.WriteString("offer_id", row.Offer);
        json.WriteString("outcome", Name(outcome));
        if (outcome is OfferOutcome.Rescinded or OfferOutcome.Dropped && row.End != Offers.OfferEnd.Rescinded)
        {
            json.WriteString("reason", Name(row.End!.Value));
        }
        json.WriteString("framework_id", row.Framework);
        json.WriteString("framework_name", row.FrameworkName);
        json.WriteString("agent_id", row.Agent);
        json.WriteString("hostname", row.Hostname);
        json.WriteString("role", row.Role);
        json.WriteString("resources", row.Resources);
        json.RawIf("amounts", row.Amounts);
        json.WriteString("made_at", Time(row.Made));
        json.TextIf("ended_at", row.Ended is { } ended ? Time(ended) : null);
        json.Seconds("held_seconds", row.Held);
        if (row.Refuse is { } refuse)
        {
            json.Seconds("refuse_seconds", refuse);
        }
        json.RawIf("operations", row.Operations);
        json.RawIf("used", row.Used);
        json.TextIf("accepted_with", row.AcceptedWith);
        json.WriteEndObject();
    }
}
