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
}
