using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>A container that has been asked for or recovered and is not yet forgotten.</summary>
internal sealed class TrackedContainer(ContainerSpec spec)
{
    private int _starting;

    public ContainerId Id => Spec.Container;

    public ContainerSpec Spec { get; } = spec;

    /// <summary>As last changed.</summary>
    public ContainerLimits Limits { get; set; } = spec.Limits;

    /// <summary>As last read.</summary>
    public ContainerRecord Record { get; set; } = ContainerRecord.Empty;

    /// <summary>Whether this process has started its supervisor.</summary>
    public bool Launched { get; set; }

    /// <summary>Whether it is on its way.</summary>
    public bool IsStarting
    {
        set => Volatile.Write(ref _starting, value ? 1 : 0);
    }

    /// <returns>Whether it was on its way, which it is not any more.</returns>
    public bool TakeStarting() => Interlocked.Exchange(ref _starting, 0) == 1;

    /// <summary>Whether its terminal is not read yet: until it is, nothing is told of the container.</summary>
    public bool AwaitsTerminal { get; set; }

    /// <summary>Whether the end of its supervisor will be told.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Whether the core knows that it runs.</summary>
    public bool StartReported { get; set; }

    /// <summary>Whether the core knows that it has ended.</summary>
    public bool EndReported { get; set; }

    public bool IsRunning => StartReported && !EndReported;

    /// <summary>How many liveness scans in a row found nobody who could still write the record.</summary>
    public int AbandonedScans { get; set; }

    /// <summary>Whether its log files are looked at every time, because they grow fast.</summary>
    public bool LogsGrowFast { get; set; }

    /// <summary>Bytes in <c>stdout</c> and <c>stderr</c> when last looked at.</summary>
    public long LogBytes { get; set; }

    /// <summary>Bytes on disk in the sandbox when last counted; null: not yet.</summary>
    public long? DiskBytes { get; set; }

    /// <summary>When <see cref="DiskBytes"/> was counted.</summary>
    public long DiskCountedAt { get; set; }
}
