using Offerbook.Storage.Formats;

namespace Offerbook.Storage.Archive;

/// <summary>What was found in a store.</summary>
/// <param name="Place">The file or the database.</param>
public sealed record StoreReport(string Place, IReadOnlyList<LogReport> Logs)
{
    public bool IsWhole => Logs.All(log => log.Problems.Count == 0);
}

/// <param name="Events">How many are there; earlier ones went when a snapshot held them.</param>
/// <param name="FirstEvent">0: none is there.</param>
/// <param name="Bytes">Of all payloads, snapshots included.</param>
/// <param name="Snapshots">Numbers of those that are whole, the oldest first.</param>
/// <param name="Problems">What is damaged or missing, at most <see cref="MostProblems"/> of it.</param>
public sealed record LogReport(string PersistenceId, long Epoch, long LastSequence, long Events, long FirstEvent, long Bytes,
    IReadOnlyList<long> Snapshots, IReadOnlyList<string> Problems)
{
    public const int MostProblems = 20;

    /// <summary>Notes that are kept, the newest.</summary>
    public const int MostNotes = 20;

    /// <summary>What may stand in the log.</summary>
    public int FormatLevel { get; init; } = LogFormat.First;

    /// <summary>Who led, and when the level was raised: the newest <see cref="MostNotes"/> that are there.</summary>
    public IReadOnlyList<LogNote> Notes { get; init; } = [];
}

/// <summary>What an event says of the log itself.</summary>
public sealed record LogNote(long Sequence, string Text);
