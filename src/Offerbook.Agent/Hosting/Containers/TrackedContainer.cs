using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>A container that has been asked for or recovered and is not yet forgotten.</summary>
internal sealed class TrackedContainer(ContainerId id)
{
    public ContainerId Id => id;

    /// <summary>As last read.</summary>
    public ContainerRecord Record { get; set; } = ContainerRecord.Empty;

    /// <summary>Whether this process has started its supervisor.</summary>
    public bool Launched { get; set; }

    /// <summary>Whether the core knows that it runs.</summary>
    public bool StartReported { get; set; }

    /// <summary>Whether the core knows that it has ended.</summary>
    public bool EndReported { get; set; }

    /// <summary>How many liveness scans in a row found nobody who could still write the record.</summary>
    public int AbandonedScans { get; set; }
}
