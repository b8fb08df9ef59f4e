using System.Text;

namespace Offerbook.Storage.Tests;

/// <summary>Events that are recognised when they come back.</summary>
internal static class Records
{
    public static JournalRecord Event(int number) => new("Thing/1", Encoding.UTF8.GetBytes("event " + number));

    public static JournalRecord[] Events(int first, int count) => Enumerable.Range(first, count).Select(Event).ToArray();

    public static Snapshot Snapshot(long sequence) =>
        new(sequence, new JournalRecord("Whole/1", Encoding.UTF8.GetBytes("state " + sequence)));

    public static string Text(this JournalRecord record) => record.Manifest + ":" + Encoding.UTF8.GetString(record.Payload.Span);

    public static string[] Texts(this IEnumerable<JournalRecord> records) => records.Select(Text).ToArray();
}
