namespace Offerbook.Simulator.Storage;

/// <summary>How a node's disk behaves at present. The faults of a run change it while it is in use.</summary>
public sealed class DiskBehaviour
{
    /// <summary>Mean of the exponentially distributed time of a flush. A small machine's fdatasync takes about 4 ms.</summary>
    public TimeSpan FlushMean { get; set; } = TimeSpan.FromMilliseconds(4);

    /// <summary>Chance that a flush fails. The process must die of it: a failed fsync is never retried.</summary>
    public double FlushErrorRate { get; set; }

    /// <summary>Every append fails.</summary>
    public bool Full { get; set; }

    /// <summary>Chance that a batch which was being flushed at a crash is kept whole though nobody was told.</summary>
    public double KeepUnacknowledgedRate { get; set; } = 0.3;

    /// <summary>Chance that only the first turns of that batch are kept (a torn write, cut at its checksum).</summary>
    public double TornWriteRate { get; set; } = 0.3;

    /// <summary>A defect of the shell, for mutation tests: effects do not wait for the flush.</summary>
    public bool AnswersBeforeFlush { get; set; }

    /// <summary>A disk that lies, for mutation tests: a crash takes back the last events that it called durable.</summary>
    public bool LosesWhatWasFlushed { get; set; }
}
