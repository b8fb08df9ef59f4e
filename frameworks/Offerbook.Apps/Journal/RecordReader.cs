using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Storage;

namespace Offerbook.Apps.Journal;

/// <summary>Folds a journal event as <see cref="RecordWriter"/> wrote it, line by line.</summary>
internal static class RecordReader
{
    /// <exception cref="JournalDamagedException">It cannot be understood.</exception>
    public static AppsState Fold(AppsState state, ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            if (end < 0)
            {
                throw new JournalDamagedException("An event of the apps journal ends in the middle of a line.");
            }
            var line = Encoding.UTF8.GetString(lines[..end]);
            lines = lines[(end + 1)..];
            state = FoldLine(state, line);
        }
        return state;
    }

    public static JObject Parse(string text)
    {
        try
        {
            using var reader = new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None };
            return JObject.Load(reader);
        }
        catch (JsonException broken)
        {
            throw new JournalDamagedException("An event of the apps journal is not JSON: " + broken.Message);
        }
    }

    private static AppsState FoldLine(AppsState state, string line) => line switch
    {
        ['c', ' ', .. var change] => state.Apply(ChangeCodec.Decode(Parse(change), state)),
        ['e', ' ', .. var published] => state.WithEvent(ReadEvent(published)),
        ['i', ' ', .. var id] => state with { LastEventId = ReadId(id) },
        _ => throw new JournalDamagedException($"The apps journal has a line of an unknown kind: {line[..Math.Min(line.Length, 40)]}"),
    };

    private static PublishEvent ReadEvent(string text) => text.Split(' ', 3) is [var id, var type, var json]
        ? new PublishEvent(ReadId(id), type, json)
        : throw new JournalDamagedException($"The apps journal has an event that is not complete: {text[..Math.Min(text.Length, 40)]}");

    private static long ReadId(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        ? id
        : throw new JournalDamagedException($"The apps journal has an event id that is no number: {text[..Math.Min(text.Length, 40)]}");
}
