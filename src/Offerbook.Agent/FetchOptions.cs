namespace Offerbook.Agent;

/// <summary>How files are brought into sandboxes.</summary>
public sealed record FetchOptions
{
    /// <summary>Where kept files lie; null: <c>fetch</c> in the work directory. Emptied when the agent starts.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Bytes that the cache may hold. Default 2 GB; 0: nothing is kept.</summary>
    public long CacheBytes { get; init; } = 2L << 30;

    /// <summary>Bytes of one file, and of all that one archive holds. Default 64 GB.</summary>
    public long MaxBytes { get; init; } = 64L << 30;

    /// <summary>A source that gives nothing for so long has failed. Default 1 min.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What relative paths are relative to; null: they are refused.</summary>
    public string? FrameworksHome { get; init; }

    /// <summary>Containers that fetch at once; the rest wait. Default 16.</summary>
    public int MaxConcurrent { get; init; } = 16;
}
