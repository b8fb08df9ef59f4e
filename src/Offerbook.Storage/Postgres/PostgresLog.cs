namespace Offerbook.Storage.Postgres;

/// <summary>One log as its holder knows it. Changed by the thread that writes; the others read its id and epoch.</summary>
/// <param name="Epoch">In which this process holds it; 0: it has not recovered it.</param>
internal sealed record PostgresLog(long Id, string PersistenceId, long Epoch, long LastSequence)
{
    /// <summary>The last write that is known to be in the log.</summary>
    public Guid LastWrite { get; set; }
}
