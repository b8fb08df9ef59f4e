using Offerbook.Storage;

namespace Offerbook.Master.Hosting.Metrics;

/// <summary>What is known of the journal from outside.</summary>
/// <param name="RecoveryTime">How long opening and reading it took when the term began.</param>
internal sealed record JournalGauge(IJournal Journal, TimeSpan RecoveryTime)
{
    /// <summary>What lies on the disk, with what has not been merged into the file yet; 0 when another machine's disk holds it.</summary>
    public long SizeBytes() => Journal.SizeBytes;
}
