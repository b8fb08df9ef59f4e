using Offerbook.Storage.Formats;

namespace Offerbook.Storage.Archive;

/// <summary>Gathers what the records of a log say of the log itself, while they go by.</summary>
internal sealed class FormatWalk
{
    private readonly Queue<LogNote> _notes = new();

    public int Level { get; private set; } = LogFormat.First;

    public IReadOnlyList<LogNote> Notes => [.. _notes];

    /// <summary>An event or snapshot whose checksum matches.</summary>
    public void See(StoredRecord stored)
    {
        if (LogFormat.LevelIn(stored.Record) is { } level)
        {
            Level = Math.Max(Level, level);
        }
        if (LogFormat.Describe(stored.Record) is { } text)
        {
            _notes.Enqueue(new LogNote(stored.Sequence, text));
            if (_notes.Count > LogReport.MostNotes)
            {
                _notes.Dequeue();
            }
        }
    }
}
