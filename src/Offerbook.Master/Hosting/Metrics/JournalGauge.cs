namespace Offerbook.Master.Hosting.Metrics;

/// <summary>What is known of the journal from outside.</summary>
/// <param name="RecoveryTime">How long reading it took when the master started.</param>
internal sealed record JournalGauge(string File, TimeSpan RecoveryTime)
{
    /// <summary>What lies on the disk, with what has not been merged into the file yet.</summary>
    public long SizeBytes() => SizeOf(File) + SizeOf(File + "-wal");

    private static long SizeOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
