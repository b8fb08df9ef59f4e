using System.Text.Json;

namespace Offerbook.Storage.Formats;

/// <summary>The answer to <see cref="LogFormat.Ask"/>, the same of every part.</summary>
/// <param name="Status">As in HTTP: 200 or 409.</param>
/// <param name="Json"><c>{"level":1,"newest":2,"build":"0.2.0"}</c>, and a refusal's <c>message</c>.</param>
/// <param name="After">What holds from now on.</param>
/// <param name="Event">To be journalled before the answer leaves; null: nothing has changed.</param>
public sealed record FormatAnswer(int Status, string Json, LogFormat After, JournalRecord? Event)
{
    /// <summary>Where every part is asked.</summary>
    public const string Path = "/offerbook/v1/format";

    internal static FormatAnswer Shown(LogFormat format, JournalRecord? @event = null) => new(200, Write(format, null), format, @event);

    internal static FormatAnswer Refused(LogFormat format, string message) => new(409, Write(format, message), format, null);

    private static string Write(LogFormat format, string? message)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            if (message is not null)
            {
                json.WriteString("message", message);
            }
            json.WriteNumber("level", format.Level);
            json.WriteNumber("newest", format.Support.Newest);
            json.WriteString("build", format.Support.Build);
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
