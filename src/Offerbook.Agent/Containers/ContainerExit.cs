namespace Offerbook.Agent.Containers;

/// <summary>How a container's main process ended.</summary>
public abstract record ContainerExit
{
    private ContainerExit()
    {
    }

    /// <summary>As wait(2) gives it: status times 256, or the signal's number; null when it is not known.</summary>
    public int? WaitStatus => this switch
    {
        Exited exited => exited.Code << 8,
        Signaled signaled => signaled.Signal,
        OverLimit => 9,
        _ => null,
    };

    /// <param name="Code">0 to 255.</param>
    public sealed record Exited(int Code) : ContainerExit;

    /// <param name="Signal">The signal's number on Linux, such as 15 for SIGTERM.</param>
    public sealed record Signaled(int Signal) : ContainerExit;

    /// <summary>It was ended because it used more than it may.</summary>
    /// <param name="Message">What it used and what it might have used.</param>
    public sealed record OverLimit(LimitedResource Resource, string Message) : ContainerExit
    {
        /// <summary>The most that it was seen to use, in MiB.</summary>
        public double Megabytes { get; init; }
    }

    /// <summary>The process is gone and nothing recorded its status: its supervisor was killed too, or the machine was restarted.</summary>
    public sealed record Vanished(string Why) : ContainerExit;
}

public enum LimitedResource
{
    Memory,
    Disk,
}
