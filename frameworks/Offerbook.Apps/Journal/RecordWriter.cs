using System.Buffers;
using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Storage;

namespace Offerbook.Apps.Journal;

/// <summary>
/// A journal event in the making: a line for each change and each event, so that neither has to be built or read as a whole.
/// <c>c {"kind":…}</c> is a change, <c>e ID TYPE {…}</c> an event with its payload as clients got it, <c>i ID</c> says what the last
/// event's id was.
/// </summary>
internal sealed class RecordWriter
{
    public const string Manifest = "AppsChanged/3";

    private readonly ArrayBufferWriter<byte> _lines = new();

    public bool IsEmpty => _lines.WrittenCount == 0;

    public void Add(JObject change) => Line("c ", change.ToString(Formatting.None));

    public void Add(PublishEvent published) =>
        Line(string.Create(CultureInfo.InvariantCulture, $"e {published.Id} {published.Type} "), published.Json);

    public void AddLastId(long id) => Line("i ", id.ToString(CultureInfo.InvariantCulture));

    public JournalRecord ToRecord() => new(Manifest, _lines.WrittenMemory);

    private void Line(string start, string text)
    {
        Encoding.UTF8.GetBytes(start, _lines);
        Encoding.UTF8.GetBytes(text, _lines);
        _lines.Write("\n"u8);
    }
}
